"""Which servers a question means: whatever the desk's names, the text, the frame and the memory are, only servers of this desk."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from rasa_sdk import Tracker

from actions.meant import find_meant
from actions.turn import Turn
from bot.identity.turn import TurnClaims
from bot.protocol.frame import Filter, Frame, Move, Refers, Servers, Which
from bot.protocol.state import State, Topic, as_slot
from tests.actions.in_between import built
from tests.actions.rendering import NOW, desk
from tests.actions.test_sets import AT
from tests.support.tokens import customer

KINDS = (
    built("active", "valid", "credited"),
    built("active", "grace", "rejected"),
    built("suspended", "retained", "none"),
    built("provisioning", "valid", "credited"),
    built("deleted", "gone", "none"),
)
ALIASES = st.lists(st.text(min_size=1, max_size=64).map(str.upper), min_size=1, max_size=5, unique=True)
WORDS = st.sampled_from(
    ["el 3", "la cero dos", "los otros dos", "quita el 1", "los que no", "SIERRA-02", "y el último", "RUIZ-01", "de esos 2"]
)
WAYS = st.sampled_from([each for each in Which if each not in {Which.FILTER, Which.NAMED, Which.UNKNOWN}]).map(Servers)
VALUES = st.builds(Servers, st.sampled_from([Which.NAMED, Which.UNKNOWN]), st.sampled_from(["x", "SIERRA-02", "el_3", "nóminas"]))
FILTERS = st.sampled_from(list(Filter)).map(lambda each: Servers(Which.FILTER, each))


def turn_of(servers, text, frame, told, entities=()):
    """A turn of a signed-in customer with these servers; `told` are the aliases that the last two answers were about."""
    state = State(topics=tuple(Topic(f"tema_{n}", servers=each) for n, each in enumerate(told)), servers=told[0] if told else ())
    latest = {"text": text, "intent": {"name": frame.intent}, "frame": str(frame), "entities": list(entities), "metadata": {}}
    tracker = Tracker("c", {"estado": as_slot(state)}, latest, [], False, None, {}, "action_listen")
    return Turn(NOW, AT.settings, AT.calendar, TurnClaims(customer("C-1"), "web", "t"), "known", tracker, desk(*servers))


@settings(max_examples=200, deadline=None)
@given(
    ALIASES,
    st.one_of(st.text(max_size=120), WORDS),
    st.lists(st.one_of(WAYS, VALUES, FILTERS), max_size=2, unique_by=lambda each: each.which),
    st.sampled_from(list(Move)),
    st.sampled_from(list(Refers)),
    st.booleans(),
    st.data(),
)
def test_only_servers_of_this_desk_are_meant(aliases, text, ways, move, refers, usable, data):
    servers = tuple(replace(data.draw(st.sampled_from(KINDS)), id=f"id-{n}", alias=alias) for n, alias in enumerate(sorted(aliases)))
    told = data.draw(st.lists(st.lists(st.sampled_from([*aliases, "AJENO-01"]), unique=True).map(tuple), max_size=2))
    written = data.draw(st.sampled_from([text, *aliases, *(f"y {alias.lower()}?" for alias in aliases)]))
    turn = turn_of(servers, written, Frame("consultar_pago", "state", tuple(ways), None, move, refers), told)
    meant = find_meant(turn, turn.servers, usable=usable)
    assert set(meant.servers) <= set(servers)
    assert len({each.id for each in meant.servers}) == len(meant.servers)
    assert turn.chosen is None or turn.chosen in servers
    assert meant.word not in aliases or meant.way == "unknown"


def test_a_pressed_button_decides_and_what_the_text_only_looks_like_does_not():
    servers = tuple(replace(KINDS[0], id=alias, alias=alias) for alias in ("LA-PAZ-02", "NORTE-100"))
    frame = Frame("consultar_pago", "state")
    pressed = turn_of(servers, "la paz 02", frame, [], [{"entity": "servidor", "value": "NORTE-100"}])
    assert [each.alias for each in pressed.named_servers] == ["NORTE-100"]
    found = turn_of(servers, "desde la sucursal-02", frame, [], [{"entity": "servidor", "value": "SUCURSAL-02", "start": 9, "exact": True}])
    assert (found.named_servers, found.named_foreign) == ((), None)
    stranger = turn_of(servers, "norte-100", frame, [], [{"entity": "servidor", "value": "AJENO-01"}])
    assert stranger.named_foreign is None  # the text names one of the desk's own
