"""Files of conversations: what is read, and how a mistake is named."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.conversation_files import BadConversation
from bot.conversing.macros import Macros
from bot.conversing.script import chosen, read_conversations
from bot.rules.calendar import BusinessCalendar

MACROS = Macros(BusinessCalendar(ZoneInfo("America/Mexico_City")), date(2026, 11, 26), "55 8000 9480", 72)
GOOD = """\
- id: a1
  kind: followup
  customer: C-1003
  turns:
  - say: "¿cuándo vence?"
    has: ["{day:-2}"]
    why: ended two days ago
  - burst: ["oye", "y el cargo?"]
    lacks: ["otras palabras"]
    first: rechaz
    most: 250
    new: true
  - press: formas
- {id: a2, kind: newcomer, customer: null, turns: [{say: hola}]}
"""


def read(tmp_path, text):
    path = tmp_path / "talk.yaml"
    path.write_text(text, encoding="utf-8")
    return read_conversations(path, MACROS)


def test_a_file_is_read(tmp_path):
    first, second = read(tmp_path, GOOD)
    assert (first.id, first.kind, first.customer, second.customer) == ("a1", "followup", "C-1003", None)
    says, bursts, presses = first.turns
    assert (says.say, says.has) == ("¿cuándo vence?", ("{day:-2}",))
    assert (bursts.burst, bursts.lacks, bursts.first, bursts.most, bursts.new) == (
        ("oye", "y el cargo?"),
        ("otras palabras",),
        "rechaz",
        250,
        True,
    )
    assert presses.press == "formas"


def test_conversations_are_chosen_by_id_and_kind(tmp_path):
    conversations = read(tmp_path, GOOD)
    assert [one.id for one in chosen(conversations, [])] == ["a1", "a2"]
    assert [one.id for one in chosen(conversations, ["newcomer"])] == ["a2"]
    assert [one.id for one in chosen(conversations, ["a1", "newcomer"])] == ["a1", "a2"]
    with pytest.raises(BadConversation, match="no conversation and no kind is called a3"):
        chosen(conversations, ["a1", "a3"])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("has:", "hass:", "talk.yaml: a1: Object contains unknown field `hass` - at turn 1"),
        ("most: 250", "most: many", "talk.yaml: a1: Expected `int | null`, got `str` - at turn 2, most"),
        ("burst: [", "say: x\n    burst: [", "talk.yaml: a1: needs one of say, burst and press - at turn 2"),
        ("  - press: formas", "  - why: nothing", "talk.yaml: a1: needs one of say, burst and press - at turn 3"),
        ("{day:-2}", "{days:-2}", "talk.yaml: a1: turn 1: '{days:-2}': {days:-2} is no macro"),
        ("first: rechaz", "first: (rechaz", "talk.yaml: a1: turn 2: '(rechaz': missing ), unterminated subpattern"),
        ("turns: [{say: hola}]", "turns: []", "talk.yaml: a2: Expected `array` of length >= 1"),
        ("id: a2, ", "", "talk.yaml: number 2: Object missing required field `id`"),
        ("- id: a1", "id: a1", "talk.yaml: "),
    ],
)
def test_a_mistake_is_named_with_file_conversation_and_turn(tmp_path, old, new, complaint):
    assert old in GOOD
    with pytest.raises(BadConversation) as raised:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert str(raised.value).startswith(complaint)


@pytest.mark.parametrize("text", ["", "[]", "turns: 1"])
def test_a_file_without_conversations_is_refused(tmp_path, text):
    with pytest.raises(BadConversation, match="must be a list of conversations"):
        read(tmp_path, text)
