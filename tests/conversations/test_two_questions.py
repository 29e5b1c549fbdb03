"""Two questions in one message get both answers in one, in their order; a condition stays with its question."""

from __future__ import annotations

import pytest

from tests.conversations.runner import Talks, play, scenarios


@pytest.mark.parametrize("scenario", scenarios("two_questions.yml"))
def test_a_conversation(talks: Talks, scenario):
    play(talks, scenario)
