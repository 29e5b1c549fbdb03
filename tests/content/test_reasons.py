"""Every reason for a case, whoever opens it, has words for the agents."""

from __future__ import annotations

import pytest

from actions import escalation, out_of_scope, personal_data, reasons, server_state
from bot.channels.whatsapp import outcomes
from bot.console import texts
from bot.effects import worker
from bot.turns import next_steps

REASONS = (
    escalation.ASKED_FOR,
    "cliente_pide_otro_caso",
    out_of_scope.NOT_UNDERSTOOD,
    server_state.LATE_CHARGE,
    personal_data.REASON,
    *reasons.REASONS,
    next_steps.WANTS_CALL,
    next_steps.WANTS_CHAT,
    outcomes.OUTSIDE_CASE,
    outcomes.UNDELIVERED_CASE,
    outcomes.UNSETTLED_CASE,
    *worker.REASONS.values(),
)


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_read_in_words(reason):
    assert texts.reasons(reason) != reason
    assert "_" not in texts.reasons(f"cliente_pide_asesor, {reason}")
