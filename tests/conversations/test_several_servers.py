"""Which of several servers: asked, typed in every way, remembered, corrected, never anybody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from actions.environment import Environment, environment, install
from bot.accounts.port import Desk
from tests.conversations.runner import Talks, play, scenarios
from tests.conversations.spanish import NOW


@pytest.mark.parametrize("scenario", scenarios("several_servers.yml"))
def test_a_conversation(talks: Talks, scenario):
    play(talks, scenario)


def test_another_conversation_knows_nothing_of_the_chosen_server(talks: Talks):
    talks.of("C-1009").says("¿cuándo vence SIERRA-02?")
    text = talks.of("C-1009").says("¿se hizo mi respaldo de anoche?").text
    assert text.startswith("Último respaldo de cada servidor:\n• SIERRA-01: bien")


def test_half_an_hour_of_silence_forgets_it_too(talks: Talks, clock: time_machine.Coordinates):
    talk = talks.of("C-1009")
    talk.says("¿cuándo vence SIERRA-02?")
    clock.move_to(NOW + timedelta(minutes=31))
    assert talk.says("¿se hizo mi respaldo de anoche?").text.startswith("Último respaldo de cada servidor:")


class OnlyTwo:
    """The live state of a desk that has just the first two of its servers."""

    def __init__(self, accounts) -> None:
        self._accounts = accounts

    async def read_desk(self, desk_id: str) -> Desk:
        desk = await self._accounts.read_desk(desk_id)
        return replace(desk, servers=desk.servers[:2])

    def __getattr__(self, name: str) -> object:
        return getattr(self._accounts, name)


@pytest.fixture
def two_servers(house) -> Iterator[None]:
    before = environment()
    install(Environment(before.settings, OnlyTwo(before.accounts), before.calendar))
    yield
    install(before)


KNOWN = pytest.mark.xfail(reason="read as a question that names no server")


@pytest.mark.parametrize("other", ["no, el otro", "¿y el otro?", pytest.param("me refiero al otro servidor", marks=KNOWN)])
def test_the_other_of_two_is_clear(talks: Talks, two_servers, other):
    talk = talks.of("C-1009")
    assert "SIERRA-02 vence el domingo 6 de diciembre" in talk.says("¿cuándo vence SIERRA-02?").text
    assert (
        talk.says(other)
        .text.removeprefix("Perdón, va:\n\n")
        .startswith("SIERRA-01 vence el lunes 14 de diciembre, a las 23:59: dentro de 20 días.")
    )
    assert "de SIERRA-01 terminó bien" in talk.says("¿se hizo mi respaldo de anoche?").text
