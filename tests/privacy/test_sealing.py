"""What may be kept of masked messages is readable with the key alone; keys can be changed; secrets are nowhere."""

from __future__ import annotations

import pytest

from bot.conversations import amend, batches, inbox, sealed
from bot.conversations.models import Sealed
from bot.errors import SealBroken
from bot.privacy.sealing import Sealer, is_sealed, sealer_of
from bot.settings import load_settings
from tests.conversations_ledger.conftest import NOON, rows

ONE, TWO = "1" * 40, "2" * 40
OWN = {"INTERNAL_SECRET": "i" * 40, "SESSION_SECRET": "s" * 40, "PORTAL_JWT_SECRET": "p" * 40}
TEXT = "soy ana@correo.mx, mi contraseña es Gato.99"
KEPT = "soy ana@correo.mx, mi contraseña es [contraseña]"


def test_only_the_key_opens() -> None:
    box = Sealer([ONE]).seal(TEXT)
    assert is_sealed(box)
    assert "ana" not in box
    assert Sealer([ONE]).open(box) == TEXT
    with pytest.raises(SealBroken):
        Sealer([TWO]).open(box)
    with pytest.raises(SealBroken):
        Sealer([ONE]).open(box[:-4] + "AAA=")
    assert not is_sealed("JBSWY3DPEHPK3PXP")


def test_a_key_is_changed_without_a_pause() -> None:
    old = Sealer([ONE]).seal(TEXT)
    both = Sealer([TWO, ONE])
    assert both.open(old) == TEXT
    assert Sealer([TWO]).open(both.reseal(old)) == TEXT
    with pytest.raises(SealBroken):
        Sealer([TWO]).reseal(old)


def test_without_a_key_of_its_own_it_is_derived_and_still_opens_later() -> None:
    before = sealer_of(load_settings(OWN)).seal(TEXT)
    assert sealer_of(load_settings({**OWN, "SEALING_KEY": f"{TWO}, {ONE}"})).open(before) == TEXT


async def test_a_copy_is_kept_sealed_and_without_secrets(ledger, desk) -> None:
    sealer = Sealer([ONE])
    await inbox.accept(ledger, desk.inbound(TEXT), NOON, desk.terms(seal=sealer.seal))
    await inbox.accept(ledger, desk.inbound("mi tarjeta es 4242 4242 4242 4242"), NOON, desk.terms(seal=sealer.seal))
    await batches.accept_many(ledger, [desk.inbound("y el 55 1234 5678"), desk.inbound("hola")], NOON, desk.terms(seal=sealer.seal))
    copies = await sealed.of(ledger, desk.conversation)
    assert [(each.seq, each.kinds, sealer.open(each.box)) for each in copies] == [
        (3, ["phone"], "y el 55 1234 5678"), (1, ["mail", "password"], KEPT),
    ]  # fmt: skip
    assert await sealed.reseal(ledger, Sealer([TWO, ONE]).reseal) == 2
    assert {Sealer([TWO]).open(each.box) for each in await sealed.of(ledger, desk.conversation)} == {KEPT, "y el 55 1234 5678"}


async def test_without_a_seal_nothing_is_kept(ledger, desk) -> None:
    await desk.say(TEXT)
    assert await rows(ledger, Sealed) == []


async def test_what_is_rewritten_or_completed_loses_its_copy(ledger, desk) -> None:
    terms = desk.terms(seal=Sealer([ONE]).seal)
    await inbox.accept(ledger, desk.inbound("al 55 1234 5678", channel="whatsapp", scope="1", external_id="a"), NOON, terms)
    await ledger.write(lambda connection: amend.edit(connection, desk.conversation, ("whatsapp", "1", "a"), "nada", NOON))
    await inbox.accept(ledger, desk.inbound("ana@correo.mx y 4242 4242"), NOON, terms)
    assert len(await rows(ledger, Sealed)) == 1
    await inbox.accept(ledger, desk.inbound("4242 4242"), NOON, terms)
    assert await rows(ledger, Sealed) == []
