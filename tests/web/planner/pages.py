"""Opening pages of grid planning as somebody, and sending their forms."""

from uuid import uuid4

HTMX = {"HTTP_HX_REQUEST": "true"}
FEW = {"mode": "rebalance", "households": "4", "people": "12", "tolerance": "25"}


def text(client, address, **more):
    answer = client.get(address, **more)
    assert answer.status_code == 200, address
    return answer.content.decode()


def send(client, address, given, **more):
    """Post a form, each time as a new one."""
    return client.post(address, {"once_key": uuid4().hex, **given}, **more)


def at(plan_id, what=""):
    return f"/grids/plans/{plan_id}/{what}"


def change(client, found, what, given, **more):
    """Send a change by hand as somebody who looks at this proposal; htmx unless said otherwise."""
    return send(client, at(found.plan.id, what), {"version": found.plan.version, **given}, **(more or HTMX))
