"""Which servers a text describes by what runs on them, and what only sounds like it."""

from __future__ import annotations

import pytest

from actions.described import described
from tests.actions.rendering import TODAY, licence, server

BANK = server("UNO-01", licences=(licence("Aspel BANCO"), licence("Aspel COI")))
OTHER = server("DOS-02", licences=(licence("Aspel SAE"),))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("¿el de aspel banco cuándo vence?", ("UNO-01",)),
        ("y el de COI?", ("UNO-01",)),
        ("el que trae SAE", ("DOS-02",)),
        ("¿pago con la del banco o con tarjeta?", ()),
        ("el de NOI", ()),
        ("¿cuál vence primero, el de SAE o el de COI?", ()),  # all of them
        ("todos menos el de SAE", ()),
        ("no el de SAE", ()),
        ("el que venció hace 999999 días", ()),
    ],
)
def test_it_is_told_by_its_systems(text: str, found: tuple[str, ...]) -> None:
    assert described(text, (BANK, OTHER), TODAY) == found


def test_what_all_have_tells_none() -> None:
    assert described("el de COI", (BANK,), TODAY) == ()
