"""What units offer, and how much of it they can serve: the places are counted where they are limited."""

from django.db import models
from django.db.models import F, Q

from jishi.orders.rules.vocabulary import ServiceKind
from jishi.orm.dated import DatedModel


class ServiceOffer(DatedModel):
    """One item of a unit's menu. It keeps its row for life; what an order was shown stands in the order."""

    code = models.CharField("代码", max_length=40, null=True)  # of a place file; none for what a unit added itself
    organization = models.ForeignKey("organizations.Organization", models.PROTECT, related_name="+")
    area = models.ForeignKey("territory.Unit", models.PROTECT, related_name="+", verbose_name="服务范围")
    kind = models.CharField("类别", max_length=12, choices=[(kind.value, kind.label) for kind in ServiceKind])
    name = models.CharField("服务名称", max_length=40)
    what = models.CharField("服务内容", max_length=300)
    price_fen = models.PositiveIntegerField("价格（分）")  # 0 is free
    price_note = models.CharField("价格说明", max_length=60, blank=True)
    at_once = models.PositiveIntegerField("同时在办上限")
    per_day = models.PositiveIntegerField("每天上限")
    taken = models.PositiveIntegerField("在办", default=0)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["code"], condition=Q(code__isnull=False), name="offer_a_file_adds_a_code_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(valid_to__isnull=True),
                name="offer_a_unit_names_a_service_once",
            ),
            models.CheckConstraint(condition=Q(taken__lte=F("at_once")), name="offer_never_more_at_once_than_it_can"),
            models.CheckConstraint(
                condition=Q(at_once__gte=1, per_day__gte=1), name="offer_can_serve_at_least_one_order"
            ),
        ]


class OfferDay(models.Model):
    """How many orders of one day a service has accepted."""

    offer = models.ForeignKey(ServiceOffer, models.PROTECT, db_index=False, related_name="days")
    day = models.DateField("日期")
    most = models.PositiveIntegerField("上限")  # the offer's own, copied here so that the table itself can hold to it
    taken = models.PositiveIntegerField("已接", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "day"], name="offer_day_is_counted_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("most")), name="offer_day_never_more_than_it_can"),
        ]
