"""The corpus of conversations: whole, varied, of nobody real, and without a line of what is kept for measuring."""

from __future__ import annotations

import csv
import re
from collections import Counter
from functools import cache

import pytest
import yaml

from bot.accounts.demo import CUSTOMERS
from bot.conversation_files import BadConversation
from bot.nlu.conversations import CORPUS, KINDS, LabelledConversation, LabelledTurn, Writer, as_written, read_corpus, read_writer
from bot.protocol.frame import Which
from bot.rules.contact import normal_phone
from bot.settings import ROOT
from tests.content.held_out import LEAST_WORDS, digests

LONGEST = 4096
LINE = "+525580009480"
PERSONAL = {
    "a mail address": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "an RFC or CURP": r"\b[A-ZÑ&]{3,4}\d{6}(?:[HM][A-Z]{5})?[A-Z0-9]{2,3}\b",
    "a card or CLABE": r"\b(?:\d[ -]?){15,18}\b",
    "an address on the web": r"https?://\S+|\bwww\.\S+",
}
TELEPHONE = re.compile(r"(?<![\w-])(?:\+?\d[ .()-]{0,2}){10,13}(?!\d)")
ALLOWED_MAIL = re.compile(r"@(?:[\w-]+\.)*example\.(?:com|org|net|mx)$")

INTENTS = frozenset(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"])
FILES = sorted(CORPUS.glob("*.yml"))


@cache
def writers() -> list[Writer]:
    return list(read_corpus(INTENTS))


def conversations() -> list[LabelledConversation]:
    return [conversation for writer in writers() for conversation in writer.conversations]


def turns() -> list[tuple[str, LabelledTurn]]:
    return [(f"{one.id}.{position}", turn) for one in conversations() for position, turn in enumerate(one.turns, start=1)]


def test_there_are_enough_by_enough_writers():
    assert len(conversations()) >= 800
    assert len(writers()) >= 12
    assert set(Counter(one.kind for one in conversations())) == set(KINDS)
    by_kind = {kind: {writer.name for writer in writers() for one in writer.conversations if one.kind == kind} for kind in KINDS}
    assert min(len(names) for names in by_kind.values()) >= 12


def test_a_fifth_are_visitors():
    assert 0.15 <= sum(one.customer is None for one in conversations()) / len(conversations()) <= 0.25


def test_customers_are_those_of_the_demo():
    assert {one.customer for one in conversations()} - {None} == set(CUSTOMERS)


def test_ids_are_their_writers_and_unique():
    assert [one.id for writer in writers() for one in writer.conversations if not re.fullmatch(rf"{writer.name}-\d{{3}}", one.id)] == []
    assert [name for name, times in Counter(one.id for one in conversations()).items() if times > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_written_in_the_one_style(path):
    """To mend it: path.write_text(as_written(read_writer(path, INTENTS)))."""
    assert path.read_text(encoding="utf-8") == as_written(read_writer(path, INTENTS))


def test_a_turn_is_no_longer_than_a_message():
    assert [name for name, turn in turns() for bubble in turn.bubbles if not 0 < len(bubble) <= LONGEST] == []


def test_servers_are_told_apart_only_where_there_are_several():
    found = ((one, servers) for one in conversations() for turn in one.turns for frame in turn.frames for servers in frame.servers)
    apart = {
        (one.customer, servers)
        for one, servers in found
        if servers.which in {Which.NAMED, Which.FILTER, Which.REST, Which.FIRST, Which.LAST}
    }
    assert {customer for customer, _ in apart} <= {"C-1009", None}
    assert {servers.value for _, servers in apart if servers.which is Which.NAMED} == {f"SIERRA-0{number}" for number in range(1, 6)}


@pytest.mark.parametrize("what", PERSONAL)
def test_nobody_real_can_be_found_by_it(what):
    texts = [(name, text) for name, turn in turns() for text in (*turn.bubbles, turn.good)]
    found = [(name, hit[0]) for name, text in texts for hit in re.finditer(PERSONAL[what], text)]
    assert [(name, hit) for name, hit in found if not ALLOWED_MAIL.search(hit)] == []


def test_no_telephone_but_the_line():
    texts = [(name, text) for name, turn in turns() for text in (*turn.bubbles, turn.good)]
    found = [(name, hit[0]) for name, text in texts for hit in TELEPHONE.finditer(text)]
    assert found
    assert [(name, hit) for name, hit in found if normal_phone(re.sub(r"\D", "", hit)[:10]) != LINE] == []


def test_nothing_that_is_kept_for_measuring_stands_in_it():
    """When this fails, say the turn in other words, or take it out."""
    held_out = set((ROOT / "tests" / "nlu" / "held_out_hashes.txt").read_text(encoding="ascii").split())
    assert len(held_out) >= 100
    assert [name for name, turn in turns() if digests(turn.bubbles) & held_out] == []


def test_no_unseen_message_stands_in_it():
    unseen = set()
    for path in (ROOT / "tests" / "nlu" / "unseen").glob("*.tsv"):
        with path.open(encoding="utf-8", newline="") as file:
            unseen |= {digest for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) for digest in digests(row[:1])}
    found = [(name, turn.bubbles) for name, turn in turns() if digests(turn.bubbles) & unseen]
    assert [one for one in found if len(" ".join(one[1]).split()) > LEAST_WORDS] == []


def test_the_page_counts_what_there_is():
    page = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` .*\| (\d+ \| \d+ \| \d+) \|$", page, re.MULTILINE))
    expected = {writer.name: counted(writer.conversations) for writer in writers()}
    expected |= {kind: counted([one for one in conversations() if one.kind == kind]) for kind in KINDS}
    assert rows == expected


def counted(chosen) -> str:
    """conversations | turns | frames"""
    every = [turn for one in chosen for turn in one.turns]
    return f"{len(chosen)} | {len(every)} | {sum(len(turn.frames) for turn in every)}"


GOOD = """\
writer: w99
about: "nobody"
conversations:

- id: w99-001
  kind: state
  customer: C-1001
  turns:
  - say: "¿ya quedó?"
    good: "Sí."
    frames: ["consultar_servidor state"]
"""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("consultar_servidor state", "consultar_servidorr state", "w99.yml: w99-001: turn 1: no intent consultar_servidorr"),
        ("servidor state", "servidor stat", "w99.yml: w99-001: 'stat' is not a valid Asked - at turn 1"),
        ("servidor state", "servidor state move=ask", "w99.yml: w99-001: 'ask' is not a valid Move - at turn 1"),
        ('["consultar_servidor state"]', "[]", "w99.yml: w99-001: Expected `array` of length >= 1 - at turn 1, frames"),
        ("kind: state", "kind: stat", "w99.yml: w99-001: no kind 'stat'"),
        ("  - say", "  - burst: [a, b]\n    say", "w99.yml: w99-001: needs one of say and burst - at turn 1"),
        ("writer: w99", "writer: w98", "w99.yml: must be writer"),
    ],
)
def test_a_mistake_is_named_with_file_conversation_and_turn(tmp_path, old, new, complaint):
    path = tmp_path / "w99.yml"
    path.write_text(GOOD, encoding="utf-8")
    assert as_written(read_writer(path, INTENTS)) == GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != GOOD
    with pytest.raises(BadConversation) as raised:
        read_writer(path, INTENTS)
    assert str(raised.value).startswith(complaint)
