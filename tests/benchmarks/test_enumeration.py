"""What is said of a pair of times."""

from benchmarks.enumeration import MOST, _compared


def test_the_same_times_are_told_alike_and_others_are_not():
    fast, slow = [10.0 + n % 7 for n in range(200)], [13.0 + n % 7 for n in range(200)]
    assert _compared({"known": fast, "unknown": fast})["ratio"] == 1
    assert _compared({"known": slow, "unknown": fast})["ratio"] > MOST
    low, high = _compared({"known": slow, "unknown": fast})["ratio_95"]
    assert 1 < low <= high
