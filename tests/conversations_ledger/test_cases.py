"""One case is open a conversation: what is asked for later is added to it, and the next sitting knows its folio."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from bot.conversations import cases as cases_of
from bot.conversations import inbox
from bot.conversations.models import Effect, Escalation
from bot.conversations.tables import ESCALATION
from bot.identity.identity import ANONYMOUS
from bot.protocol.turn import Effect as Ask
from tests.conversations_ledger.conftest import rows, told


def case(reason: str, code: str = "7K2M9X", summary: str = "C-1009") -> Ask:
    return Ask("escalate", {"reason": reason, "code": code, "summary": summary})


async def cases(ledger) -> list[tuple[str, str, str]]:
    return [(row.code, row.reason, row.summary) for row in await rows(ledger, Escalation, Escalation.id)]


async def test_what_is_asked_for_later_is_added_to_the_open_case(ledger, desk) -> None:
    await desk.ask("un asesor", told("Va.", effects=(case("cliente_pide_asesor"),)))
    await desk.ask("y mi cargo", told("Va.", effects=(case("cargo_vencido", summary="SIERRA-04 · P-1"), case("no_entendido"))))
    assert await cases(ledger) == [("7K2M9X", "cliente_pide_asesor, cargo_vencido, no_entendido", "C-1009\nSIERRA-04 · P-1")]
    assert [effect.state for effect in await rows(ledger, Effect, Effect.id)] == ["done"] * 3


async def test_a_reason_that_does_not_fit_any_more_is_told_by_the_summary_alone(ledger, desk) -> None:
    for reason in ("a" * 120, "b" * 120, "c"):
        await desk.ask("un asesor", told("Va.", effects=(case(reason, summary=reason),)))
    assert await cases(ledger) == [("7K2M9X", f"{'a' * 120}, c", f"{'a' * 120}\n{'b' * 120}\nc")]


async def test_what_it_holds_already_is_not_added_again(ledger, desk) -> None:
    for text in ("un asesor", "un asesor!"):
        await desk.ask(text, told("Va.", effects=(case("cliente_pide_asesor"),)))
    assert await cases(ledger) == [("7K2M9X", "cliente_pide_asesor", "C-1009")]


async def test_once_it_is_closed_another_one_is_opened(ledger, desk) -> None:
    await desk.ask("un asesor", told("Va.", effects=(case("cliente_pide_asesor"),)))
    await ledger.write(lambda connection: connection.execute(update(ESCALATION).values(state="solved")))
    await desk.ask("un asesor", told("Va.", effects=(case("cliente_pide_asesor"),)))
    assert [(row.code, row.state) for row in await rows(ledger, Escalation, Escalation.id)] == [("7K2M9X", "solved"), ("7K2M9X", "open")]


@pytest.mark.parametrize("tries", [1, 2])
async def test_a_new_sitting_begins_with_its_folio(desk, tries) -> None:
    await desk.ask("un asesor", told("Va.", effects=(case("cliente_pide_asesor"), case("cargo_vencido"))))
    desk.now += timedelta(hours=2)
    await desk.say("cuál es mi folio")
    for _ in range(tries):
        turn = await desk.claim()
        desk.now += timedelta(minutes=1)  # its lease ends, and it is taken again
    (event,) = turn.events
    assert (event["event"], event["name"]) == ("slot", "folios")
    assert event["value"] == {"cliente_pide_asesor": "7K2M9X", "cargo_vencido": "7K2M9X"}


async def turn_slots(desk) -> list[dict[str, str]]:
    """What the slot of folios is when the waiting message is answered."""
    turn = await desk.claim()
    found = [event["value"] for event in turn.events if event.get("name") == "folios"]
    await desk.answer(turn, replace(told("Va."), events=turn.events))
    return found


async def test_a_case_that_was_opened_beside_the_dialogue_is_known_in_the_same_sitting(ledger, desk) -> None:
    await desk.ask("hola")
    code = await ledger.write(lambda connection: cases_of.ensure(connection, desk.conversation, "correo_no_enviado", desk.now, "C-1009"))
    for _ in range(2):
        await desk.say("¿y mi correo?")
        assert await turn_slots(desk) == [{"correo_no_enviado": code}]
    await desk.ask("mi cargo", told("Va.", effects=(case("cargo_vencido", code),)))
    assert await cases(ledger) == [(code, "correo_no_enviado, cargo_vencido", "C-1009")]


async def test_what_the_case_is_about_stays_known_and_a_settled_case_does_not(ledger, desk) -> None:
    about = {"event": "slot", "timestamp": 1.0, "name": "folios", "value": {"cargo_vencido:P-1": "7K2M9X"}}
    await desk.ask("mi cargo", replace(told("Va.", effects=(case("cargo_vencido"),)), events=(about,)))
    await desk.say("¿y mi cargo?")
    assert await turn_slots(desk) == [{"cargo_vencido:P-1": "7K2M9X"}]
    await ledger.write(lambda connection: connection.execute(update(ESCALATION).values(state="solved")))
    await desk.say("¿y mi cargo?")
    assert await turn_slots(desk) == [{}]


async def test_somebody_else_in_the_same_conversation_is_not_told(ledger, desk) -> None:
    await desk.ask("un asesor", told("Va.", effects=(case("cliente_pide_asesor"),)))
    await inbox.accept(ledger, desk.inbound("cuál es mi folio"), desk.now, desk.terms(ANONYMOUS))
    assert (await desk.claim()).events == ()
