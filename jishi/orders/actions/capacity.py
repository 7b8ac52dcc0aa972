"""The places of a service, taken and freed with the step that does so.

A place is taken by one UPDATE that asks whether there is one, so two who accept at the same moment are one after the
other and the second sees what the first took; the tables refuse more than there are in any case.
"""

import datetime as dt

from django.db.models import F

from jishi.kernel.errors import Conflict
from jishi.orders.models import OfferDay, ServiceOffer


def take_place(offer_id: int, day: dt.date) -> None:
    """Raises ``Conflict`` if the unit serves as many as it can, or on that day has accepted as many as it can."""
    free = ServiceOffer.objects.filter(pk=offer_id, taken__lt=F("at_once"))
    if not free.update(taken=F("taken") + 1):
        most = ServiceOffer.objects.values_list("at_once", flat=True).get(pk=offer_id)
        raise Conflict(f"这项服务同时在办的单已满{most}单，办完一单后再接；办不了的请退回社区")
    # The row of the service is locked from here on, so nobody else makes the day's row at the same time.
    per_day = ServiceOffer.objects.values_list("per_day", flat=True).get(pk=offer_id)
    OfferDay.objects.get_or_create(offer_id=offer_id, day=day, defaults={"most": per_day})
    if not OfferDay.objects.filter(offer=offer_id, day=day, taken__lt=F("most")).update(taken=F("taken") + 1):
        raise Conflict(f"{day.month}月{day.day}日已接满{per_day}单；办不了的请退回社区")


def free_place(offer_id: int) -> None:
    """One order less is being served."""
    ServiceOffer.objects.filter(pk=offer_id).update(taken=F("taken") - 1)


def free_day(offer_id: int, day: dt.date) -> None:
    """One order less will be served on that day."""
    OfferDay.objects.filter(offer=offer_id, day=day).update(taken=F("taken") - 1)
