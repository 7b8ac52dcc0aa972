"""schemathesis knocks at every endpoint of the document: no 5xx, and every answer is one the document promises.

Three people knock: a dispatcher, a handler and nobody. The examples are the same in every run. Everything happens in
one transaction a test, so what is registered on the way makes the later examples richer.
"""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks

load_all_checks()

# What the rules of the house refuse although it fits the schema: an unknown unit, a step out of turn.
DOMAIN = "positive_data_acceptance"
EXAMPLES = 6

config = schemathesis.Config.from_dict(
    {
        "generation": {"deterministic": True, "max-examples": EXAMPLES},
        "checks": {
            DOMAIN: {"enabled": False},
            "missing_required_header": {"expected-statuses": [401, 403, 404, 422]},
        },
    }
)
document = schemathesis.openapi.from_wsgi("/api/openapi.json", WSGIHandler(), config=config)


@pytest.fixture(params=["wang", "chen", ""])
def knocking(request, town):
    """The headers of the person knocking and what there is to find: one matter on its way.

    A served request ends with closing its connection; here that would end the transaction of the test.
    """
    town.everybody()
    number = town.register(reporter_name="刘奶奶")
    town.step("wang", number, "dispatch", lead_id=town.city_management.pk)
    headers = town.program(request.param).headers
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield headers, number
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.capability("C96")
@document.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_anything_and_every_answer_is_as_documented(case, knocking):
    headers, number = knocking
    positive = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if positive and "number" in (case.path_parameters or {}):
        case.path_parameters["number"] = number
    case.call_and_validate(headers=headers)
