"""Greetings, thanks, yes and no, help, "are you a bot", and what is not ours."""

from __future__ import annotations

import pytest

from tests.conversations.runner import Talks, play, scenarios


@pytest.mark.parametrize("scenario", scenarios("small_talk.yml"))
def test_a_conversation(talks: Talks, scenario):
    play(talks, scenario)
