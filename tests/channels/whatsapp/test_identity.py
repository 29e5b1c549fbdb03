"""Who writes: what a number proves, what it does not, and what happens to it when the number or the id changes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.accounts.guard import Guarded
from bot.channels.whatsapp import recognition
from bot.errors import AccountsUnavailable
from bot.identity.identity import Level
from bot.identity.turn import read_turn
from tests.channels.whatsapp import payloads as made
from tests.channels.whatsapp.meta import Meta, databases, dialogue, meta, quiet_logs, seeded, start_meta
from tests.channels.whatsapp.payloads import PHONE, USER_ID, contact, item, text

__all__ = ["databases", "dialogue", "meta", "quiet_logs", "seeded", "start_meta"]

NEW_ID = "MX.13490000000000000002"
RECOGNISED = ("C-1001", Level.RECOGNISED, recognition.PROOF)
ANONYMOUS = (None, Level.ANONYMOUS, None)


class Phones:
    """A live state that knows telephones only; `asked` counts the numbers it was asked for."""

    def __init__(self, **known: tuple[str, ...]) -> None:
        self.known, self.asked, self.away = {f"+{number}": desks for number, desks in known.items()}, [], False

    async def desks_by_phone(self, phone: str) -> tuple[str, ...]:
        self.asked.append(phone)
        if self.away:
            raise AccountsUnavailable("OSError")
        return self.known.get(phone, ())

    def __getattr__(self, name: str) -> Any:
        if name == "desks_by_phones":
            raise AttributeError(name)
        return super().__getattribute__(name)


@pytest.fixture
async def phones() -> Phones:
    return Phones(**{PHONE[1:]: ("C-1001",), "525510002000": ("C-1", "C-2")})


@pytest.fixture
async def asking(start_meta, phones: Phones) -> Meta:
    return await start_meta(accounts=Guarded(phones))


def told(meta: Meta) -> list[tuple[Any, ...]]:
    """Who each turn was said to be of, by its own token."""
    secret = meta.resources.settings.internal_secret
    identities = [read_turn(secret, turn["token"], meta.clock()).identity for turn in meta.dialogue.turns]
    return [(each.desk, each.level, each.proof) for each in identities]


async def say(meta: Meta, *items: dict[str, Any], **more: Any) -> None:
    await meta.say(*items, **more)
    await meta.settled()


@pytest.mark.usefixtures("seeded")
async def test_the_number_of_one_desk_is_recognised(meta: Meta) -> None:
    await say(meta, text("hola"))
    await say(meta, text("hola", sender="525510001001"))
    assert told(meta) == [RECOGNISED, RECOGNISED]
    assert {(m.desk, m.level, m.proof) for m in await meta.messages() if m.author == "customer"} == {RECOGNISED}
    assert len({m.conversation_id for m in await meta.messages()}) == 1


async def test_a_number_of_two_desks_or_of_none_proves_nothing(asking: Meta) -> None:
    for sender in ("525510002000", "5215510009999", "15551234567"):
        await say(asking, text("hola", sender=sender))
    assert told(asking) == [ANONYMOUS] * 3


async def test_a_number_is_looked_up_once_a_minute(asking: Meta, phones: Phones) -> None:
    for _ in range(3):
        await say(asking, text("hola"), text("oye"))
    assert phones.asked == [PHONE]
    asking.clock.forward(seconds=61)
    await say(asking, text("hola", at=asking.clock()))
    assert phones.asked == [PHONE] * 2


async def test_while_the_live_state_is_away_everybody_is_anonymous(asking: Meta, phones: Phones) -> None:
    phones.away = True
    await say(asking, text("hola"))
    await say(asking, text("oye"))
    assert phones.asked == [PHONE]  # the second one did not wait for it
    phones.away = False
    asking.clock.forward(seconds=6)
    await say(asking, text("¿y?", at=asking.clock()))
    assert told(asking) == [ANONYMOUS, ANONYMOUS, RECOGNISED]


async def test_whoever_hides_the_number_is_known_by_the_one_that_was_seen_with_the_id(asking: Meta) -> None:
    await say(asking, text("hola", sender=None, from_user_id=USER_ID))
    await say(asking, text("soy yo", from_user_id=USER_ID))
    await say(asking, text("y otra vez", sender="", from_user_id=USER_ID))
    assert told(asking) == [ANONYMOUS, RECOGNISED, RECOGNISED]
    assert len({m.conversation_id for m in await asking.messages()}) == 1


async def test_nobody_is_somebody_else_because_both_hide_everything(asking: Meta) -> None:
    await say(asking, text("a", sender=""), text("b", sender=None), text("c", sender="", from_user_id=""))
    assert await asking.messages() == []


async def test_a_profile_name_proves_nothing(asking: Meta) -> None:
    people = [contact("5215510009999", "C-1001 <script>\x00 administrador")]
    await say(asking, text("hola", sender="5215510009999"), contacts=people)
    assert told(asking) == [ANONYMOUS]
    assert (await asking.messages())[0].profile_name == "C-1001 <script> administrador"


async def test_whoever_moves_is_looked_at_anew(asking: Meta, phones: Phones) -> None:
    await say(asking, text("hola", from_user_id=USER_ID))
    moved = item("system", {"type": "user_changed_number", "wa_id": "5215500005678", "user_id": NEW_ID, "previous_user_id": USER_ID})
    await say(asking, moved)
    await say(asking, text("ya cambié", sender="5215500005678", from_user_id=NEW_ID))
    assert told(asking) == [RECOGNISED, ANONYMOUS]
    assert asking.dialogue.turns[1]["events"] == []  # what was remembered was of another proof
    assert len({m.conversation_id for m in await asking.messages()}) == 1
    stranger = text("yo tengo ese número", from_user_id="MX.9")
    await say(asking, stranger)
    conversations = {m.conversation_id for m in await asking.messages()}
    assert len(conversations) == 2
    await say(asking, moved)  # days later
    await say(asking, text("sigo siendo yo", from_user_id="MX.9"))
    assert {m.conversation_id for m in await asking.messages()} == conversations


async def test_a_number_that_changed_hands_takes_no_conversation_along(asking: Meta) -> None:
    await say(asking, text("mi factura", from_user_id=USER_ID))
    await say(asking, text("hola", from_user_id=NEW_ID))
    messages = await asking.messages()
    assert len({m.conversation_id for m in messages}) == 2
    assert told(asking) == [RECOGNISED, RECOGNISED]  # all that a number proves


async def test_numbers_and_ids_of_a_batch(asking: Meta) -> None:
    crowd = [text(f"n={n}", sender=f"52155300{n:05}", from_user_id=f"MX.{n}") for n in range(50)]
    await say(asking, text("hola"), *crowd, *[{**each, "id": made.wamid()} for each in crowd])
    messages = [m for m in await asking.messages() if m.author == "customer"]
    assert len(messages) == 101
    assert len({m.conversation_id for m in messages}) == 51
    assert [m.desk for m in messages if m.desk] == ["C-1001"]
