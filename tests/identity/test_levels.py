"""Who may be told what: the table is whole, a better proof never hides anything, and nobody is told anything on a channel it does not name."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest

from bot.conversations import base
from bot.identity.identity import ANONYMOUS, Identity, Level
from bot.identity.levels import NEEDED, DataClass, may_see


def test_every_kind_of_data_stands_in_the_table_for_every_channel() -> None:
    assert set(NEEDED) == set(get_args(base.Channel))
    for channel, needed in NEEDED.items():
        assert set(needed) == set(DataClass), channel
        assert all(isinstance(level, Level) for level in needed.values())


@pytest.mark.parametrize(("level", "data"), list(itertools.product(Level, DataClass)))
def test_nobody_is_told_anything_on_an_unknown_channel(level: Level, data: DataClass) -> None:
    assert not may_see(level, data, "fax")
    assert not may_see(level, data, "")


@pytest.mark.parametrize(("channel", "data"), list(itertools.product(NEEDED, DataClass)))
def test_who_may_see_at_a_level_may_see_at_any_higher_one(channel: str, data: DataClass) -> None:
    seen = [may_see(level, data, channel) for level in sorted(Level)]
    assert seen == sorted(seen)
    assert seen[Level.ANONYMOUS] is False
    assert seen[-1] is True


@pytest.mark.parametrize("data", DataClass)
def test_what_is_only_recognised_is_told_nothing_on_the_web(data: DataClass) -> None:
    assert not may_see(Level.RECOGNISED, data, "web")
    assert may_see(Level.SIGNED_IN, data, "web")


def test_level_and_desk_belong_together() -> None:
    assert ANONYMOUS.subject == (None, None)
    for wrong in ((None, Level.SIGNED_IN), ("C-1", Level.ANONYMOUS)):
        with pytest.raises(ValueError, match="belong together"):
            Identity(wrong[0], None, wrong[1])
