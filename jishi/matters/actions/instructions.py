"""批办: a leader's dated task to one organisation, and the answer to it. It changes no stage and no grade."""

import datetime as dt

from django.db import transaction

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.audit.actions import record
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jishi.matters.models import Instruction, Matter
from jishi.matters.queries.scope import visible
from jishi.matters.rules.reports import clean_text
from jishi.notices.actions import tell
from jishi.organizations.queries import OrganizationRow, organization


@transaction.atomic
def instruct(
    *, by: Viewer, organization_id: int, text: str, due_at: dt.datetime, now: dt.datetime, number: str = ""
) -> int:
    """Give an organisation a dated task, on one matter or on the leader's area as a whole; returns its id."""
    by.check(Permission.INSTRUCT)
    body = organization(organization_id)
    if body is None:
        raise Invalid("请选择承办单位", field="organization_id")
    text = clean_text(text)
    if not text:
        raise Invalid("请写明批办意见", field="text")
    if len(text) > 500:
        raise Invalid("批办意见最多500个字", field="text")
    if due_at <= now:
        raise Invalid("反馈期限要晚于现在", field="due_at")
    matter = _matter(by, number)
    grant = _leading(by, body, matter)
    instruction = Instruction.objects.create(
        matter=matter,
        leader_id=by.person_id,
        leader_name=by.name,
        organization_id=body.id,
        unit_id=grant.unit_id,
        text=text,
        at=now,
        due_at=due_at,
    )
    _write(
        instruction,
        by,
        "instruction.given",
        {"text": text, "to": body.name, "due_at": due_at.isoformat()},
        now,
    )
    return instruction.pk


def _matter(by: Viewer, number: str) -> Matter | None:
    if not number:
        return None
    matter = visible(by).filter(number=number).first()
    if matter is None:
        raise NotFound("没有找到这件事项，或不在您的分管范围内")
    if matter.closed_at is not None:
        raise Conflict("这件事项已经结案，如有新的要求请另行批办")
    return matter


def _leading(by: Viewer, body: OrganizationRow, matter: Matter | None) -> Grant:
    """The leader's posting that covers the organisation, or the matter the organisation is to act on."""
    for grant in by.having(Permission.INSTRUCT):
        if grant.covers(body.unit_path):
            return grant
        if matter is not None and body.id in {matter.lead_id, matter.responsible_id}:
            return grant
    raise Forbidden("只能批办给本辖区内的单位")


@transaction.atomic
def answer_instruction(*, instruction_id: int, by: Viewer, text: str, now: dt.datetime) -> None:
    """Report back on an instruction, once, by somebody of the organisation it was given to."""
    offices = [grant.organization_id for grant in by.having(Permission.ANSWER)]
    instruction = Instruction.objects.filter(pk=instruction_id, organization__in=offices).first()
    if instruction is None:
        raise NotFound("没有找到这件批办，或不是批给本单位的")
    text = clean_text(text)
    if not text:
        raise Invalid("请填写办理情况", field="text")
    if len(text) > 1000:
        raise Invalid("反馈最多1000个字", field="text")
    answered = Instruction.objects.filter(pk=instruction_id, answered_at__isnull=True).update(
        answer=text, answered_at=now, answered_by=by.person_id
    )
    if answered != 1:
        raise Conflict("这件批办已有同事反馈过了")
    _write(instruction, by, "instruction.answered", {"answer": text}, now)


def _write(instruction: Instruction, by: Viewer, action: str, facts: dict[str, str], now: dt.datetime) -> None:
    number = instruction.matter.number if instruction.matter else ""
    record(
        stream=f"instruction:{instruction.pk}",
        actor_id=by.person_id,
        actor=by.name,
        action=action,
        subject=number or f"批办{instruction.pk}",
        facts={"number": number, **facts},
        at=now,
    )
    tell(
        kind=action,
        subject=f"instruction:{instruction.pk}",
        facts={"id": instruction.pk, "number": number},
        now=now,
    )
