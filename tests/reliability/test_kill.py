"""`kill -9` while people register: what was acknowledged is there, nothing is there twice, and the record holds.

The web server is a real one, in its own processes, on a database of its own. Clients repeat what was not answered
under the same key, as a phone does. The full thousand a case runs in `jishi bench reliability`.
"""

import os
import random

import pytest
from django.conf import settings

from jishi.cli.bench.county import make_county
from jishi.cli.bench.databases import database
from jishi.cli.bench.reliability import cut_connections, hammer, kill_one_worker, kill_server
from jishi.cli.bench.server import Server

NUMBER = int(os.environ.get("JISHI_TEST_REGISTRATIONS", "120"))
KIND = "sqlite" if settings.DATABASES["default"]["ENGINE"] == "jishi.orm.sqlite" else "postgresql"


@pytest.fixture(scope="module")
def county():
    """A county with people and keys, in a database of its own of the kind the suite runs on."""
    with database(KIND, suffix="_kill") as made:
        yield made, make_county(made)


def strikes(made, server):
    found = {
        "a web worker is killed": kill_one_worker(server, random.Random(1)),
        "the whole server is killed": kill_server(server),
    }
    if made.kind == "postgresql":
        found["every connection is cut"] = cut_connections(made)
    return found


@pytest.mark.capability("C34", "C93", "C96")
def test_whatever_is_killed_no_acknowledged_registration_is_lost_and_none_is_doubled(county):
    made, people = county
    for turn, name in enumerate(strikes(made, Server(made.env, log=made.room / "unused.log"))):
        server = Server(made.env, log=made.room / f"server-{turn}.log")
        with server:
            strike = strikes(made, server)[name]
            after = hammer(made, people, server, strike, number=NUMBER, strikes=2, seed=turn)
        assert len(after.acknowledged) == NUMBER, name
        assert after.interruptions == 2, name
        assert after.lost == [], name
        assert after.doubled == 0, name
        assert after.findings == [], name
