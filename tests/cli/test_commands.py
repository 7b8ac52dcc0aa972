"""The command line: quick to answer, one sentence for a refusal, JSON for programs."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from jishi.accounts import queries
from jishi.accounts.models import Person
from jishi.audit.models import Entry
from jishi.cli.ground import Bars
from jishi.cli.main import MODULES, main
from jishi.kernel.canonical import digest
from tests.cast import NOW, TODAY, Cast


@pytest.fixture
def jishi() -> Callable[..., Result]:
    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, words, input=typed, catch_exceptions=False)

    return run


def test_help_does_not_wait_for_django():
    program = (
        "import sys\nfrom jishi.cli.main import main\n"
        "try:\n    main(['--help'])\nfinally:\n    assert 'django' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout


@pytest.mark.parametrize("name", list(MODULES))
def test_every_command_explains_itself_in_chinese(jishi, name: str):
    result = jishi(name, "--help")
    assert result.exit_code == 0
    assert any("一" <= letter <= "鿿" for letter in result.output)


def test_an_unknown_command_is_refused(jishi):
    result = jishi("fly")
    assert result.exit_code == 2
    assert "fly" in result.stderr


@pytest.mark.django_db
def test_a_refusal_is_one_sentence_without_a_traceback(jishi):
    result = jishi("token", "issue", "nobody")
    assert result.exit_code == 2
    assert result.stderr == "没有用户名为“nobody”的人员\n"
    assert result.stdout == ""


@pytest.mark.django_db
def test_a_key_is_issued_for_a_program(jishi, cast: Cast):
    cast.person("chen")
    key = jishi("token", "issue", "chen").stdout.strip()
    as_json = json.loads(jishi("token", "issue", "chen", "--json", "--days", "1").stdout)
    for one in (key, as_json["token"]):
        viewer = queries.viewer_of_token(digest(one), NOW)
        assert viewer is not None
        assert viewer.name == "老陈"
    assert as_json["username"] == "chen"


@pytest.mark.django_db
def test_the_first_administrator_is_made_at_the_machine(jishi, cast: Cast):
    county = cast.county
    result = jishi("people", "administrator", "boss", "老板", typed="long-enough-1\nlong-enough-1\n")
    assert result.exit_code == 0
    viewer = queries.viewer_of(Person.objects.get(username="boss").pk, TODAY.replace(year=2100))
    assert viewer is not None
    assert [grant.unit_id for grant in viewer.grants] == [county.pk]
    assert "long-enough-1" not in result.output


@pytest.mark.django_db
def test_without_a_place_there_is_no_administrator(jishi):
    result = jishi("people", "administrator", "boss", "老板", typed="long-enough-1\nlong-enough-1\n")
    assert result.exit_code == 2
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_a_password_is_set_anew_at_the_machine(jishi, cast: Cast):
    person = cast.person("zhao")
    assert jishi("people", "password", "zhao", typed="long-enough-1\nlong-enough-1\n").exit_code == 0
    person.refresh_from_db()
    assert person.check_password("long-enough-1")


@pytest.mark.django_db
@pytest.mark.capability("C93")
def test_check_is_quiet_about_a_whole_record_and_finds_one_false_row(jishi, cast: Cast):
    cast.token("li")
    whole = jishi("check")
    assert whole.exit_code == 0
    assert "审计链：正常" in whole.stdout

    entry = Entry.objects.get()
    altered = Entry(
        stream=entry.stream,
        seq=2,
        at=entry.at,
        actor="别人",
        action=entry.action,
        subject=entry.subject,
        facts=entry.facts,
        previous=entry.digest,
        digest=entry.digest[::-1],
    )
    altered.save()
    broken = jishi("check", "--json")
    assert broken.exit_code == 1
    first = json.loads(broken.stdout.splitlines()[0])
    assert first["check"] == "审计链"
    assert len(first["findings"]) == 1


def test_bars_are_shown_only_where_somebody_looks(capsys: pytest.CaptureFixture[str]):
    with Bars(shown=False) as quiet:
        quiet("登记", 1, 2)
    assert capsys.readouterr().err == ""
    with Bars(shown=True) as loud:
        loud("登记", 1, 2)
        loud("登记", 2, 2)
        loud("派发", 5)
    shown = capsys.readouterr().err
    assert "登记: 100%" in shown
    assert "派发: 5it" in shown
