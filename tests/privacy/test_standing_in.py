"""What the reader of messages gets in masked places is found by the mask again, as what it stands for."""

from __future__ import annotations

import pytest

from bot.privacy.kinds import PLACEHOLDERS
from bot.privacy.masking import Mask
from bot.privacy.standing_in import as_typed

AROUND = {"password": "mi contraseña es {}", "code": "mi código es {}"}


@pytest.mark.parametrize("kind", PLACEHOLDERS)
def test_it_has_the_form_of_what_it_stands_for(kind):
    masked = AROUND.get(kind, "es {}").format(PLACEHOLDERS[kind])
    assert Mask()(as_typed(masked)).text == masked


def test_other_brackets_stay():
    assert as_typed("hola [sic] y adiós") == "hola [sic] y adiós"
