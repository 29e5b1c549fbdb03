"""Two cases want the same folio: the second turn is run again and makes another one; the customer reads one answer with the one that counts."""

from __future__ import annotations

import sqlite3

from harness.dialogue import reply, result
from tests.gateway.client import Visitor, answers


async def test_a_turn_that_wants_the_folio_of_an_open_case_is_run_again(gateway, tmp_path) -> None:
    dialogue = gateway.dialogue

    def escalate(_message: dict) -> dict:
        code = f"SV-{dialogue.turns[-1]['attempt']}"  # as ours: another one at every attempt
        case = {"kind": "escalate", "payload": {"reason": "pago vencido", "code": code, "summary": "s"}}
        return result(reply(f"Tu folio es {code}."), effects=[case])

    dialogue.answer = escalate
    async with Visitor(gateway.url("/")) as one, Visitor(gateway.url("/")) as other:
        for visitor, folio in ((one, "SV-1"), (other, "SV-2")):
            await visitor.open()
            assert (await visitor.ask("un asesor"))["text"] == f"Tu folio es {folio}."
            assert len(answers(await visitor.messages())) == 1
    assert [turn["attempt"] for turn in dialogue.turns] == [1, 1, 2]
    assert len({turn["turn"] for turn in dialogue.turns}) == 2
    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        cases = ledger.execute("SELECT code, state, conversation_id FROM escalation ORDER BY id").fetchall()
        effects = ledger.execute("SELECT kind, state FROM effect").fetchall()
    ledger.close()
    assert cases == [("SV-1", "open", one.conversation), ("SV-2", "open", other.conversation)]
    assert effects == [("escalate", "done")] * 2
