"""The county a measurement runs in: 石峰区 with the people a matter needs, made through the program's own actions.

Run as a program on the database under test (``python -m jishi.cli.bench.county``); prints a ``County`` as JSON.
"""

import secrets
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

import click
import orjson

from jishi.cli.bench.databases import Database
from jishi.cli.ground import say_json, start

GRID_DEPTH = 3
GRIDS_A_COMMUNITY = 5  # where the template comes without grids: about as many as the real county has
WORKERS = 16  # grid workers who report and verify, each in one grid


@dataclass(frozen=True, slots=True)
class Worker:
    """A grid worker with the key of a program in their name; ``unit_id`` is the grid."""

    person_id: int
    unit_id: int
    token: str


@dataclass(frozen=True, slots=True)
class County:
    """What a load needs to know of the county. ``leaves`` are grids: the unit's id and its five area ids."""

    county_id: int
    number_prefix: str
    center: tuple[float, float]
    leaves: list[list[int | None]]
    lead_ids: list[int]
    centre_id: int
    categories: list[list[str]]  # code, name
    workers: list[Worker]
    dispatcher_id: int
    dispatcher_token: str
    handler_id: int
    handler_token: str  # works for the first of ``lead_ids``
    session: str  # the dispatcher's
    desk: str  # path of the dispatcher's worklist page


def make_county(database: Database, *, drawn: bool = False) -> County:
    """Migrate the database, load the place and take the people on; some seconds. With ``drawn`` the grids have ground
    too, which takes some more."""
    asked = [sys.executable, "-m", "jishi.cli.bench.county", *(["--drawn"] if drawn else [])]
    done = subprocess.run(asked, env=database.env, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the county could not be made:\n{done.stderr.decode(errors='replace')[-3000:]}")
    return read_county(done.stdout.splitlines()[-1])


def read_county(text: bytes) -> County:
    """A county from its JSON."""
    known = orjson.loads(text)
    return County(**known | {"workers": [Worker(**worker) for worker in known["workers"]]})


def build(*, drawn: bool) -> County:
    """Make the county in the database of the settings."""
    from django.conf import settings
    from django.core.management import call_command
    from django.urls import reverse
    from django.utils import timezone

    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.duties import queries as duties
    from jishi.flows import place_loading
    from jishi.organizations import queries as organizations
    from jishi.territory import queries as territory
    from jishi.territory.actions.grounds import draw_sketches

    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    folder = settings.PLACES_DIR / settings.PLACE
    place_loading.load_place(folder, now=now)
    _draw_grids(now)
    if drawn:
        draw_sketches(by=SYSTEM, now=now)
    county = territory.county()
    grids = territory.units(GRID_DEPTH)
    centre = organizations.centre_for(county)
    leads = [body.id for body in organizations.dispatchable("department") if body.unit_depth == 0][:12]
    dispatcher_id, dispatcher_token = _take_on("dispatcher", "dispatcher", county.id, centre.id, now)
    handler_id, handler_token = _take_on("handler", "handler", county.id, leads[0], now)
    return County(
        county_id=county.id,
        number_prefix=territory.place().number_prefix,
        center=territory.place().center,
        leaves=[[grid.id, *territory.area_ids(grid)] for grid in grids],
        lead_ids=leads,
        centre_id=centre.id,
        categories=[[row.code, row.name] for row in duties.categories()],
        workers=[_worker(index, grids[index * len(grids) // WORKERS].id, now) for index in range(WORKERS)],
        dispatcher_id=dispatcher_id,
        dispatcher_token=dispatcher_token,
        handler_id=handler_id,
        handler_token=handler_token,
        session=_log_in(dispatcher_id),
        desk=reverse("desk"),
    )


def _draw_grids(now: Any) -> None:
    """Give every community its grids, where the template leaves them to the place."""
    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.territory import queries as territory
    from jishi.territory.actions.place import load_units
    from jishi.territory.rules.tree import UnitEntry

    if territory.units(GRID_DEPTH):
        return
    ladder = territory.place().ladder
    entries = []
    for community in territory.units(GRID_DEPTH - 1):
        above = ladder.level_of(community.depth, community.kind)
        kind = next(
            level.kinds[0] for level in ladder.at(GRID_DEPTH) if above is None or level.branch in ("", above.branch)
        )
        for number in range(1, GRIDS_A_COMMUNITY + 1):
            code = f"{community.code}{number:03d}"
            entries.append(UnitEntry(code, f"第{number}网格", kind, community.code))
    load_units(entries=entries, by=SYSTEM, now=now)


def _worker(index: int, unit_id: int, now: Any) -> Worker:
    person_id, token = _take_on(f"grid-{index}", "grid_worker", unit_id, None, now)
    return Worker(person_id, unit_id, token)


def _take_on(key: str, role: str, unit_id: int, office_id: int | None, now: Any) -> tuple[int, str]:
    """One person posted to one unit, and a key for a program working in their name."""
    from jishi.accounts import actions
    from jishi.accounts.rules.roles import Role
    from jishi.accounts.rules.viewer import SYSTEM

    person_id = actions.add_person(username=f"bench-{key}", name=f"测速{key}", by=SYSTEM, now=now)
    actions.open_posting(
        person_id=person_id, role=Role(role), unit_id=unit_id, organization_id=office_id, by=SYSTEM, now=now
    )
    return person_id, actions.issue_token(person_id=person_id, name="测速", by=SYSTEM, now=now)


def _log_in(person_id: int) -> str:
    """A session as the login page makes it, without the password."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import get_user_model, login
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    request.META["CSRF_COOKIE"] = secrets.token_hex(16)
    person = get_user_model().objects.get(pk=person_id)
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    assert request.session.session_key
    return request.session.session_key


@click.command()
@click.option("--drawn", is_flag=True)
def main(drawn: bool) -> None:
    start()
    say_json(asdict(build(drawn=drawn)))


if __name__ == "__main__":
    main()
