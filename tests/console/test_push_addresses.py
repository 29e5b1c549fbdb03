"""Whoever signs in names an address that we call: none but a push service of the public network."""

from __future__ import annotations

import socket
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from bot import clock
from bot.console.push import addresses
from bot.console.push.service import PushService, Target
from tests.console.test_push import GOOD
from tests.gateway.conftest import settings_for
from tests.support.push_service import PushServiceStandIn

REAL = [
    "https://fcm.googleapis.com/fcm/send/dpH5lCsTSSM:APA91bHqjZxM0VImWWqDRN7U0a3AycjUf4O-byuxb_wJsKRaKvV_iKw56s16ekq6FUqoCF7k2nICUpd8fHPxVTgqLunFeVeB9lLCQZyohyAztTH8ZQL9WCxKpA6dvTG_TUIhQUFq_n",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABfS4p3",
    "https://web.push.apple.com/QGuQyavXutnMH",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAC",
]
WRONG = [
    "",
    "http://push.example/1",
    "ftp://push.example/1",
    "file:///etc/passwd",
    "//push.example/1",
    "https:///1",
    "https://",
    "push.example",
    "https://push.example:8443/1",
    "https://push.example:80/1",
    "https://user@push.example/1",
    "https://user:word@push.example/1",
    "https://push.example/1#part",
    "https://push.example/á",
    "https://push.example/1\nX: 1",
    "https://push.example:99999/1",
    "https://127.0.0.1/1",
    "https://8.8.8.8/1",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/1",
    "https://[::ffff:127.0.0.1]/1",
    "https://[fe80::1%25eth0]/1",
    "https://[2001:4860:4860::8888]/1",
    "https://%31%32%37.0.0.1/1",
    "https://2130706433/1",
    "https://0x7f.1/1",
    "https://localhost/1",
    "https://push.example/" + "1" * 2100,
]
PRIVATE = [
    "127.0.0.1", "127.255.0.3", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1",
    "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
    "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("endpoint", REAL)
@pytest.mark.parametrize("here", [True, False])
def test_push_services_as_browsers_name_them(endpoint: str, here: bool) -> None:
    assert addresses.may_be_called(endpoint, here=here)


@pytest.mark.parametrize("endpoint", WRONG)
def test_nothing_else(endpoint: str) -> None:
    assert not addresses.may_be_called(endpoint, here=False)


@pytest.mark.parametrize(
    ("endpoint", "may"),
    [
        ("http://127.0.0.1:5005/push/1", True),
        ("https://127.0.0.1/1", True),
        ("http://10.0.0.1/1", False),
        ("https://169.254.169.254/1", False),
        ("http://localhost/1", False),
        ("http://[::1]/1", False),
        ("http://push.example/1", False),
    ],
)
def test_the_demo_may_call_its_own_machine_too(endpoint: str, may: bool) -> None:
    assert addresses.may_be_called(endpoint, here=True) is may


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not addresses.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "142.250.0.1", "2a00:1450:4003:80f::200a", "2620:1ec:bdf::10"])
def test_addresses_that_are(address: str) -> None:
    assert addresses.is_public(ip_address(address))


def names(meant: dict[str, list[str]], real: Any = socket.getaddrinfo) -> Any:
    """What a name server that belongs to somebody answers."""

    def looked_up(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host not in meant:
            return real(host, port, *args, **options)
        kinds = {4: socket.AF_INET, 6: socket.AF_INET6}
        found = [ip_address(each) for each in meant[host]]
        return [(kinds[each.version], socket.SOCK_STREAM, 6, "", (str(each), port)) for each in found]

    return looked_up


@pytest.mark.parametrize("meant", [["127.0.0.1"], ["10.1.2.3", "::1"], ["64:ff9b::7f00:1"], ["::ffff:127.0.0.1"]])
async def test_a_name_that_means_our_own_network_is_not_called(tmp_path, dialogue, monkeypatch, meant: list[str]) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", names({"push.example": meant}))
    service = PushService(settings_for(tmp_path, dialogue, demo=False))
    async with PushServiceStandIn() as maker:
        target = Target("https://push.example/1", **GOOD)
        outcome = await service.send(target, b"x", key="caso:1", life=timedelta(minutes=1), urgent=False, now=clock.now())
        assert (outcome.became, outcome.why, maker.calls) == ("refused", "address", [])
    await service.close()


async def test_of_what_a_name_means_only_the_public_part_is_called(monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", names({"push.example": ["127.0.0.1", "8.8.8.8", "64:ff9b::808:808"]}))
    resolver = addresses.PublicResolver()
    assert [(each["host"], each["port"]) for each in await resolver.resolve("push.example", 443)] == [("8.8.8.8", 443)]
    await resolver.close()


async def test_a_name_that_means_nothing_may_mean_something_later(tmp_path, dialogue, monkeypatch) -> None:
    def nothing(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    service = PushService(settings_for(tmp_path, dialogue, demo=False))
    target = Target("https://push.example/1", **GOOD)
    outcome = await service.send(target, b"x", key="caso:1", life=timedelta(minutes=1), urgent=False, now=clock.now())
    assert outcome.became == "later"
    await service.close()
