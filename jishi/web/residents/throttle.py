"""A limit for people without an account: generous for a community hall behind one address, tight for machines."""

from django.http import HttpRequest

from jishi.kernel.errors import TooMany
from jishi.limits.actions import WINDOW, count
from jishi.limits.queries import client_address

REPORTS = 60  # in ten minutes from one address


def check_may_report(request: HttpRequest) -> None:
    """Count a report; raises ``TooMany`` when far more come from one address than people sit behind it."""
    if count("reports", client_address(request), WINDOW) > REPORTS:
        raise TooMany("这个网络提交得太多，请10分钟后再试，或拨打网格中心电话反映")
