"""One form for each number and address; nothing else is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.contact import normal_mail, normal_phone

MINE = "+525510001001"


@pytest.mark.parametrize(
    "written",
    [
        "5510001001",
        "55 1000 1001",
        "(55) 1000-1001",
        "+52 55 1000 1001",
        "+525510001001",
        "525510001001",
        "5215510001001",  # as WhatsApp names a Mexican mobile
        "+52 1 55 1000 1001",
        "01 55 1000 1001",
        "044 55 1000 1001",
        "045 55 1000 1001",
        "0052 55 1000 1001",
        " 55.1000.1001 ",
        "+５２ 55 1000 1001",
        "tel:+525510001001",
    ],
)
def test_one_number_in_every_way_it_is_written(written):
    assert normal_phone(written) == MINE


@pytest.mark.parametrize("written", ["+52 55 1000 1002", "+1 551 000 1001", "+54 9 55 1000 1001", "+34 551 000 100", "551 000 1001 1"])
def test_another_number_is_another(written):
    assert normal_phone(written) != MINE


@pytest.mark.parametrize(
    "written", ["", "no tengo", "123", "\x00", "\ud800", "55 1000 1001 ext 12", "5510001001; 5510001002", "5" * 5000, "+"]
)
def test_what_is_no_single_number(written):
    assert normal_phone(written) is None


def test_a_number_from_abroad_needs_its_plus():
    assert normal_phone("+1 415 555 2671") == "+14155552671"
    assert normal_phone("14155552671") == "+524155552671"


@given(st.text(max_size=40) | st.from_regex(r"\+?[0-9 ()-]{1,20}", fullmatch=True))
def test_any_text_is_a_number_or_not_and_normal_forms_stay(written):
    found = normal_phone(written)
    assert found is None or normal_phone(found) == found


@pytest.mark.parametrize("written", ["Contacto@Optica.example", "  contacto@optica.example\n", "CONTACTO@OPTICA.EXAMPLE"])
def test_one_address_in_every_way_it_is_written(written):
    assert normal_mail(written) == "contacto@optica.example"


def test_nothing_is_guessed_of_an_address():
    forms = {normal_mail(each) for each in ("a.b@x.example", "ab@x.example", "a.b+nube@x.example", "a.b@mail.x.example")}
    assert len(forms) == 4


@pytest.mark.parametrize(
    "written",
    [
        "a@x.example,b@x.example",
        "a@x.example;b",
        "Ana <a@x.example>",
        "a@b@x.example",
        "",
        "   ",
        "contacto",
        "@x.example",
        "a@",
        "a b@x.example",
        "a@x\x00.example",
        "\ud800@x.example",
        "a" * 400 + "@x",
    ],
)
def test_what_is_no_address(written):
    assert normal_mail(written) is None


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_not_and_normal_forms_stay(written):
    found = normal_mail(written)
    assert found is None or normal_mail(found) == found
