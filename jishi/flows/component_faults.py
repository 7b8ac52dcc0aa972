"""Somebody finds a component broken: it stands as faulty, and a matter is opened where it lies, with the component."""

import datetime as dt
import secrets
from collections.abc import Callable

from django.db import transaction

from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict, Invalid
from jishi.matters.actions.registration import register
from jishi.matters.queries.at_component import faults_of
from jishi.matters.rules.given import PhotoFile, Receipt, Report
from jishi.matters.rules.stages import OPEN_STAGES
from jishi.matters.rules.vocabulary import Channel
from jishi.parts import actions as parts
from jishi.parts.actions import inspect
from jishi.parts.queries import ComponentDetail, component
from jishi.parts.rules.codes import clean_code
from jishi.parts.rules.inspections import Condition

MAX_TITLE = 120


def report_fault(
    *,
    code: str,
    note: str,
    by: Viewer,
    now: dt.datetime,
    category_code: str = "",
    urgent: bool = False,
    photos: tuple[PhotoFile, ...] = (),
    digits: Callable[[int], int] = secrets.randbelow,
) -> Receipt:
    """Write the inspection and open the matter, both or neither; the receipt of the matter.

    The matter lies in the grid of the component and keeps its code. Who answers for the component stands in its text,
    for whoever dispatches it; nobody is charged with it by the machine. ``digits`` draws the random part of the number,
    below the limit it is given. Raises Invalid with the field, NotFound for a component outside the viewer's area,
    Conflict for one that was taken down.
    """
    said = note.strip()
    if not said:
        raise Invalid("请写明故障情况", field="note")
    found = component(by, code)
    if found.until is not None:
        raise Conflict("这个部件已经注销")
    row = found.row
    report = Report(
        channel=Channel.GRID if Role.GRID_WORKER in by.roles else Channel.QUICK,
        title=f"{row.title}：{' '.join(said.split())}"[:MAX_TITLE],
        text=text_of(found, said),
        unit_id=row.unit_id,
        place=row.place,
        longitude=row.longitude,
        latitude=row.latitude,
        category_code=category_code,
        urgent=urgent,
        photos=photos,
        component_code=row.code,
    )
    with transaction.atomic():
        receipt = register(report=report, by=by, now=now, digits=digits)
        inspect(code=row.code, condition=Condition.FAULTY, note=said, matter_number=receipt.number, by=by, now=now)
    return receipt


def text_of(found: ComponentDetail, said: str) -> str:
    """What was found, then the component and the units that answer for it, as far as they are known."""
    lines = [said, f"部件：{found.row.subclass_name}（{found.row.code}）{found.row.name}".rstrip()]
    units = (("养护单位", found.keeper), ("权属单位", found.owner), ("主管单位", found.authority))
    lines.append("，".join(f"{label}：{body.name}" for label, body in units if body.name))
    return "\n".join(filter(None, lines))


def correct_condition(*, code: str, condition: Condition, reason: str, by: Viewer, now: dt.datetime) -> None:
    """The register said something else than what is so. While a matter about the component is open, its end decides.

    Raises Conflict then; otherwise as ``parts.actions.correct_condition``.
    """
    with transaction.atomic():
        still = [fault.number for fault in faults_of(clean_code(code)) if fault.stage in OPEN_STAGES]
        if still:
            raise Conflict(f"事项{still[-1]}正在办理，办结后状况随之更新")
        parts.correct_condition(code=code, condition=condition, reason=reason, by=by, now=now)
