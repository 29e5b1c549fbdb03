from datetime import UTC, datetime

import pytest

from bot.rules import service


def test_a_server_is_ready_some_minutes_after_the_credit():
    credited_at = datetime(2026, 12, 31, 23, 50, tzinfo=UTC)
    assert service.expected_ready_at(credited_at, 15) == datetime(2027, 1, 1, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(("contracted", "left"), [(0, 5), (1, 4), (5, 0), (7, 0)])
def test_servers_left(contracted, left):
    assert service.servers_left(contracted, 5) == left


def test_which_servers_count_as_contracted():
    assert service.contracted(["active", "provisioning", "suspended", "cancelled", "deleted"]) == 3
    assert service.contracted([]) == 0
