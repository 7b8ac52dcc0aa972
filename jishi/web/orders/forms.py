"""What is filled in around an order: the wish, one form for every step of the table, the terms of a service."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.kernel.errors import DomainError
from jishi.orders.queries.offers import OfferRow
from jishi.orders.queries.orders import Detail
from jishi.orders.rules.given import Given, Wish
from jishi.orders.rules.offers import MOST_PLACES, Terms
from jishi.orders.rules.prices import MOST_FEN, price_words
from jishi.orders.rules.steps import Step
from jishi.orders.rules.vocabulary import DayPart, OrderChannel, ServiceKind
from jishi.territory.queries import UnitRow
from jishi.web.forms import PageForm
from jishi.web.residents.forms import community_choices

SATISFIED = [("5", _("很满意")), ("4", _("满意")), ("3", _("一般")), ("2", _("不满意")), ("1", _("很不满意"))]
Choices = list[tuple[str, list[tuple[int, str]]]]


def served_communities(offer: OfferRow | None, choices: Choices, places: dict[int, UnitRow]) -> Choices:
    """Of the communities those a service reaches."""
    path = offer.area_path if offer is not None else "/"
    kept = [(town, [one for one in rows if places[one[0]].path.startswith(path)]) for town, rows in choices]
    return [(town, rows) for town, rows in kept if rows]


class WishForm(PageForm):
    """A resident's order; ``communities`` are those the service reaches."""

    unit = forms.IntegerField(
        label=_("在哪个社区（村）"), min_value=1, max_value=2**62, error_messages={"required": _("请选择社区（村）")}
    )
    place = forms.CharField(label=_("上门地址"), max_length=120, error_messages={"required": _("请写明上门的地址")})
    wished_on = forms.DateField(label=_("希望哪一天"), error_messages={"required": _("请选择日期")})
    part = forms.ChoiceField(
        label=_("什么时候方便"), choices=[(one.value, one.label) for one in DayPart], initial=DayPart.ANY.value
    )
    text = forms.CharField(label=_("补充说明"), max_length=1000, required=False)
    name = forms.CharField(label=_("怎么称呼您"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("联系电话"), max_length=20, error_messages={"required": _("请留下联系电话，上门前要与您联系")}
    )
    price_fen = forms.IntegerField(min_value=0, max_value=MOST_FEN, widget=forms.HiddenInput)

    FIELD_OF = {"unit_id": "unit", "offer_id": "offer"}

    def __init__(self, *args: Any, communities: Choices | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.communities = community_choices() if communities is None else communities

    def blame(self, error: DomainError) -> None:
        error.field = self.FIELD_OF.get(error.field or "", error.field)
        super().blame(error)

    def wish(self, channel: OrderChannel, offer_id: int) -> Wish:
        given = dict(self.cleaned_data)
        part, unit_id = DayPart(given.pop("part")), given.pop("unit")
        for name in ("offer", "channel"):
            given.pop(name, None)
        return Wish(channel=channel, offer_id=offer_id, unit_id=unit_id, part=part, **given)


class ProxyForm(WishForm):
    """The same, written down at the desk or on the phone for a resident."""

    channel = forms.ChoiceField(
        label=_("怎么来的"),
        choices=[(one.value, one.label) for one in (OrderChannel.DESK, OrderChannel.PHONE)],
        initial=OrderChannel.DESK.value,
    )
    offer = forms.TypedChoiceField(label=_("要哪项服务"), coerce=int, error_messages={"required": _("请选择服务")})
    price_fen = None  # type: ignore[assignment] # not a field here: the price stands beside the service

    def __init__(self, *args: Any, offers: Sequence[OfferRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].choices = [("", str(_("请选择")))] + [(row.id, offer_words(row)) for row in offers]  # type: ignore[attr-defined]
        self.fields["phone"].required = False  # whoever has none comes to the desk
        self.prices = {row.id: row.price_fen for row in offers}

    def proxy_wish(self) -> Wish:
        offer_id = self.cleaned_data["offer"]
        self.cleaned_data["price_fen"] = self.prices[offer_id]  # it stands beside the name that was chosen
        return self.wish(OrderChannel(self.cleaned_data["channel"]), offer_id)


def offer_words(row: OfferRow) -> str:
    """水管小修 · 15元 · 供水公司（在办 1/2）."""
    full = f"在办 {row.taken}/{row.at_once}" + ("，已满" if row.full else "")
    return f"{row.name} · {price_words(row.price_fen)} · {row.organization_name}（{full}）"


class RatingForm(PageForm):
    solved = forms.TypedChoiceField(
        label=_("事情办好了吗"),
        choices=[("yes", _("办好了")), ("no", _("没有办好"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("请选择事情是否办好")},
    )
    satisfied = forms.TypedChoiceField(
        label=_("对服务满意吗"),
        choices=SATISFIED,
        coerce=int,
        error_messages={"required": _("请选择满意程度")},
    )
    note = forms.CharField(label=_("想说的话"), max_length=500, required=False)
    code = forms.CharField(label=_("评单码"), max_length=20, required=False)


class WithdrawForm(PageForm):
    note = forms.CharField(label=_("为什么不要了"), max_length=500, required=False)
    code = forms.CharField(label=_("评单码"), max_length=20, required=False)


NOTES = {
    "dispatch": _("给单位的话"),
    "redispatch": _("改派理由"),
    "return": _("退回理由"),
    "begin": _("说明"),
    "complete": _("办理情况（居民看得到）"),
    "rate": _("居民说的话"),
    "withdraw": _("撤单理由"),
    "cancel": _("撤销理由（居民看得到）"),
}


class StepForm(PageForm):
    """The fields one step of the table needs and takes, and the version that was looked at."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, step: Step, found: Detail, offers: Sequence[OfferRow], data: Any = None) -> None:
        super().__init__(data, auto_id=f"{step.name}_%s", initial={"version": found.facts.version})
        self.step = step
        for name in (*step.needs, *step.takes):
            field = self._field(name, found, offers)
            field.required = name in step.needs
            self.fields[name] = field

    def _field(self, name: str, found: Detail, offers: Sequence[OfferRow]) -> forms.Field:
        if name == "offer_id":
            facts = found.facts
            passed = {facts.passed_by_id, facts.taker_id}
            fit = [row for row in offers if row.organization_id not in passed and row.price_fen <= facts.price_fen]
            return forms.TypedChoiceField(
                label=_("派给哪个单位的哪项服务"), choices=_by_kind(fit, facts.kind), coerce=int, empty_value=None
            )
        if name == "server":
            return forms.CharField(label=_("谁上门（居民看得到）"), max_length=40)
        if name in ("solved", "satisfied"):
            return RatingForm.base_fields[name]
        hint = _("派另一类服务须写明理由，居民看得到。") if "offer_id" in self.step.needs else ""
        return forms.CharField(label=NOTES[self.step.name], max_length=500, help_text=hint)

    def given(self) -> Given:
        return Given(**{name: value for name, value in self.cleaned_data.items() if name != "version"})


def _by_kind(fit: Sequence[OfferRow], kind: ServiceKind) -> list[Any]:
    """The services as a select takes them: those of the kind that was ordered above the others."""
    same = [(row.id, offer_words(row)) for row in fit if row.kind is kind]
    other = [(row.id, f"{offer_words(row)} · {row.kind.label}") for row in fit if row.kind is not kind]
    groups = [(_("同类：%(kind)s") % {"kind": kind.label}, same), (_("其他类别（须写明理由）"), other)]
    return [("", str(_("请选择"))), *((str(label), rows) for label, rows in groups if rows)]


class TermsForm(PageForm):
    """One service of the unit's menu; the price is typed in yuan."""

    name = forms.CharField(label=_("服务名称"), max_length=40)
    kind = forms.ChoiceField(label=_("类别"), choices=[(one.value, one.label) for one in ServiceKind])
    what = forms.CharField(label=_("服务内容"), max_length=300)
    price = forms.DecimalField(
        label=_("价格（元，免费写0）"), min_value=0, max_value=MOST_FEN // 100, decimal_places=2, initial=0
    )
    price_note = forms.CharField(label=_("价格说明"), max_length=60, required=False)
    at_once = forms.IntegerField(label=_("同时最多办几单"), min_value=1, max_value=MOST_PLACES, initial=3)
    per_day = forms.IntegerField(label=_("一天最多接几单"), min_value=1, max_value=MOST_PLACES, initial=5)

    FIELD_OF = {"price_fen": "price"}

    def blame(self, error: DomainError) -> None:
        error.field = self.FIELD_OF.get(error.field or "", error.field)
        super().blame(error)

    def terms(self) -> Terms:
        given = dict(self.cleaned_data)
        fen = int(given.pop("price") * 100)
        return Terms(kind=ServiceKind(given.pop("kind")), price_fen=fen, **given)

    @staticmethod
    def of(row: OfferRow) -> dict[str, Any]:
        """The terms of a service as the form begins with them."""
        same = ("name", "what", "price_note", "at_once", "per_day")
        shown = {name: getattr(row, name) for name in same}
        return shown | {"kind": row.kind.value, "price": f"{row.price_fen / 100:.2f}"}


def tomorrow(today: dt.date) -> str:
    return (today + dt.timedelta(days=1)).isoformat()
