"""The step table against a table written by hand from the requirements: who may do what, where, and what follows."""

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest

from jishi.kernel.errors import Conflict, DomainError, Forbidden
from jishi.matters.rules.checks import can_step, check_offered, check_step
from jishi.matters.rules.facts import PartFacts, RequestFacts
from jishi.matters.rules.stages import CLOSED_STAGES, OFFICIAL, OPEN_STAGES, Stage
from jishi.matters.rules.steps import STEPS, Holder
from jishi.matters.rules.vocabulary import Grade, PartRole, ReplyKind, RequestKind
from tests.matters.scenes import (
    CHEN,
    CITY,
    ENOUGH,
    EVERYBODY,
    HE,
    LI,
    NOW,
    QIAN,
    SUN,
    WANG,
    WATER,
    ZHANG,
    ZHOU,
    matter,
    scene,
)

S = Stage
# The way of a matter, step by step, as the requirements tell it.
WAYS = {
    ("settle", S.REGISTERED): S.VERIFYING,
    ("dispatch", S.REGISTERED): S.DISPATCHED,
    ("dispatch", S.RETURNED): S.DISPATCHED,
    ("redispatch", S.DISPATCHED): S.DISPATCHED,
    ("redispatch", S.ACCEPTED): S.DISPATCHED,
    ("redispatch", S.HANDLING): S.DISPATCHED,
    ("sign", S.DISPATCHED): S.ACCEPTED,
    ("return", S.DISPATCHED): S.RETURNED,
    ("dispute", S.DISPATCHED): S.ARBITRATION,
    ("arbitrate", S.ARBITRATION): S.DISPATCHED,
    ("begin", S.ACCEPTED): S.HANDLING,
    ("finish", S.ACCEPTED): S.VERIFYING,
    ("finish", S.HANDLING): S.VERIFYING,
    ("verify", S.VERIFYING): S.VERIFIED,
    ("reject", S.VERIFYING): S.HANDLING,
    ("close", S.VERIFIED): S.CLOSED,
    ("follow_up", S.CLOSED): S.FOLLOWED_UP,
    ("rate", S.CLOSED): S.FOLLOWED_UP,
    ("reopen", S.CLOSED): S.REGISTERED,
    ("reopen", S.FOLLOWED_UP): S.REGISTERED,
    **{("merge", stage): S.MERGED for stage in OPEN_STAGES},
    ("unmerge", S.MERGED): S.REGISTERED,
    **{("grant_abnormal", stage): S.ABNORMAL for stage in OPEN_STAGES},
}


def fitting(name: str, stage: Stage):
    """A matter at ``stage`` for which nothing but stage and person can stand in the way of the step."""
    more: dict[str, object] = {}
    if name == "dispute":
        more["returns"] = 1
    if name == "unmerge":
        more["main_open"] = True
    if name == "resume":
        more |= {"paused_since": NOW, "paused_until": NOW}
    if name in {"help_done", "release_helper"}:
        more["parts"] = (PartFacts(CITY, PartRole.LEAD, False), PartFacts(WATER, PartRole.HELPER, False))
    kind = {
        "grant_extension": RequestKind.EXTENSION,
        "refuse_extension": RequestKind.EXTENSION,
        "grant_abnormal": RequestKind.ABNORMAL,
        "refuse_abnormal": RequestKind.ABNORMAL,
        "refuse_reopening": RequestKind.REOPENING,
    }.get(name)
    if kind is not None:
        more["requests"] = (RequestFacts(1, kind, CHEN.person_id),)
    if stage is S.VERIFYING:
        more["handled_by"] = CHEN.person_id
    return matter(stage, **more)


@pytest.mark.capability("C34", "K22-I1")
def test_only_the_written_ways_lead_from_stage_to_stage():
    moving = {
        (name, stage): step.target
        for (name, step), stage in product(STEPS.items(), Stage)
        if step.target is not None and stage in step.sources
    }
    assert moving == WAYS


@pytest.mark.parametrize(("name", "stage"), list(product(STEPS, Stage)))
@pytest.mark.capability("C34", "K22-I1")
def test_a_step_is_offered_in_its_stages_and_in_no_other(name, stage):
    step = STEPS[name]
    people = [None] if step.holder in {Holder.REPORTER, Holder.SYSTEM} else EVERYBODY.values()
    offered = any(can_step(step, fitting(name, stage), somebody) for somebody in people)
    assert offered == (stage in step.sources)


def test_no_way_leads_from_handling_to_closing_without_verification():
    """Walk the table: from every handling stage, a closed stage other than an abnormal end passes 核实."""
    reached, edge = set(), {S.ACCEPTED, S.HANDLING, S.DISPATCHED, S.REGISTERED}
    while edge:
        reached |= edge
        edge = {
            step.target
            for name, step in STEPS.items()
            if name not in {"verify", "merge", "grant_abnormal"} and step.target and step.sources & reached
        } - reached
    assert reached & CLOSED_STAGES == set()


@pytest.mark.capability("C34")
def test_every_stage_belongs_to_exactly_one_official_stage():
    named = [stage for stages in OFFICIAL.values() for stage in stages]
    assert sorted(named) == sorted(Stage)


# Who takes each step on a matter in 小李's grid: written by hand, everybody not named is refused.
WHO = {
    "settle": {"li", "zhou"},
    "verify": {"li", "zhou", "wang", "qian"},
    "reject": {"li", "zhou", "wang", "qian"},
    **{n: {"chen"} for n in ("sign", "return", "dispute", "begin", "finish", "ask_extension", "ask_abnormal")},
    "help_done": {"he"},
    **{
        name: {"wang", "qian"}
        for name in [
            "dispatch", "redispatch", "arbitrate", "close", "follow_up", "reopen", "merge", "unmerge", "grant_abnormal",
            "add_helper", "release_helper", "pause", "resume", "grant_extension", "refuse_extension",
            "refuse_abnormal", "refuse_reopening", "regrade", "reclassify", "relocate", "urge", "supervise",
        ]
    },
    # Whoever reads the matter may add a word; that the stranger of the next grid does not is the scope's work.
    "comment": {"li", "sun", "zhou", "wang", "qian", "chen", "he", "zhang"},
    "rate": set(),
    "ask_reopening": set(),
    "escalate": set(),
}  # fmt: skip


@pytest.mark.parametrize(("name", "who"), list(product(STEPS, EVERYBODY)))
@pytest.mark.capability("C92", "C34")
def test_each_person_may_take_exactly_the_steps_of_their_posting(name, who):
    stage = next(iter(sorted(STEPS[name].sources)))
    assert can_step(STEPS[name], fitting(name, stage), EVERYBODY[who]) == (who in WHO[name])


def test_the_hand_written_table_names_every_step():
    assert set(WHO) == set(STEPS)


@pytest.mark.capability("C39", "K25-I3")
def test_a_leader_changes_no_stage():
    moving = [step for step in STEPS.values() if step.target is not None]
    for step, stage in product(moving, Stage):
        assert not can_step(step, fitting(step.name, stage), ZHANG)


@pytest.mark.capability("K22-I2", "C34", "K22-B3")
def test_whoever_worked_on_a_matter_cannot_verify_it():
    for worker in (LI, ZHOU, WANG):
        by_hand = matter(S.VERIFYING, handled_by=worker.person_id)
        as_helper = matter(S.VERIFYING, workers=frozenset({worker.person_id}))
        for facts in (by_hand, as_helper):
            with pytest.raises(Forbidden, match="没有经手处置的人"):
                check_offered(STEPS["verify"], facts, worker)
            assert can_step(STEPS["verify"], facts, QIAN)


@pytest.mark.capability("C92")
def test_the_stranger_from_the_next_grid_can_do_nothing_here():
    for name, stage in product(STEPS, Stage):
        if name != "comment":
            assert not can_step(STEPS[name], fitting(name, stage), SUN)


@pytest.mark.capability("C41")
def test_the_first_return_goes_back_the_second_to_arbitration_a_third_is_impossible():
    offered = {
        returns: {n for n in ("return", "dispute") if can_step(STEPS[n], matter(S.DISPATCHED, returns=returns), CHEN)}
        for returns in (0, 1, 2)
    }
    assert offered == {0: {"return"}, 1: {"dispute"}, 2: set()}


@pytest.mark.parametrize("name", sorted(STEPS))
@pytest.mark.capability("C38")
def test_while_paused_only_the_steps_that_say_so_are_offered(name):
    step = STEPS[name]
    for stage in step.sources & OPEN_STAGES:
        facts = replace(fitting(name, stage), paused_since=NOW, paused_until=NOW)
        offered = any(can_step(step, facts, somebody) for somebody in [None, *EVERYBODY.values()])
        assert offered == (step.while_paused and step.holder is not Holder.SYSTEM)


@pytest.mark.capability("L20", "C35")
def test_nobody_grants_what_he_asked_for():
    both = replace(WANG, person_id=CHEN.person_id)
    for name in ("grant_extension", "grant_abnormal"):
        facts = fitting(name, S.HANDLING)
        with pytest.raises(Forbidden, match="由别人审批"):
            check_offered(STEPS[name], facts, both)
        assert can_step(STEPS[name], facts, WANG)


def _taker(name):
    step = STEPS[name]
    if step.holder is Holder.REPORTER:
        return None
    return next(EVERYBODY[who] for who in ("wang", "chen", "he", "li") if who in WHO[name])


EMPTY = {"grade": None, "reply_kind": None, "until": None, "lead_id": None, "organization_id": None, "unit_id": None,
         "solved": None, "satisfied": None, "working_days": 0}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "missing"),
    [(n, need) for n, s in STEPS.items() for need in s.needs if s.holder is not Holder.SYSTEM],
)
def test_a_step_without_what_it_needs_is_refused_and_names_the_field(name, missing):
    facts = fitting(name, next(iter(sorted(STEPS[name].sources))))
    given = replace(ENOUGH, **{missing: EMPTY.get(missing, "")})
    with pytest.raises(DomainError) as refusal:
        check_step(STEPS[name], scene(facts, into=matter(S.HANDLING, id=2), moved_path=facts.path), _taker(name), given)
    assert refusal.value.field == missing


@pytest.mark.parametrize("name", [n for n, s in STEPS.items() if s.holder is not Holder.SYSTEM])
def test_a_step_with_all_it_needs_is_let_through(name):
    facts = fitting(name, next(iter(sorted(STEPS[name].sources))))
    given = replace(ENOUGH, lead_id=CITY)
    check_step(STEPS[name], scene(facts, into=matter(S.HANDLING, id=2), moved_path=facts.path), _taker(name), given)


@pytest.mark.capability("C36", "K23-I2")
def test_a_grade_binds_the_level_of_the_lead():
    dispatch = STEPS["dispatch"]
    for grade, body, allowed in [
        ("tiny", 13, True), ("tiny", CITY, False), ("small", 13, True), ("small", CITY, True),
        ("big", 13, False), ("big", 12, True), ("hard", 12, False), ("hard", CITY, True),
    ]:  # fmt: skip
        given = replace(ENOUGH, grade=Grade(grade), lead_id=body)
        if allowed:
            check_step(dispatch, scene(matter(S.REGISTERED)), WANG, given)
        else:
            with pytest.raises(DomainError) as refusal:
                check_step(dispatch, scene(matter(S.REGISTERED)), WANG, given)
            assert refusal.value.field == "lead_id"


@pytest.mark.capability("C35")
def test_a_unit_that_does_not_serve_the_place_cannot_lead_or_help():
    for given in (replace(ENOUGH, lead_id=99), replace(ENOUGH, helper_ids=(99,))):
        with pytest.raises(DomainError, match="不负责该地点"):
            check_step(STEPS["dispatch"], scene(matter(S.REGISTERED)), WANG, given)


@pytest.mark.capability("C35", "K22-I4")
def test_the_lead_finishes_only_when_every_helper_is_done_or_released():
    lead, helper = PartFacts(CITY, PartRole.LEAD, False), PartFacts(WATER, PartRole.HELPER, False)
    with pytest.raises(Conflict, match="供水公司"):
        check_step(STEPS["finish"], scene(matter(S.HANDLING, parts=(lead, helper))), CHEN, ENOUGH)
    check_step(STEPS["finish"], scene(matter(S.HANDLING, parts=(lead, replace(helper, done=True)))), CHEN, ENOUGH)
    check_step(STEPS["help_done"], scene(matter(S.HANDLING, parts=(lead, helper))), HE, ENOUGH)


@pytest.mark.capability("K24-I3", "K24-B1", "K24-I4")
def test_passing_it_on_is_no_answer_and_a_no_needs_its_basis():
    for empty in ("已转办", "已转交。", "已转相关部门", "已收到！"):
        with pytest.raises(DomainError, match="不是答复"):
            check_step(STEPS["close"], scene(matter(S.VERIFIED)), WANG, replace(ENOUGH, reply=empty))
    cannot = replace(ENOUGH, reply_kind=ReplyKind.CANNOT, basis=" ")
    with pytest.raises(DomainError, match="依据"):
        check_step(STEPS["close"], scene(matter(S.VERIFIED)), WANG, cannot)


@pytest.mark.capability("K22-I7", "C34")
def test_the_window_for_reopening_closes():
    for days, open_ in [(14, True), (16, False)]:
        facts = matter(S.CLOSED, closed_at=NOW - dt.timedelta(days=days))
        for name, who in (("ask_reopening", None), ("reopen", WANG)):
            if open_:
                check_step(STEPS[name], scene(facts), who, ENOUGH)
            else:
                with pytest.raises(Conflict, match="已超过15天"):
                    check_step(STEPS[name], scene(facts), who, ENOUGH)


@pytest.mark.capability("C38", "K22-I8")
def test_a_pause_has_a_listed_reason_and_an_end_within_bounds():
    limit = NOW + dt.timedelta(days=10)
    paused = scene(matter(S.HANDLING), pause_end_limit=limit)
    check_step(STEPS["pause"], paused, WANG, ENOUGH)
    for wrong in (
        replace(ENOUGH, reason="because"),
        replace(ENOUGH, until=NOW),
        replace(ENOUGH, until=limit + dt.timedelta(minutes=1)),
    ):
        with pytest.raises(DomainError):
            check_step(STEPS["pause"], paused, WANG, wrong)


@pytest.mark.capability("C38")
def test_extensions_are_few_short_and_never_for_urgent_matters():
    step = STEPS["ask_extension"]
    check_step(step, scene(matter(S.HANDLING)), CHEN, replace(ENOUGH, working_days=5))
    for wrong in (
        (scene(matter(S.HANDLING)), replace(ENOUGH, working_days=6)),
        (scene(matter(S.HANDLING), extensions=1), ENOUGH),
        (scene(matter(S.HANDLING, urgent=True)), ENOUGH),
    ):
        with pytest.raises(DomainError):
            check_step(step, wrong[0], CHEN, wrong[1])


@pytest.mark.capability("C42")
def test_a_matter_is_merged_only_into_another_open_one():
    for into in (None, matter(S.HANDLING), matter(S.CLOSED, id=2), matter(S.MERGED, id=2)):
        with pytest.raises(DomainError) as refusal:
            check_step(STEPS["merge"], scene(matter(S.REGISTERED), into=into), WANG, ENOUGH)
        assert refusal.value.field == "into"
