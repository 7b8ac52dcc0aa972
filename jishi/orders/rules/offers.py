"""A service a unit offers (服务菜单项): what must be said of it, and the lines of a file."""

from collections.abc import Iterable
from dataclasses import dataclass

from jishi.kernel.errors import Invalid
from jishi.orders.rules.prices import check_price
from jishi.orders.rules.vocabulary import ServiceKind
from jishi.orders.rules.words import clean
from jishi.territory.rules.loading import Problem

MOST_PLACES = 1000


@dataclass(frozen=True, slots=True)
class Terms:
    """What a unit says of a service. ``at_once`` is how many orders it serves at the same time, ``per_day`` how many
    on one day."""

    name: str
    kind: ServiceKind
    what: str
    price_fen: int
    price_note: str
    at_once: int
    per_day: int


@dataclass(frozen=True, slots=True)
class OfferEntry:
    """One service as a file gives it; organisation and area by code, an empty area meaning that of the unit."""

    code: str
    organization: str
    kind: str
    name: str
    what: str
    price: str
    price_note: str
    at_once: str
    per_day: str
    area: str = ""
    file: str = ""
    line: int = 0

    def problem(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)

    @property
    def terms(self) -> Terms:
        """Raises ValueError for a kind or a number that is none."""
        fen = round(float(self.price or 0) * 100)
        kind = ServiceKind(self.kind)
        return Terms(self.name, kind, self.what, fen, self.price_note, int(self.at_once), int(self.per_day))


def check_terms(terms: Terms) -> Terms:
    """The terms cleaned; raises ``Invalid`` with the field."""
    terms = Terms(
        clean(terms.name), terms.kind, clean(terms.what), terms.price_fen, clean(terms.price_note),
        terms.at_once, terms.per_day,
    )  # fmt: skip
    for name, most, label in (("name", 40, "服务名称"), ("what", 300, "服务内容")):
        if not 0 < len(getattr(terms, name)) <= most:
            raise Invalid(f"{label}应写1到{most}个字", field=name)
    if len(terms.price_note) > 60:
        raise Invalid("价格说明最多60个字", field="price_note")
    check_price(terms.price_fen)
    for name in ("at_once", "per_day"):
        if not 1 <= getattr(terms, name) <= MOST_PLACES:
            raise Invalid(f"接单能力应在1到{MOST_PLACES}单之间", field=name)
    return terms


def check_offers(
    entries: Iterable[OfferEntry], *, organization_codes: Iterable[str], unit_codes: Iterable[str]
) -> list[Problem]:
    """Every problem with the lines of a file."""
    bodies, units, seen = set(organization_codes), set(unit_codes), set()
    problems: list[Problem] = []
    for entry in entries:
        if not entry.code or entry.code in seen:
            problems.append(entry.problem(f"服务代码“{entry.code}”为空或重复"))
        seen.add(entry.code)
        if entry.organization not in bodies:
            problems.append(entry.problem(f"没有代码为“{entry.organization}”的单位"))
        if entry.area and entry.area not in units:
            problems.append(entry.problem(f"没有代码为“{entry.area}”的单元"))
        try:
            check_terms(entry.terms)
        except Invalid as refusal:
            problems.append(entry.problem(refusal.message))
        except ValueError:
            problems.append(entry.problem("类别或数字不对：类别为errand、doorstep、convenience，价格以元为单位"))
    return problems
