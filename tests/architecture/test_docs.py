"""The written-down stays true: generated pages are fresh, marks name real requirements, links lead somewhere,
and every term has its line in the glossary."""

import re

import pytest

from jishi.accounts.rules.roles import Permission, Role
from jishi.cli import reference, variables
from jishi.duties.rules.limits import Clock, Measure
from jishi.matters.rules.stages import OFFICIAL, Stage
from jishi.matters.rules.steps import STEPS
from jishi.matters.rules.vocabulary import Channel, Grade, PartRole, PhotoKind, ReplyKind, RequestKind
from jishi.orders.rules import stages as order_stages
from jishi.orders.rules import steps as order_steps
from jishi.orders.rules.vocabulary import DayPart, OrderChannel, ServiceKind
from jishi.organizations.rules.bodies import Kind
from jishi.registers.rules.vocabulary import (
    BuildingUse,
    DocumentKind,
    EndReason,
    HouseholdKind,
    PremisesKind,
    Purpose,
    RecordKind,
    Relation,
    Sex,
    Source,
    StayKind,
)
from jishi.territory.rules.succession import Cause
from tests import capabilities
from tests.architecture.source import ROOT, tracked

REFERENCE = ROOT / "docs" / "reference"
SPOKEN = (
    *(Stage, Role, Grade, Channel, ReplyKind, PartRole, RequestKind, PhotoKind),
    *(Clock, Measure, Kind, Cause),
    *(order_stages.Stage, OrderChannel, ServiceKind, DayPart),
    *(RecordKind, Sex, DocumentKind, Relation, StayKind, HouseholdKind, BuildingUse, PremisesKind),
    *(Source, EndReason, Purpose),
)
MOST_ADR_LINES = 40


@pytest.mark.parametrize("name", list(reference.PAGES))
def test_a_generated_page_is_fresh(name: str):
    kept = (REFERENCE / name).read_text(encoding="utf-8")
    assert kept == reference.PAGES[name](), "run: make docs"


def test_the_page_of_capabilities_is_fresh():
    assert capabilities.PAGE.read_text(encoding="utf-8") == capabilities.page(), "run: make docs"


def test_every_mark_names_a_requirement():
    assert sorted(set(capabilities.marks()) - set(capabilities.requirements())) == []


def test_links_between_pages_lead_somewhere():
    link = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
    broken = [
        f"{path.relative_to(ROOT)} -> {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in link.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_decisions_are_one_page_and_numbered_without_gaps():
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    assert [path.name for path in records if len(path.read_text().splitlines()) > MOST_ADR_LINES] == []


def test_every_term_of_the_code_has_its_line_in_the_glossary():
    lines = set((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines())
    terms = [(member.label, f"{kind.__name__}.{member.name}") for kind in SPOKEN for member in kind]
    terms += [(reference.PERMITS[each], f"Permission.{each.name}") for each in Permission]
    terms += [(step.label, f'STEPS["{name}"]') for table in (STEPS, order_steps.STEPS) for name, step in table.items()]
    terms += [(name, f'OFFICIAL["{name}"]') for name in (*OFFICIAL, *order_stages.OFFICIAL)]
    missing = [f"| {label} | `{name}` |" for label, name in terms if f"| {label} | `{name}` |" not in lines]
    assert missing == []


def test_every_variable_of_the_settings_is_explained():
    explained = {name for rows in variables.VARIABLES.values() for name in rows}
    read = variables.read_by_settings(ROOT / "jishi_site" / "settings.py")
    assert sorted(read - explained) == []
    elsewhere = {"JISHI_CHROMIUM", "JISHI_TEST_POSTGRES", "JISHI_BENCH_POSTGRES"}
    assert sorted(explained - read - elsewhere) == []
