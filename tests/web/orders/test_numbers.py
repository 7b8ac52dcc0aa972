"""A number of an order is called what it is called where it is asked for."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_wrong_order_number_is_called_an_order_number(client, town):
    for address in ("/services/receipt/xx/", "/api/v1/orders/xx/receipt"):
        said = client.get(address).content.decode()
        assert "点单编号应为字母开头加15位数字，例如 SFD261122-4827-1936-5" in said
        assert "受理编号" not in said
