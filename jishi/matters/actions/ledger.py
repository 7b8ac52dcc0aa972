"""Writing one step down: the matter, its history line, its side rows, the audit line and the event, or nothing."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from jishi.audit.actions import record
from jishi.kernel.errors import Conflict
from jishi.kernel.replay import fingerprint, plain
from jishi.matters.actions.photos import keep_photo
from jishi.matters.actions.sides import apply_side
from jishi.matters.models import Matter, Photo, Step
from jishi.matters.rules import change as changes
from jishi.matters.rules.facts import Facts
from jishi.matters.rules.given import PhotoFile
from jishi.matters.rules.steps import PUBLIC_STEPS
from jishi.matters.rules.vocabulary import PhotoKind
from jishi.notices.actions import tell


@dataclass(frozen=True, slots=True)
class Actor:
    """Who took the step, as the history will say it for ever."""

    person_id: int | None
    name: str
    organization_id: int | None = None


SYSTEM = Actor(None, "系统")
RESIDENT = Actor(None, "居民")


def write_step(
    *,
    facts: Facts,
    name: str,
    change: changes.Change,
    actor: Actor,
    now: dt.datetime,
    photos: tuple[PhotoFile, ...] = (),
    photo_kind: PhotoKind = PhotoKind.HANDLED,
) -> int:
    """Write one step on the version in ``facts``; returns the new version.

    Of two people acting on the same version exactly one changes a row; the other gets ``Conflict`` and nothing of
    theirs is kept.
    """
    version = facts.version + 1
    target = change.sets.get("stage", facts.stage.value)
    moved = Matter.objects.filter(pk=facts.id, version=facts.version).update(version=version, **change.sets)
    if moved != 1:
        raise Conflict("刚刚有人先一步办理了这件事项，请刷新后再看")
    step = append_history(
        matter_id=facts.id,
        seq=version,
        name=name,
        source=facts.stage.value,
        target=target,
        change=change,
        actor=actor,
        now=now,
    )
    for side in change.sides:
        apply_side(side, matter_id=facts.id, by=actor.person_id, closing=facts.reopened + 1, now=now)
    keep_photos(step, photos, photo_kind, now)
    announce(facts.id, facts.number, step, actor, now)
    return version


def history_line(
    *,
    matter_id: int,
    seq: int,
    name: str,
    source: str,
    target: str,
    change: changes.Change,
    actor: Actor,
    now: dt.datetime,
) -> Step:
    """The line of one step, not yet written."""
    return Step(
        matter_id=matter_id,
        seq=seq,
        name=name,
        source=source,
        target=target,
        at=now,
        by_id=actor.person_id,
        by_name=actor.name,
        organization_id=actor.organization_id,
        note=change.note,
        facts=change.facts,
        sets={field: plain(value) for field, value in change.sets.items() if field != "stage"},
        public=name in PUBLIC_STEPS,
    )


def append_history(**line: Any) -> Step:
    """Write one line (see ``history_line``)."""
    step = history_line(**line)
    step.save(force_insert=True)
    return step


def keep_photos(step: Step, photos: tuple[PhotoFile, ...], kind: PhotoKind, now: dt.datetime) -> None:
    for photo in {photo.digest: photo for photo in photos}.values():
        keep_photo(photo)
        Photo.objects.create(
            matter_id=step.matter_id,
            step=step,
            kind=kind.value,
            digest=photo.digest,
            width=photo.width,
            height=photo.height,
            at=now,
        )


STEP_TAKEN = "matter.step"  # the kind of event


def announce(matter_id: int, number: str, step: Step, actor: Actor, now: dt.datetime) -> None:
    """The audit line and the event of one step, in the transaction of the step."""
    put_on_record(matter_id, number, step, actor, now)
    tell(kind=STEP_TAKEN, subject=f"matter:{matter_id}", facts=event_facts(number, step), now=now)


def event_facts(number: str, step: Step) -> dict[str, Any]:
    return {"number": number, "step": step.name, "seq": step.seq, "by": step.by_id}


def put_on_record(matter_id: int, number: str, step: Step, actor: Actor, now: dt.datetime) -> None:
    """The audit line of one step: what was done to which fields, and a fingerprint of the words, not the words.

    Who reads the audit trail need not read what residents said; that the history says what it said when it was
    written is proved by the fingerprint.
    """
    about: dict[str, Any] = {
        "number": number,
        "step": step.name,
        "seq": step.seq,
        "source": step.source,
        "target": step.target,
        "fields": sorted(step.sets),
        "content": fingerprint(vars(step)),
    }
    record(
        stream=f"matter:{matter_id}",
        actor_id=actor.person_id,
        actor=actor.name,
        action=f"matter.{step.name}",
        subject=number,
        facts=about,
        at=now,
        first=step.seq == 1,
    )
