"""The webhook over real HTTP: who is let in, what is acknowledged, and that nothing anybody posts is a 500 or a loss."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.whatsapp import inbound, signature, webhook
from bot.channels.whatsapp.signature import HEADER
from bot.conversations.ledger import Ledger
from bot.conversations.models import Message
from bot.errors import LedgerUnavailable
from tests.channels.whatsapp import meta as around
from tests.channels.whatsapp import payloads as made
from tests.channels.whatsapp.meta import APP_SECRET, VERIFY_TOKEN, Meta, databases, dialogue, meta, quiet_logs, start_meta
from tests.channels.whatsapp.payloads import encoded, payload, text

__all__ = ["databases", "dialogue", "meta", "quiet_logs", "start_meta"]

GOOD = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN}


async def verify(meta: Meta, query: dict[str, str]) -> tuple[int, str]:
    async with meta.http.get(meta.url, params=query) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("challenge", ["1158201444", "0012", "no es un número <b>", ""])
async def test_metas_challenge_is_given_back_word_for_word(meta: Meta, challenge: str) -> None:
    assert await verify(meta, {**GOOD, "hub.challenge": challenge}) == (200, challenge)


@pytest.mark.parametrize(
    "change",
    [
        {"hub.verify_token": "otra"}, {"hub.verify_token": ""}, {"hub.verify_token": "ñ" * 50}, {"hub.verify_token": None},
        {"hub.mode": "unsubscribe"}, {"hub.mode": None}, {"hub.challenge": None},
    ],
)  # fmt: skip
async def test_whoever_does_not_know_our_word_hears_nothing(meta: Meta, change: dict[str, Any]) -> None:
    query = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    status, body = await verify(meta, query)
    assert status == 403
    assert "1158201444" not in body
    assert await meta.metric("whatsapp_refused_webhooks_total", reason="verify") == 1


@pytest.mark.parametrize(
    ("header", "status", "reason"),
    [
        ("", 403, "malformed"),
        ("sha256=", 403, "malformed"),
        ("sha256=" + "ñ" * 64, 403, "malformed"),
        ("sha1=" + "0" * 64, 403, "malformed"),
        ("sha256=" + "0" * 63, 403, "malformed"),
        ("sha256=" + "0" * 64, 403, "wrong"),
    ],
)
async def test_what_is_not_signed_is_refused_and_counted(meta: Meta, header: str, status: int, reason: str) -> None:
    assert await meta.post(payload(text("hola")), headers={HEADER: header}) == status
    assert await meta.metric("whatsapp_refused_webhooks_total", reason=f"signature {reason}") == 1
    assert await meta.messages() == []


async def test_no_signature_another_key_and_another_body(meta: Meta) -> None:
    body = encoded(payload(text("¿cuándo?")))
    async with meta.http.post(meta.url, data=body) as response:
        assert response.status == 401
    assert await meta.post(body, secret="other") == 403
    assert await meta.post(body, secret=VERIFY_TOKEN) == 403
    signed = {HEADER: f"sha256={signature.sign(APP_SECRET, body)}"}
    assert await meta.post(json.dumps(json.loads(body)).encode(), headers=signed) == 403  # written again
    assert await meta.post(body[:-1], headers=signed) == 403
    assert await meta.messages() == []
    assert await meta.post(body, headers=signed) == 200
    assert [message.text for message in await meta.messages()][:1] == ["¿cuándo?"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"7", b'"hola"', b"[]", b"{}", b"\xff\xfe\x00", b"[" * 100_000, b'{"object":"whatsapp_business_account"}', b"1" * 10_000,
        b'{"object":"page","entry":[{"changes":[{"field":"messages"}]}]}', b'{"object":"whatsapp_business_account","entry":{"changes":7}}',
        b'{"object":"whatsapp_business_account","entry":[null,{"changes":[{"field":["messages"],"value":NaN}]}]}',
    ],
)  # fmt: skip
async def test_what_is_signed_and_not_metas_is_acknowledged_because_it_would_come_again_for_days(meta: Meta, body: bytes) -> None:
    assert await meta.post(body) == 200
    assert await meta.messages() == []


async def test_a_byte_order_mark_and_other_white_space(meta: Meta) -> None:
    assert await meta.post(b"\xef\xbb\xbf" + encoded(payload(text("hola")))) == 200
    assert await meta.post(b"\n " + json.dumps(payload(text("adiós")), indent=4, ensure_ascii=False).encode()) == 200
    await meta.settled()
    assert {text for author, text in await meta.said() if author == "customer"} == {"hola", "adiós"}


async def test_bodies_that_are_chunked_or_compressed(meta: Meta) -> None:
    body = encoded(payload(text("en trozos")))

    async def chunks():
        for start in range(0, len(body), 7):
            yield body[start : start + 7]

    signed = {HEADER: f"sha256={signature.sign(APP_SECRET, body)}"}
    async with meta.http.post(meta.url, data=chunks(), headers=signed) as response:
        assert response.status == 200
    body = encoded(payload(text("apretado")))
    signed = {HEADER: f"sha256={signature.sign(APP_SECRET, body)}", "Content-Encoding": "gzip"}
    assert await meta.post(gzip.compress(body), headers=signed) == 200
    closing = {**signed, "Connection": "close"}
    assert await meta.post(b"\x1f\x8bnot gzip at all", headers=closing) == 400
    assert await meta.post(gzip.compress(b"0" * 50_000_000), headers=closing) == 413
    await meta.settled()
    assert {text for author, text in await meta.said() if author == "customer"} == {"en trozos", "apretado"}


async def test_a_body_of_three_megabytes_and_one_that_is_too_big(meta: Meta) -> None:
    body = encoded(payload(text("hola")))
    assert await meta.post(body + b" " * (webhook.MOST_BYTES - len(body))) == 200
    assert await meta.post(body + b" " * (webhook.MOST_BYTES - len(body) + 1)) == 413
    assert len([message for message in await meta.messages() if message.author == "customer"]) == 1


async def test_other_methods(meta: Meta) -> None:
    for method in ("PUT", "DELETE", "HEAD"):
        async with meta.http.request(method, meta.url) as response:
            assert response.status == 405


async def test_a_number_that_is_not_ours_is_acknowledged_and_counted(meta: Meta) -> None:
    await meta.say(text("hola"), number="999")
    assert await meta.messages() == []
    assert await meta.metric("whatsapp_updates_total", kind="message", outcome="other number") == 1


async def test_several_numbers_of_one_company(meta: Meta) -> None:
    both = made.envelope(made.value(text("uno")), made.value(text("dos"), number=made.OTHER_NUMBER))
    assert await meta.post(both) == 200
    assert [(m.scope, m.text) for m in await meta.messages() if m.author == "customer"] == [
        (made.NUMBER, "uno"),
        (made.OTHER_NUMBER, "dos"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        payload(made.item("request_welcome")), payload(made.item("hologram", {})), payload(text("hola", group_id="G1")), payload(text("x", sender="")),
        payload(field="account_update", event="DISABLED_UPDATE"), payload(field="calls", calls=[{}]), payload(field="messaging_handovers"),
        payload(errors=[{"code": 131000, "title": "x"}]), payload(field=""),
    ],
)  # fmt: skip
async def test_what_has_no_consequence_is_acknowledged_and_counted(meta: Meta, body: Any) -> None:
    assert await meta.post(body) == 200
    assert await meta.messages() == []
    noted = [
        sample.value
        for family in meta.resources.metrics.registry.collect()
        for sample in family.samples
        if sample.name == "whatsapp_updates_total" and sample.labels["outcome"] == "noted"
    ]
    assert sum(noted) == 1


async def test_news_of_the_account_are_told_to_operators(meta: Meta) -> None:
    with capture_logs() as logs:
        await meta.say(field="account_update", event="ACCOUNT_VIOLATION")
    told = [{name: each[name] for name in ("log_level", "field", "news")} for each in logs if "news" in each]
    assert told == [{"log_level": "warning", "field": "account_update", "news": "ACCOUNT_VIOLATION"}]


async def test_after_a_restart_and_six_days_later_the_same_post_changes_nothing(start_meta) -> None:
    first = await start_meta()
    body = payload(text("hola"), text("¿vence?"))
    assert await first.post(body) == 200
    before = [(m.id, m.state, m.text) for m in await first.settled()]
    await first.server.close()
    second = await start_meta(clock=first.clock)
    for days in (0, 6):
        second.clock.forward(days=days)
        assert await second.post(body) == 200
        assert [(m.id, m.state, m.text) for m in await second.settled()] == before
    assert second.recorder.seen_messages == []


async def test_while_the_ledger_is_away_nothing_is_acknowledged(meta: Meta, monkeypatch) -> None:
    body = payload(text("hola"))
    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "write", around.away)
        assert await meta.post(body) == 503
    assert await meta.messages() == []
    assert await meta.post(body) == 200
    assert len([m for m in await meta.settled() if m.author == "customer"]) == 1


async def test_one_handler_that_raises_takes_none_of_its_neighbours_with_it(meta: Meta, monkeypatch) -> None:
    real = inbound._inbound

    def poisoned(message: Any, *rest: Any) -> Any:
        if message.text == "n=7":
            raise ZeroDivisionError
        return real(message, *rest)

    monkeypatch.setattr(inbound, "_inbound", poisoned)
    await meta.say(*(text(f"n={n}", sender=f"52155200000{n:02}") for n in range(20)))
    await meta.settled()
    assert sorted(m.text for m in await meta.messages() if m.author == "customer") == sorted(f"n={n}" for n in range(20) if n != 7)
    assert await meta.metric("whatsapp_updates_total", kind="any", outcome="failed") == 1


async def test_statuses_are_handed_on_and_one_that_fails_takes_none_with_it(meta: Meta) -> None:
    meta.recorder.fails = {"wamid.X1": ZeroDivisionError()}
    statuses = [made.status(f"wamid.X{n}") for n in range(3)]
    assert await meta.post(payload(text("hola"), statuses=statuses)) == 200
    assert [status.wamid for status in meta.recorder.statuses] == ["wamid.X0", "wamid.X2"]
    assert len([m for m in await meta.settled() if m.author == "customer"]) == 1


async def test_statuses_that_cannot_be_stored_come_again(meta: Meta) -> None:
    meta.recorder.fails = {"wamid.X0": LedgerUnavailable("x")}
    assert await meta.post(payload(statuses=[made.status("wamid.X0")])) == 503


async def test_the_same_post_twice_five_times_at_once_and_inside_another_batch(meta: Meta) -> None:
    first = text("hola")
    body = payload(first)
    assert set(await asyncio.gather(*(meta.post(body) for _ in range(5)))) == {200}
    assert await meta.post(body) == 200
    await meta.settled()
    meta.clock.forward(days=6)
    await meta.say(text("otra", at=meta.clock()), first)
    await meta.settled()
    assert [each for each in await meta.said() if each[0] == "customer"] == [("customer", "hola"), ("customer", "otra")]
    assert len([each for each in await meta.said() if each[0] == "bot"]) == 2
    assert meta.recorder.seen_messages.count((made.NUMBER, first["id"])) == 1


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_the_same_batch_at_two_gateways_at_once(start_meta, request, database: str) -> None:
    changes: dict[str, Any] = {}
    if database == "postgresql":
        url = request.getfixturevalue("postgres_url")
        await asyncio.to_thread(around.migrated_ledger, url)
        changes["database_url"] = url
    gateways = [await start_meta(**changes) for _ in range(2)]
    people = [f"52155300000{n:02}" for n in range(10)]
    body = payload(*(text(f"n={n}", sender=people[n % 10]) for n in range(30)))
    backwards = payload(*reversed(body["entry"][0]["changes"][0]["value"]["messages"]))
    posts = [gateways[n % 2].post(backwards if n % 3 else body) for n in range(8)]
    assert set(await asyncio.gather(*posts)) == {200}
    messages = await gateways[0].settled()
    said = [message for message in messages if message.author == "customer"]
    assert sorted(message.text for message in said) == sorted(f"n={n}" for n in range(30))
    assert len({message.conversation_id for message in messages}) == 10
    assert all(sum(m.in_reply_to == answer.in_reply_to for m in messages if m.conversation_id == answer.conversation_id) == 1
               for answer in messages if answer.kind == "answer")  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_edits_and_their_originals_at_two_gateways_at_once(start_meta, request, database: str) -> None:
    changes: dict[str, Any] = {}
    if database == "postgresql":
        url = request.getfixturevalue("postgres_url")
        await asyncio.to_thread(around.migrated_ledger, url)
        changes["database_url"] = url
    gateways = [await start_meta(**changes) for _ in range(2)]
    firsts = [text(f"n={n}", sender=f"52155300000{n:02}") for n in range(10)]
    edits = [
        made.item(
            "edit", {"original_message_id": first["id"], "message": {"type": "text", "text": {"body": f"m={n}"}}}, sender=first["from"]
        )
        for n, first in enumerate(firsts)
    ]
    posts = [gateways[n % 2].post(payload(each)) for n, each in enumerate(itertools.chain(*zip(firsts, edits, strict=True)))]
    assert set(await asyncio.gather(*posts)) == {200}
    messages = await gateways[0].settled()
    said = [message for message in messages if message.author == "customer"]
    assert sorted(message.external_id for message in said) == sorted(first["id"] for first in firsts)
    assert all(message.edited_at is not None for message in said)
    answers = {message.conversation_id: message.text for message in messages if message.kind == "answer"}
    assert len([message for message in messages if message.kind == "answer"]) == 10
    assert all(answers[message.conversation_id] == f"eco: {message.text}" for message in said)


async def test_the_order_is_that_of_the_senders_clock_and_then_of_arrival(meta: Meta) -> None:
    now = meta.clock()
    late, early = around.ago(lambda: now, seconds=5), around.ago(lambda: now, seconds=60)
    await meta.say(text("3", at=late), text("1", at=early), text("4", at=late), text("2", at=early))
    await meta.settled()
    assert [m.text for m in await meta.rows(Message, Message.seq) if m.author == "customer"] == ["1", "2", "3", "4"]
