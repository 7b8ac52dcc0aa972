"""Who should handle a matter: ranked suggestions, each with the duty-list item it rests on and why.

It suggests; a named person dispatches. Order of choice: the class somebody has chosen, then the classes whose words
stand in the text, then likeness to the name of an item; without any of these the town office answers for its ground.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

_CHOSEN, _CHOSEN_PARENT, _SPOKEN, _LIKENESS = 100.0, 60.0, 50.0, 20.0
_CHOSEN_TOP = 10.0  # only the first level was chosen: what the text says decides within it
_LEAST_LIKENESS = 0.6  # share of an item's name that must stand in the text to count at all


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A class of matters; ``parent_code`` is empty for the first level."""

    code: str
    name: str
    parent_code: str
    grade: str
    urgent: bool
    words: tuple[str, ...]
    closing_condition: str


@dataclass(frozen=True, slots=True)
class DutyItemRow:
    """One item of a duty list, on paper: 《派单目录》第12项."""

    id: int
    list_name: str
    number: str
    name: str
    basis: str
    category_code: str
    organization_id: int | None
    organization_kind: str
    helpers: tuple[str, ...]  # codes of organisations, or kinds of them

    @property
    def citation(self) -> str:
        return f"《{self.list_name}》第{self.number}项“{self.name}”"


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation that can be suggested."""

    id: int
    code: str
    name: str
    kind: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """A class the text speaks for, with the words that do; ``weight`` is their length together."""

    category: CategoryRow
    words: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One possible lead with its helpers; ``item`` is the cited duty-list item, None if only the ground decides."""

    organization_id: int
    organization_name: str
    helper_ids: tuple[int, ...]
    item: DutyItemRow | None
    category_code: str
    score: float
    reason: str


def spoken_categories(text: str, categories: Iterable[CategoryRow], *, limit: int = 3) -> tuple[Spoken, ...]:
    """Second-level classes whose words stand in the text, the most spoken for first, ties by code."""
    found = []
    for category in categories:
        words = tuple(word for word in category.words if word and word in text)
        if words and category.parent_code:
            found.append(Spoken(category, words, sum(map(len, words))))
    found.sort(key=lambda spoken: (-spoken.weight, spoken.category.code))
    return tuple(found[:limit])


def suggest(
    *,
    text: str,
    category_code: str,
    categories: Sequence[CategoryRow],
    items: Iterable[DutyItemRow],
    bodies: Iterable[Body],
    line: Sequence[int],
    limit: int = 5,
) -> tuple[Suggestion, ...]:
    """At most ``limit`` suggestions, the best first, one an organisation.

    Parameters
    ----------
    category_code
        The class somebody chose, or empty.
    line
        Ids of the units from the county down to the place; an item that names a kind of organisation means the
        nearest one on this line, from the place upward.
    """
    bodies = tuple(bodies)
    by_id = {body.id: body for body in bodies}
    by_code = {body.code: body for body in bodies}
    nearest = _nearest(bodies, line)
    names = {category.code: category.name for category in categories}
    spoken = spoken_categories(text, categories)
    pairs = _pairs(text)
    best: dict[int, Suggestion] = {}
    for item in items:
        lead = by_id.get(item.organization_id) if item.organization_id else nearest.get(item.organization_kind)
        if lead is None:
            continue
        score, why = _weigh(item, category_code, spoken, pairs, names)
        if score and (lead.id not in best or best[lead.id].score < score):
            named = (by_code.get(helper) or nearest.get(helper) for helper in item.helpers)
            helpers = tuple(body.id for body in named if body is not None and body is not lead)
            best[lead.id] = Suggestion(
                lead.id, lead.name, helpers, item, item.category_code or category_code, score, why
            )
    ranked = sorted(
        best.values(), key=lambda one: (-one.score, one.item.number if one.item else "", one.organization_id)
    )
    return tuple(_told(one) for one in ranked[:limit]) or _by_ground(nearest, category_code)


def _told(one: Suggestion) -> Suggestion:
    cited = one.item.citation if one.item else ""
    return replace(one, reason=f"{one.reason}，按{cited}由{one.organization_name}主办")


def _nearest(bodies: Iterable[Body], line: Sequence[int]) -> dict[str, Body]:
    place = {unit_id: depth for depth, unit_id in enumerate(line)}
    found: dict[str, Body] = {}
    for body in sorted(bodies, key=lambda body: body.code):
        if body.unit_id in place:
            held = found.get(body.kind)
            if held is None or place[held.unit_id] < place[body.unit_id]:
                found[body.kind] = body
    return found


def _weigh(
    item: DutyItemRow,
    chosen: str,
    spoken: Sequence[Spoken],
    pairs: frozenset[str],
    names: Mapping[str, str],
) -> tuple[float, str]:
    """How strongly a matter points at an item, and why; (0, "") if it does not."""
    score, why = 0.0, ""
    code = item.category_code
    if code and code == chosen:
        score, why = _CHOSEN, f"类别为“{names.get(code, code)}”"
    elif code and chosen.startswith(code):
        score, why = _CHOSEN_PARENT, f"类别属“{names.get(code, code)}”"
    elif chosen and code.startswith(chosen):
        score, why = _CHOSEN_TOP, f"类别属“{names.get(chosen, chosen)}”"
    for one in spoken:
        own = one.category.code
        weight = _SPOKEN * one.weight / spoken[0].weight * (1.0 if own == code else 0.5)
        if code and own.startswith(code) and weight > score:
            quoted = "、".join(f"“{word}”" for word in one.words[:4])
            score, why = weight, f"内容提到{quoted}，疑为“{one.category.name}”"
    likeness = _likeness(item.name, pairs)
    if likeness >= _LEAST_LIKENESS:
        score += _LIKENESS * likeness
        why = why or "内容与事项名称相近"
    return score, why


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _likeness(name: str, pairs: frozenset[str]) -> float:
    own = _pairs(name)
    return len(own & pairs) / len(own) if own else 0.0


def _by_ground(nearest: Mapping[str, Body], category_code: str) -> tuple[Suggestion, ...]:
    body = nearest.get("town_office") or nearest.get("centre")
    if body is None:
        return ()
    reason = f"清单中没有对应事项，责任主体不明，按属地由{body.name}先行牵头"
    return (Suggestion(body.id, body.name, (), None, category_code, 0.0, reason),)
