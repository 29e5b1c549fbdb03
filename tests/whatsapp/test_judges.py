"""The judges of load and chaos see what is wrong: a run that finds nothing would otherwise prove nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from benchmarks.chaos.telephones import Carried, check_telephones
from benchmarks.whatsapp.load import judge
from bot.fake_whatsapp.fake import Sent

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)


def sent(text: str, key: str = "") -> Sent:
    return Sent(f"wamid.{text}", "1", None, {"type": "text", "text": {"body": text}, "biz_opaque_callback_data": key}, NOW)


def test_every_message_once_and_in_order_is_good():
    said = ["m1x0", "m1x1", "m2x0"]
    assert judge(said, [sent("eco: mensaje m2x0"), sent("eco: mensaje m1x0\nmensaje m1x1")]) == ([], [], [])


def test_lost_doubled_and_disordered_messages_are_named():
    said = ["m1x0", "m1x1", "m2x0", "m2x1"]
    lost, doubled, disordered = judge(said, [sent("m1x1"), sent("m1x0"), sent("m2x0"), sent("m2x0")])
    assert (lost, doubled) == (["m2x1"], ["m2x0"])
    assert [line.split(":")[0] for line in disordered] == ["person 1"]


def carried(seq: int, **more) -> Carried:
    return Carried("c", seq, 0, f"k{seq}", "delivered", 1, **more)


def test_each_part_must_reach_its_telephone_once_and_in_order():
    whole = [carried(1), carried(2)]
    good, repeats = check_telephones(whole, [sent("a", "k1"), sent("b", "k2")])
    assert (bool(good), repeats) == (False, 0)
    found, _ = check_telephones(whole, [sent("b", "k2"), sent("a", "k1")])
    assert found.disordered == ["c seq 2 part 0 came before an earlier one"]
    found, _ = check_telephones(whole, [sent("a", "k1")])
    assert found.lost == ["c seq 2 part 0 (delivered) came to no telephone"]
    found, _ = check_telephones(whole, [sent("a", "k1"), sent("b", "k2"), sent("c", "k3")])
    assert found.foreign == ["a telephone got k3, of which the ledger knows nothing"]


def test_a_repeat_is_right_only_where_the_ledger_knows_of_an_unknown_end():
    once, twice = carried(1), replace(carried(1), unsettled=2)
    found, repeats = check_telephones([once], [sent("a", "k1"), sent("a", "k1")])
    assert (found.doubled, repeats) == (["c seq 1 part 0 came 2 times"], 0)
    found, repeats = check_telephones([twice], [sent("a", "k1"), sent("a", "k1")])
    assert (found.doubled, repeats) == ([], 1)
    found, _ = check_telephones([twice], [sent("a", "k1")] * 3)
    assert found.doubled == ["c seq 1 part 0 came 3 times"]


def test_what_the_ledger_reports_as_ambiguous_is_not_lost():
    assert not check_telephones([replace(carried(1), state="ambiguous")], [])[0]
