"""The stand-in is as strict as the platform: what it lets pass would pass there, and it fails in all the ways of the sheet."""

from __future__ import annotations

import json
from datetime import timedelta

import aiohttp
import pytest

from bot.fake_whatsapp import inbound
from bot.fake_whatsapp.faults import Fault
from bot.fake_whatsapp.hooks import encode, sign
from tests.whatsapp.conftest import ANA_PHONE, BUSINESS, NUMBER, until

TEXT = {"body": "hola"}


def buttons(*titles, body="¿Confirmas?", **more):
    replies = [{"type": "reply", "reply": {"id": f"b{n}", "title": title}} for n, title in enumerate(titles)]
    return {"type": "button", "body": {"text": body}, "action": {"buttons": replies}, **more}


def rows(number, *, title="Fila", button="Ver opciones", **more):
    listed = [{"id": f"r{n}", "title": f"{title} {n}", **more} for n in range(number)]
    return {"type": "list", "body": {"text": "Elige"}, "action": {"button": button, "sections": [{"title": "Servidores", "rows": listed}]}}


def test_signature_vectors_of_the_sheet():
    assert sign("sesame", b"hello world") == "sha256=f39034b29165ec6a5104d9aef27266484ab26c8caa7bca8bcb2dd02e8be61b17"
    body = encode({"t": "café @ 50% 😀 a/b"})
    assert body == rb'{"t":"caf\u00e9 \u0040 50\u0025 \ud83d\ude00 a\/b"}'
    assert sign("app-secret", body) == "sha256=10a5ea549bfd2902af519e8b3f526315b378c58b7cea34c1771ff81c03e70eb1"
    assert json.loads(body) == {"t": "café @ 50% 😀 a/b"}


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ({"text": TEXT}, None),
        ({"text": {"body": "x" * 4096}}, None),
        ({"text": {"body": "x" * 4097}}, 100),
        ({"text": {"body": "😀" * 2049}}, 100),
        ({"text": {"body": "  \n"}}, 100),
        ({"text": {"body": "hola", "preview": True}}, 100),
        ({"interactive": buttons("Sí", "No", "Otro")}, None),
        ({"interactive": buttons("Sí", "No", "Otro", "Más")}, 131009),
        ({"interactive": buttons()}, 131009),
        ({"interactive": buttons("x" * 21)}, 131009),
        ({"interactive": buttons("Sí", "Sí")}, 131009),
        ({"interactive": buttons("*Sí*")}, 131009),
        ({"interactive": buttons("Sí", body="x" * 1024)}, None),
        ({"interactive": buttons("Sí", body="x" * 1025)}, 131009),
        ({"interactive": buttons("Sí", footer={"text": "x" * 61})}, 131009),
        ({"interactive": buttons("Sí", foot={"text": "x"})}, 100),
        ({"interactive": rows(10, description="x" * 72)}, None),
        ({"interactive": rows(11)}, 131009),
        ({"interactive": rows(1, title="x" * 23)}, 131009),
        ({"interactive": rows(1, description="x" * 73)}, 131009),
        ({"interactive": rows(2, button="Ver todas las opciones")}, 131009),
        ({"interactive": {"type": "carousel"}}, 131009),
        ({"reaction": {"message_id": "wamid.X", "emoji": "👍"}}, None),
        ({"image": {"id": "1", "link": "https://x.example/a.png"}}, 131008),
        ({"image": {"link": "https://x.example/a.png", "caption": "x" * 1025}}, 131009),
        ({"template": {"name": "volver", "language": {"code": "es_MX"}}}, None),
        ({"template": {"name": "Volver a", "language": {"code": "es_MX"}}}, 132001),
        ({"sms": {"body": "x"}}, 100),
    ],
)
async def test_every_limit_is_kept(api, meta, ana, node, code):
    meta.receives(ana, inbound.text("hola"))
    status, answer = await api.send(**node)
    assert (status, answer.get("error", {}).get("code")) == ((200, None) if code is None else (404 if code == 132001 else 400, code))
    assert len(meta.sent) == (code is None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": "sms"}, 100),
        ({"recipient_type": "group"}, 100),
        ({"to": ""}, 100),
        ({"to": None, "recipient": "1349"}, 100),
        ({"to": "+525500009999"}, 131026),
        ({"to": "+5215500000000"}, 131021),
        ({"biz_opaque_callback_data": "x" * 513}, 131009),
        ({"context": {"message_id": "17"}}, 131009),
        ({"tag": "x"}, 100),
    ],
)
async def test_the_outside_of_a_message_is_checked(api, meta, ana, change, code):
    meta.receives(ana, inbound.text("hola"))
    body = {"messaging_product": "whatsapp", "to": ANA_PHONE, "type": "text", "text": TEXT, **change}
    status, answer = await api.post(body)
    assert (status, answer["error"]["code"]) == (400, code)


async def test_token_number_and_body(api, meta, ana):
    assert (await api.post({"messaging_product": "whatsapp"}, number="99"))[1]["error"]["error_subcode"] == 33
    assert (await api.call("POST", f"/v26.0/{NUMBER}/messages", data=b"{"))[0] == 400
    api.token = "another"
    status, answer = await api.send(text=TEXT)
    assert (status, answer["error"]["code"]) == (401, 190)


async def test_a_person_is_reached_by_every_form_of_the_number_and_by_the_id_alone(api, meta, ana, sol):
    for person in (ana, sol):
        meta.receives(person, inbound.text("hola"))
    for to in ("+525500001234", "+52 1 55 0000-1234", "5215500001234", "5500001234"):
        status, answer = await api.send(to, text=TEXT)
        assert (status, answer["contacts"]) == (200, [{"input": to, "wa_id": "5215500001234"}])
    status, answer = await api.post({"messaging_product": "whatsapp", "recipient": sol.user_id, "type": "text", "text": TEXT})
    assert (status, answer["contacts"]) == (200, [{"input": sol.user_id, "user_id": sol.user_id}])
    assert len({sent.id for sent in meta.sent}) == 5
    meta.strict_numbers = True
    assert (await api.send("+5215500001234", text=TEXT))[1]["error"]["code"] == 131030
    assert (await api.send("+525500001234", text=TEXT))[0] == 200


async def test_the_window_is_counted_from_the_persons_own_last_message(api, meta, ana, clock):
    assert (await api.send(text=TEXT))[1]["error"]["code"] == 131047
    meta.receives(ana, inbound.text("hola"), at=clock() - timedelta(hours=23, minutes=59))
    assert (await api.send(text=TEXT))[0] == 200
    clock.forward(minutes=2)
    assert (await api.send(text=TEXT))[1]["error"]["code"] == 131047
    assert (await api.send(template={"name": "volver", "language": {"code": "es_MX"}}))[1]["messages"][0]["message_status"] == "accepted"
    meta.late_window = True
    assert (await api.send(text=TEXT))[0] == 200
    assert meta.sent[-1].statuses == ["failed"]


async def test_the_pair_may_take_45_at_once_and_then_one_in_six_seconds(api, meta, ana, sol, clock):
    for person in (ana, sol):
        meta.receives(person, inbound.text("hola"))
    for _ in range(45):
        assert (await api.send(text=TEXT))[0] == 200
    assert (await api.send(text=TEXT))[1]["error"]["code"] == 131056
    assert (await api.post({"messaging_product": "whatsapp", "recipient": sol.user_id, "type": "text", "text": TEXT}))[0] == 200
    clock.forward(seconds=6)
    assert (await api.send(text=TEXT))[0] == 200
    assert (await api.send(text=TEXT))[1]["error"]["code"] == 131056


async def test_eighty_a_second_for_a_number(api, meta, ana, clock):
    meta.receives(ana, inbound.text("hola"))
    for n in range(80):
        person = ana if n < 40 else meta.people.add(type(ana)(f"k{n}", "X", None, f"MX.{n}"))
        meta.rates.heard(NUMBER, person.key, clock())
        meta.rates.take(NUMBER, person.key)
    assert (await api.send(text=TEXT))[1]["error"]["code"] == 130429
    clock.forward(seconds=1)
    assert (await api.send(text=TEXT))[0] == 200


@pytest.mark.parametrize(
    ("fault", "status", "accepted"),
    [
        (Fault("code", 130429), 400, 0),
        (Fault("code", 131057), 500, 0),
        (Fault("500"), 500, 0),
        (Fault("500 after"), 500, 1),
        (Fault("reset"), None, 0),
        (Fault("reset after"), None, 1),
        (Fault("empty"), 200, 1),
        (Fault("garbage"), 200, 1),
        (Fault("slow", seconds=0.05), 200, 1),
        (Fault("slow after", seconds=0.05), 200, 1),
    ],
)
async def test_a_scripted_fault_strikes_once(api, meta, ana, fault, status, accepted):
    meta.receives(ana, inbound.text("hola"))
    meta.faults.add(fault)
    try:
        assert (await api.send(text=TEXT))[0] == status
    except aiohttp.ClientError:
        assert status is None
    assert (fault.struck, len(meta.sent)) == (1, accepted)
    assert (await api.send(text=TEXT))[0] == 200


async def test_every_third_for_one_person_only(api, meta, ana, sol):
    for person in (ana, sol):
        meta.receives(person, inbound.text("hola"))
    meta.faults.add(Fault("code", 131000, times=None, every=3, to=ana.key))
    told = [(await api.send(text=TEXT))[0] for _ in range(6)]
    assert told == [200, 200, 500, 200, 200, 500]
    assert (await api.post({"messaging_product": "whatsapp", "recipient": sol.user_id, "type": "text", "text": TEXT}))[0] == 200


async def test_statuses_carry_price_and_callback_and_may_come_before_the_answer(api, meta, ana, company):
    meta.receives(ana, inbound.text("hola"))
    meta.faults.add(Fault("status first"))
    body = {"messaging_product": "whatsapp", "to": ANA_PHONE, "type": "text", "text": TEXT, "biz_opaque_callback_data": "42"}
    _, answer = await api.post(body)
    wamid = answer["messages"][0]["id"]
    assert company.statuses() == [(wamid, "sent")]
    meta.report(wamid, "delivered")
    meta.report(wamid, "failed", 131026)
    await meta.hooks.settle()
    told = [status for value in company.changes() for status in value.get("statuses", [])]
    assert [status["status"] for status in told] == ["sent", "delivered", "failed"]
    assert {status["biz_opaque_callback_data"] for status in told} == {"42"}
    assert told[1]["pricing"] == {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
    assert told[2]["errors"][0]["code"] == 131026


async def test_what_is_not_taken_comes_again_and_what_was_taken_may_come_twice(meta, ana, company):
    company.answers = [500, 503, 404]
    meta.hooks.doubled = 1.0
    update = meta.receives(ana, inbound.text("¿cuándo vence?"))
    await meta.hooks.settle()
    wamid = update.value["messages"][0]["id"]
    assert [message["id"] for message in company.messages()] == [wamid, wamid]
    assert len(company.bodies) == 5
    assert company.badly_signed == 0


async def test_batches_mix_messages_and_statuses_of_several_people(api, meta, ana, sol, company):
    updates = [meta.receives(person, inbound.text(f"hola {n}"), send=False) for n, person in enumerate((ana, sol, ana))]
    await api.send(text=TEXT)
    updates.append(meta.report(meta.sent[0].id, "sent", send=False))
    assert await meta.hooks.deliver(updates) == 200
    value = company.changes()[-1]
    assert len(value["contacts"]) == 2
    assert [message["text"]["body"] for message in value["messages"]] == ["hola 0", "hola 1", "hola 2"]
    assert "from" not in value["messages"][1]
    assert value["statuses"][0]["status"] == "sent"


async def test_a_thousand_updates_in_one_body(meta, ana, company):
    updates = [meta.receives(ana, inbound.text(f"ñandú @ {n}"), send=False) for n in range(1000)]
    assert await meta.hooks.deliver(updates) == 200
    assert len(company.messages()) == 1000
    assert len(company.bodies[-1]) < 3 * 2**20


async def test_bytes_that_are_signed_wrongly_are_told_apart(meta, company):
    body = encode({"object": "x"})
    assert await meta.hooks.post(body, **{"X-Hub-Signature-256": sign("another secret", body)}) == 403
    assert await meta.hooks.post(body[:-1], **{"X-Hub-Signature-256": sign(BUSINESS.app_secret, body)}) == 403
    assert company.badly_signed == 2


async def test_verification(meta):
    assert await meta.hooks.verify(BUSINESS.verify_token)
    assert not await meta.hooks.verify("another")


async def test_read_mark_and_typing_show_at_the_phone(api, meta, ana, clock):
    for text in ("hola", "oye"):
        wamid = meta.receives(ana, inbound.text(text)).value["messages"][0]["id"]
    chat = meta.chat(ana)
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid, "typing_indicator": {"type": "text"}}
    assert await api.post(body) == (200, {"success": True})
    assert [bubble.ticks for bubble in chat.bubbles.values()] == ["read", "read"]
    assert chat.typing
    clock.forward(seconds=25)
    assert not chat.typing
    await api.post(body)
    await api.send(text=TEXT)
    assert not chat.typing
    assert (await api.post({**body, "message_id": "wamid.none"}))[0] == 400


async def test_a_file_is_had_in_two_hops_for_five_minutes_with_the_token(api, meta, ana, clock):
    file = meta.media.keep(b"\x89PNG", "image/png")
    meta.receives(ana, inbound.image(file, "mi pantalla"))
    status, found = await api.call("GET", f"/v26.0/{file.id}?phone_number_id={NUMBER}")
    assert (status, found["sha256"], found["file_size"]) == (200, file.sha256, "4")
    assert await api.call("GET", found["url"]) == (200, b"\x89PNG")
    api.token = ""
    assert (await api.call("GET", found["url"]))[0] == 401
    api.token = BUSINESS.access_token
    clock.forward(minutes=5)
    assert (await api.call("GET", found["url"]))[0] == 404
    assert (await api.call("DELETE", f"/v26.0/{file.id}"))[0] == 200
    assert (await api.call("GET", f"/v26.0/{file.id}"))[1]["error"]["error_subcode"] == 33


async def test_a_number_begins_anew_with_another_id_and_an_empty_chat(api, meta, ana, company):
    meta.receives(ana, inbound.text("hola"))
    await meta.hooks.settle()
    status, _ = await api.call("POST", f"{api.base}/phone/chats/{ana.key}/anew", json={})
    assert status == 200
    again = meta.people.get(ana.key)
    assert (again.wa_id, again.name) == (ana.wa_id, ana.name)
    assert again.user_id != ana.user_id
    assert not meta.chat(again).bubbles
    meta.receives(again, inbound.text("hola"))
    await meta.hooks.settle()
    assert [message["from_user_id"] for message in company.messages()] == [ana.user_id, again.user_id]
    assert (await api.send(ANA_PHONE, text={"body": "Hola"}))[0] == 200
    assert [bubble.text for bubble in meta.chat(again).bubbles.values()] == ["hola", "Hola"]


async def test_ids_are_the_same_for_the_same_seed_and_look_like_real_ones(meta):
    ids = [meta.new_id() for _ in range(200)]
    assert len(set(ids)) == 200
    assert ids[0] == type(meta)(BUSINESS, now=meta.now).new_id()
    assert all(len(wamid) > 60 for wamid in ids)
    assert all(any(mark in wamid for wamid in ids) for mark in "=+/")


async def test_a_watched_chat_reads_what_comes(api, meta, ana, company):
    meta.reports = {"sent": 0, "delivered": 0}
    meta.receives(ana, inbound.text("hola"))
    await api.send(text=TEXT)
    await until(lambda: meta.sent[0].statuses == ["sent", "delivered"])
    meta.opens(ana)
    await api.send(text=TEXT)
    await until(lambda: meta.sent[1].statuses == ["sent", "delivered", "read"])
    await meta.hooks.settle()
    assert (meta.sent[0].id, "read") in company.statuses()
