import json

import pytest
from django.template import engines
from jinja2 import UndefinedError
from markupsafe import Markup

from jishi.matters.rules.stages import Stage
from jishi.web import environment
from jishi.web.sprite import icon


def render(text, **known):
    return engines["jinja2"].env.from_string(text).render(**known)


def test_a_misspelt_name_is_an_error_not_a_blank():
    with pytest.raises(UndefinedError):
        render("{{ nmae }}")


def test_data_for_scripts_cannot_end_the_script():
    text = render('<script type="application/json">{{ data|tojson }}</script>', data={"a": "</script><b>", "n": [1]})
    inner = text.removeprefix('<script type="application/json">').removesuffix("</script>")
    assert "<" not in inner
    assert json.loads(inner) == {"a": "</script><b>", "n": [1]}


def test_an_address_leaves_empty_questions_out():
    assert environment.url("login", query={"next": "/a/", "q": "", "p": None, "s": []}) == "/login/?next=%2Fa%2F"
    assert environment.url_or_empty("no_such_page") == ""


def test_an_icon_is_decoration_unless_it_is_named():
    assert "aria-hidden" in icon("check")
    assert 'aria-label="&lt;完成&gt;"' in icon("check", label="<完成>")
    assert isinstance(icon("check"), Markup)
    with pytest.raises(KeyError):
        icon("no-such-icon")


def test_a_form_that_comes_back_keeps_its_key():
    assert environment.once_key("abc") == "abc"
    assert environment.once_key() != environment.once_key()
    assert len(environment.once_key("")) == 36


def test_every_stage_stands_in_one_of_the_seven_official_ones():
    assert {environment.official_stage(stage) for stage in Stage} == set(range(7))


def test_texts_go_through_the_catalogue():
    assert render('{{ _("共 %(n)s 件", n=3) }}') == "共 3 件"
