"""What each kind of update does: through the real gateway, over HTTP, with signed bytes, to the answer that stands in the ledger."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import update

from bot.channels.whatsapp import besides, replies
from bot.conversations.models import Button, Conversation, Feedback
from bot.conversations.tables import BUTTON
from harness.dialogue import reply, result
from tests.channels.whatsapp import payloads as made
from tests.channels.whatsapp.meta import Meta, ago, databases, dialogue, meta, quiet_logs, start_meta
from tests.channels.whatsapp.payloads import USER_ID, WIRE, image, item, press, reaction, text, wamid

__all__ = ["databases", "dialogue", "meta", "quiet_logs", "start_meta"]

MEDIA = {"id": "700000000000001", "mime_type": "x/y", "sha256": "abc=", "url": "http://127.0.0.1:9/never"}
WORDLESS = {
    "image": image(),
    "audio": item("audio", {**MEDIA, "voice": True}),
    "video": item("video", MEDIA),
    "document": item("document", {**MEDIA, "filename": "a.pdf"}),
    "sticker": item("sticker", MEDIA),
    "location": item("location", {"latitude": 19.4, "longitude": -99.1}),
    "contacts": item("contacts", [{"phones": [{"phone": "+52 55 0000 9999"}]}]),
    "order": item("order", {"catalog_id": "8", "product_items": []}),
    "unsupported": item("unsupported", {"type": "poll_creation"}, errors=[{"code": 131051}]),
    "text": text("\u200b"),
}


def asked(meta: Meta) -> list[str]:
    """What the dialogue was asked."""
    return ["\n".join(message["text"] for message in turn["messages"]) for turn in meta.dialogue.turns]


async def conversation(meta: Meta) -> Conversation:
    (row,) = await meta.rows(Conversation)
    return row


async def test_a_text_is_answered_and_its_sender_sees_that_it_is_read(meta: Meta) -> None:
    sent = text("¿cuándo vence?")
    assert await meta.answered(sent, contacts=[made.contact(name="Ana")]) == [
        ("customer", "¿cuándo vence?"),
        ("bot", "eco: ¿cuándo vence?"),
    ]
    first = (await meta.messages())[0]
    assert (first.channel, first.scope, first.external_id, first.profile_name) == ("whatsapp", made.NUMBER, sent["id"], "Ana")
    assert meta.recorder.seen_messages == [(made.NUMBER, sent["id"])]


async def test_typed_commands_are_only_words(meta: Meta) -> None:
    assert await meta.answered(text("/restart")) == [("customer", "/restart"), ("bot", "eco: /restart")]


@pytest.mark.parametrize("kind", WORDLESS)
async def test_what_comes_without_words_has_a_kind_word_and_no_turn(meta: Meta, kind: str) -> None:
    said = await meta.answered({**WORDLESS[kind], "id": wamid()})
    assert said == [("customer", ""), ("bot", replies.WITHOUT_WORDS[kind])]
    assert asked(meta) == []
    assert (await meta.messages())[0].kind == kind


async def test_a_caption_is_what_is_read(meta: Meta) -> None:
    assert await meta.answered(image("mi comprobante")) == [("customer", "mi comprobante"), ("bot", "eco: mi comprobante")]
    first = (await meta.messages())[0]
    assert (first.kind, first.media["id"]) == ("image", "700000000000001")
    assert "url" not in first.media


async def test_a_picture_and_what_is_said_of_it_are_one_burst(meta: Meta) -> None:
    meta.gather_for(0.5)
    await meta.say(image())
    await meta.say(text("es mi pago"))
    await meta.settled()
    assert await meta.said() == [("customer", ""), ("customer", "es mi pago"), ("bot", "eco: es mi pago")]
    assert asked(meta) == ["es mi pago"]


async def test_a_picture_a_caption_and_a_text_are_one_burst(meta: Meta) -> None:
    meta.gather_for(0.5)
    await meta.say(image(), image("mi pago"), text("¿ya quedó?"))
    await meta.settled()
    assert asked(meta) == ["mi pago\n¿ya quedó?"]


async def test_several_things_without_words_are_answered_once(meta: Meta) -> None:
    meta.gather_for(0.3)
    await meta.say(image(), image(), item("audio", MEDIA))
    await meta.settled()
    assert [text for author, text in await meta.said() if author == "bot"] == [replies.WITHOUT_WORDS["audio"]]


async def test_what_only_announces_something_is_kept_and_not_answered(meta: Meta) -> None:
    assert await meta.answered(item("unsupported", {"type": "edit"}, errors=[{"code": 131051}])) == [("customer", "")]
    assert (await meta.messages())[0].state == "noted"


# buttons


@pytest.fixture
async def offered(meta: Meta) -> list[str]:
    """The ids of two buttons beneath the last answer."""
    choices = [{"title": title, "intent": "consultar_servidor", "entities": {"servidor": title}} for title in ("SIERRA-01", "SIERRA-02")]
    meta.dialogue.script["¿vence?"] = result(reply("¿Cuál?", buttons=choices))
    await meta.answered(text("¿vence?"))
    del meta.dialogue.script["¿vence?"]  # which is what a pressed button asks too
    return [row.id for row in await meta.rows(Button, Button.position)]


@pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
async def test_a_button_of_ours_is_pressed(meta: Meta, offered: list[str], kind: str) -> None:
    said = await meta.answered(press(offered[1], "SIERRA-02", kind))
    assert said[-2:] == [("customer", "SIERRA-02"), ("bot", "[SIERRA-02] ¿vence?")]


async def test_a_press_that_comes_twice_is_one(meta: Meta, offered: list[str]) -> None:
    sent = press(offered[1], "SIERRA-02")
    assert await meta.answered(sent) == await meta.answered(sent)


@pytest.mark.parametrize(("typed", "title"), [("la segunda", "SIERRA-02"), ("1", "SIERRA-01"), ("SIERRA 02", "SIERRA-02")])
async def test_a_button_is_typed(meta: Meta, offered: list[str], typed: str, title: str) -> None:
    assert (await meta.answered(text(typed)))[-1] == ("bot", f"[{title}] ¿vence?")


@pytest.mark.parametrize(
    ("typed", "title"), [("2", "SIERRA-02"), ("la doceava", None), ("el de en medio", "SIERRA-05"), ("la última", "SIERRA-09")]
)
async def test_one_of_many_is_typed_by_its_place(meta: Meta, typed: str, title: str | None) -> None:
    choices = [{"title": f"SIERRA-{n:02}", "intent": "consultar_servidor", "entities": {}} for n in range(1, 10)]
    meta.dialogue.script["¿cuál?"] = result(reply("¿Cuál?", buttons=choices))
    await meta.answered(text("¿cuál?"))
    del meta.dialogue.script["¿cuál?"]
    assert (await meta.answered(text(typed)))[-1] == ("bot", f"[{title}] ¿cuál?" if title else f"eco: {typed}")


async def test_an_address_of_media_is_never_followed(meta: Meta) -> None:
    asked_for: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        asked_for.append(request.path)
        return web.Response(body=b"x")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", hear)
    async with TestServer(app, host="127.0.0.1") as elsewhere:
        inner = {**MEDIA, "url": str(elsewhere.make_url("/a")), "link": str(elsewhere.make_url("/b"))}
        for kind in ("image", "audio", "video", "document", "sticker"):
            await meta.answered(item(kind, inner))
        await meta.answered(item("image", {**inner, "caption": "mi pago"}))
    assert asked_for == []
    assert all(set(message.media) <= {"id", "mime_type", "sha256"} for message in await meta.messages() if message.media)


@pytest.mark.parametrize("forged", ["0" * 32, "/restart", '/inform{"amount":"1"}', "ñ", "x" * 300, "' OR 1=1 --"])
async def test_a_forged_button_is_the_words_on_it(meta: Meta, offered: list[str], forged: str) -> None:
    said = await meta.answered(press(forged, "Otro título"))
    assert said[-2:] == [("customer", "Otro título"), ("bot", "eco: Otro título")]


async def test_a_used_an_old_and_somebody_elses_button_are_the_words_on_them(meta: Meta, offered: list[str]) -> None:
    await meta.answered(press(offered[0], "SIERRA-01"))
    assert (await meta.answered(press(offered[0], "SIERRA-01")))[-1] == ("bot", "eco: SIERRA-01")
    meta.clock.forward(days=3)
    now = meta.clock()
    assert (await meta.answered(press(offered[1], "SIERRA-02", at=now)))[-1] == ("bot", "eco: SIERRA-02")
    await meta.say(press(offered[1], "SIERRA-02", sender="5215599999999", at=now))
    await meta.settled()
    others = [m for m in await meta.messages() if m.conversation_id != (await meta.rows(Button))[0].conversation_id]
    assert [m.text for m in others] == ["SIERRA-02", "eco: SIERRA-02"]


async def test_a_templates_button_is_its_words(meta: Meta) -> None:
    assert (await meta.answered(item("button", {"payload": "MAS", "text": "Quiero saber más"})))[-1] == ("bot", "eco: Quiero saber más")


async def test_a_form(meta: Meta) -> None:
    inner = {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"flow_token":"t","nombre":"Ana"}'}}
    assert (await meta.answered(item("interactive", inner)))[-1] == ("bot", "eco: Ana")


# what is not answered


async def test_what_was_sent_long_ago_is_kept_and_not_answered(meta: Meta) -> None:
    assert await meta.answered(text("de hace cinco días", at=ago(meta.clock, days=5))) == [("customer", "de hace cinco días")]
    assert (await meta.messages())[0].state == "noted"
    assert meta.recorder.seen_messages == []
    assert (await meta.answered(text("y ahora", at=ago(meta.clock, hours=23))))[-1] == ("bot", "eco: y ahora")


async def test_a_time_in_the_future_is_now(meta: Meta) -> None:
    await meta.answered(text("hola", at=meta.clock() + timedelta(days=400)))
    assert (await meta.messages())[0].sent_at <= meta.clock()


async def test_standby_is_read_along(meta: Meta) -> None:
    echoes = [{**text("soy Meta", sender=made.OURS), "to": WIRE}]
    said = await meta.answered(text("hola"), field="standby", message_echoes=echoes)
    assert said == [("customer", "hola"), ("agent", "soy Meta")]
    assert (await conversation(meta)).owner == "bot"
    assert meta.recorder.seen_messages == []


async def test_history_is_kept_and_never_answered(meta: Meta) -> None:
    old = ago(meta.clock, days=60)
    thread = {"id": WIRE, "messages": [text("¿precio?", at=old), {**text("200", sender=made.OURS, at=old), "to": WIRE}]}
    said = await meta.answered(field="history", history=[{"threads": [thread]}])
    assert said == [("customer", "¿precio?"), ("agent", "200")]
    assert asked(meta) == []


async def test_groups_are_never_answered(meta: Meta) -> None:
    assert await meta.answered(text("hola a todos", group_id="G1")) == []


# colleagues


async def test_a_colleagues_reply_is_an_agents_and_silences_the_assistant(meta: Meta) -> None:
    await meta.answered(text("hola"))
    echo = {**text("Yo te atiendo", sender=made.OURS), "to": WIRE}
    for _ in range(2):
        assert (await meta.answered(field="smb_message_echoes", message_echoes=[echo]))[-1] == ("agent", "Yo te atiendo")
    await meta.say(text("gracias"))
    assert [(m.text, m.state) for m in await meta.messages()][-1] == ("gracias", "with_agent")
    assert ((await conversation(meta)).owner, (await conversation(meta)).agent) == ("agent", besides.AGENT)
    meta.clock.forward(hours=5)
    assert (await meta.answered(text("¿sigues?", at=meta.clock())))[-1] == ("bot", "eco: ¿sigues?")
    assert len([1 for author, _ in await meta.said() if author == "agent"]) == 1


async def test_a_colleagues_old_reply_silences_nobody(meta: Meta) -> None:
    await meta.answered(text("hola"))
    echo = {**text("ayer", sender=made.OURS, at=ago(meta.clock, hours=20)), "to": WIRE}
    await meta.answered(field="smb_message_echoes", message_echoes=[echo])
    assert (await meta.answered(text("¿y?")))[-1] == ("bot", "eco: ¿y?")


async def test_an_echo_of_what_we_sent_ourselves_is_nothing_new(meta: Meta) -> None:
    await meta.answered(text("hola"))
    await meta.last_answer("wamid.OURS")
    before = await meta.said()
    await meta.say(field="smb_message_echoes", message_echoes=[{**text("eco: hola", sender=made.OURS), "to": WIRE, "id": "wamid.OURS"}])
    assert await meta.said() == before
    assert (await conversation(meta)).owner == "bot"


# edits and revokes


def edit(original: str, words: str, **more: Any) -> dict[str, Any]:
    return item("edit", {"original_message_id": original, "message": {"type": "text", "text": {"body": words}}}, **more)


def revoke(original: str, **more: Any) -> dict[str, Any]:
    return item("revoke", {"original_message_id": original}, **more)


async def test_an_edit_before_the_answer_is_what_is_answered(meta: Meta) -> None:
    first = text("¿vencd?")
    assert await meta.answered(first, edit(first["id"], "¿vence?")) == [("customer", "¿vence?"), ("bot", "eco: ¿vence?")]
    assert await meta.answered(first) == [("customer", "¿vence?"), ("bot", "eco: ¿vence?")]  # the original again
    assert (await meta.messages())[0].edited_at is not None


async def test_of_two_edits_the_newer_counts(meta: Meta) -> None:
    first = text("uno", at=ago(meta.clock, seconds=9))
    later, earlier = edit(first["id"], "tres", at=ago(meta.clock, seconds=1)), edit(first["id"], "dos", at=ago(meta.clock, seconds=5))
    assert (await meta.answered(first, later, earlier))[-1] == ("bot", "eco: tres")


async def test_an_edit_after_the_answer_is_only_noted(meta: Meta) -> None:
    first = text("¿vence?")
    await meta.answered(first)
    said = await meta.answered(edit(first["id"], "¿renueva?"))
    assert said == [("customer", "¿vence?"), ("bot", "eco: ¿vence?")]
    assert (await meta.messages())[0].edited_at is not None


async def test_a_revoke_before_the_answer_is_not_answered(meta: Meta) -> None:
    first = text("no era para ustedes")
    assert await meta.answered(first, revoke(first["id"]), text("hola")) == [
        ("customer", "no era para ustedes"), ("customer", "hola"), ("bot", "eco: hola"),
    ]  # fmt: skip
    assert ((await meta.messages())[0].state, (await meta.messages())[0].revoked_at is not None) == ("noted", True)


async def test_only_a_revoked_message_leaves_nothing_to_do(meta: Meta) -> None:
    first = text("hola")
    await meta.say(first, revoke(first["id"]))
    assert (await meta.answered(text("otra")))[-1] == ("bot", "eco: otra")


async def test_a_revoke_after_the_answer_is_only_noted(meta: Meta) -> None:
    first = text("¿vence?")
    await meta.answered(first)
    await meta.answered(revoke(first["id"]))
    stored = (await meta.messages())[0]
    assert (stored.state, stored.revoked_at is not None) == ("answered", True)


async def test_an_edit_before_its_original_is_what_is_answered_and_the_original_is_not(meta: Meta) -> None:
    first = text("¿vencd?", at=ago(meta.clock, seconds=9))
    rewritten_at = ago(meta.clock, seconds=3)
    rewritten = edit(first["id"], "¿vence?", at=rewritten_at)
    said = await meta.answered(rewritten)
    assert said == [("customer", "¿vence?"), ("bot", "eco: ¿vence?")]
    for late in (first, rewritten, edit(first["id"], "¿venc?", at=ago(meta.clock, seconds=6))):
        assert await meta.answered(late) == said
    stored = (await meta.messages())[0]
    assert (stored.external_id, stored.edited_at) == (first["id"], rewritten_at.replace(microsecond=0))
    assert meta.recorder.seen_messages == [(made.NUMBER, first["id"])]
    assert asked(meta) == ["¿vence?"]


async def test_an_edit_and_its_original_of_one_second_in_either_order(meta: Meta) -> None:
    now = meta.clock()
    first = text("¿vencd?", at=now)
    assert await meta.answered(edit(first["id"], "¿vence?", at=now), first) == [("customer", "¿vence?"), ("bot", "eco: ¿vence?")]


async def test_an_edit_before_its_original_is_read_as_any_message(meta: Meta) -> None:
    assert (await meta.answered(edit(wamid(), "BAJA")))[-1] == ("bot", replies.OPTED_OUT)
    assert (await conversation(meta)).opted_out_at is not None
    picture = {"type": "image", "image": {"id": "700000000000001", "mime_type": "image/jpeg", "caption": "mi pago"}}
    assert (await meta.answered(item("edit", {"original_message_id": wamid(), "message": picture})))[-1] == ("bot", "eco: mi pago")
    assert [(m.kind, m.media["id"]) for m in await meta.messages() if m.media] == [("image", "700000000000001")]
    old = await meta.answered(edit(wamid(), "de hace días", at=ago(meta.clock, days=3)))
    assert old[-1] == ("customer", "de hace días")


async def test_a_revoke_before_its_original_leaves_nothing_to_answer(meta: Meta) -> None:
    first = text("no era para ustedes", at=ago(meta.clock, seconds=9))
    gone = revoke(first["id"], at=ago(meta.clock, seconds=3))
    said = await meta.answered(gone)
    assert said == [("customer", besides.REVOKED)]
    for late in (edit(first["id"], "sí era", at=ago(meta.clock, seconds=6)), first, gone):
        assert await meta.answered(late) == said
    stored = (await meta.messages())[0]
    assert (stored.external_id, stored.state, stored.revoked_at is not None) == (first["id"], "noted", True)
    assert meta.recorder.seen_messages == []
    assert (await meta.answered(text("hola")))[-1] == ("bot", "eco: hola")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_an_original_its_edit_and_its_revoke_in_any_order_end_alike(meta: Meta, order: tuple[int, ...]) -> None:
    first = text("¿vencd?", at=ago(meta.clock, seconds=9))
    news = [first, edit(first["id"], "¿vence?", at=ago(meta.clock, seconds=6)), revoke(first["id"], at=ago(meta.clock, seconds=3))]
    for each in order:
        await meta.answered(news[each])
    (stored,) = [message for message in await meta.messages() if message.author == "customer"]
    assert (stored.external_id, stored.revoked_at is not None) == (first["id"], True)
    assert len(asked(meta)) == (order[0] != 2), "what was taken back first is never answered, all else once"


async def test_nobody_changes_what_somebody_else_wrote(meta: Meta) -> None:
    first = text("¿vence?")
    await meta.say(first, edit(first["id"], "otra cosa", sender="5215599999999"), revoke(first["id"], sender="5215599999999"))
    await meta.settled()
    assert await meta.said() == [("customer", "¿vence?"), ("bot", "eco: ¿vence?")]
    assert len(await meta.rows(Conversation)) == 1


# reactions


async def feedback(meta: Meta) -> list[int]:
    return [row.value for row in await meta.rows(Feedback)]


@pytest.mark.parametrize(("emoji", "value"), [("👍", 1), ("👍🏽", 1), ("👎", -1), ("👎🏿", -1)])
async def test_a_thumb_on_an_answer_is_feedback_and_no_message(meta: Meta, emoji: str, value: int) -> None:
    said = await meta.answered(text("¿vence?"))
    await meta.last_answer("wamid.OUR1")
    assert await meta.answered(reaction("wamid.OUR1", emoji)) == said
    assert await feedback(meta) == [value]


async def test_the_last_word_counts_and_can_be_taken_back(meta: Meta) -> None:
    await meta.answered(text("¿vence?"))
    await meta.last_answer("wamid.OUR1")
    up, down, gone = [reaction("wamid.OUR1", emoji, at=ago(meta.clock, seconds=9 - n)) for n, emoji in enumerate(("👍", "👎", None))]
    await meta.say(up)
    await meta.say(down)
    await meta.say(up)
    assert await feedback(meta) == [-1]
    await meta.say(gone)
    assert await feedback(meta) == [0]
    await meta.say(down)
    assert await feedback(meta) == [0]


@pytest.mark.parametrize("emoji", ["❤️", "😂", "x" * 40, ""])
async def test_other_emojis_are_nothing(meta: Meta, emoji: str) -> None:
    said = await meta.answered(text("¿vence?"))
    await meta.last_answer("wamid.OUR1")
    assert await meta.answered(reaction("wamid.OUR1", emoji)) == said
    assert {*(await feedback(meta))} <= {0}


async def test_a_thumb_on_ones_own_an_unknown_or_somebody_elses_message_is_nothing(meta: Meta) -> None:
    first = text("¿vence?")
    said = await meta.answered(first)
    await meta.last_answer("wamid.OUR1")
    for thumb in (reaction(first["id"], "👍"), reaction("wamid.NONE", "👍"), reaction("wamid.OUR1", "👍", sender="5215599999999")):
        await meta.say(thumb)
    assert await meta.said() == said
    assert await feedback(meta) == []


@pytest.fixture
async def offer(meta: Meta) -> str:
    """The last answer, which offers one thing; as the platform knows it."""
    button = {"title": "Enviar correo", "intent": "reenviar_datos_conexion", "entities": {}}
    meta.dialogue.script["¿mis datos?"] = result(reply("Si quieres, te lo envío.", buttons=[button]))
    await meta.answered(text("¿mis datos?"))
    await meta.last_answer("wamid.OFFER")
    return "wamid.OFFER"


async def test_a_thumb_up_on_an_open_offer_takes_it_once(meta: Meta, offer: str) -> None:
    thumb = reaction(offer, "👍")
    said = await meta.answered(thumb)
    assert said[-2:] == [("customer", "Sí"), ("bot", "eco: Sí")]
    assert await meta.answered(thumb) == said
    assert await feedback(meta) == []
    assert await meta.answered(reaction(offer, None, at=meta.clock())) == said


async def test_a_thumb_down_on_an_offer_is_feedback(meta: Meta, offer: str) -> None:
    await meta.answered(reaction(offer, "👎"))
    assert await feedback(meta) == [-1]


async def test_an_offer_that_is_used_old_or_not_the_last_word_is_no_offer(meta: Meta, offer: str) -> None:
    await meta.answered(text("otra cosa"))
    said = await meta.said()
    assert await meta.answered(reaction(offer, "👍")) == said
    assert await feedback(meta) == [1]


async def test_an_offer_whose_button_is_used_is_no_offer(meta: Meta, offer: str) -> None:
    used = update(BUTTON).values(used_at=meta.clock())
    await meta.resources.ledger.write(lambda connection: connection.execute(used))
    said = await meta.said()
    assert await meta.answered(reaction(offer, "👍")) == said
    assert await feedback(meta) == [1]


# opting out


@pytest.mark.parametrize("words", ["BAJA", "stop", " Alto. ", "¡Cancelar mensajes!"])
async def test_whoever_wants_no_messages_is_told_so_and_is_answered_all_the_same(meta: Meta, words: str) -> None:
    assert (await meta.answered(text(words)))[-1] == ("bot", replies.OPTED_OUT)
    assert (await conversation(meta)).opted_out_at is not None
    assert (await meta.answered(text("¿vence?")))[-1] == ("bot", "eco: ¿vence?")
    assert (await meta.answered(text("ALTA")))[-1] == ("bot", replies.OPTED_IN)
    assert (await conversation(meta)).opted_out_at is None


async def test_the_words_count_only_alone_and_who_has_not_gone_does_not_come_back(meta: Meta) -> None:
    for words in ("quiero darme de baja", "alto costo", "alta"):
        assert (await meta.answered(text(words)))[-1] == ("bot", f"eco: {words}")
    assert (await conversation(meta)).opted_out_at is None


async def test_an_old_opt_out_that_comes_again_changes_nothing(meta: Meta) -> None:
    out = text("BAJA", at=ago(meta.clock, seconds=5))
    await meta.answered(out)
    await meta.answered(text("ALTA"))
    await meta.answered(out)
    assert (await conversation(meta)).opted_out_at is None


async def test_a_wish_that_overtakes_an_older_one_is_the_one_that_counts(meta: Meta) -> None:
    back, out = text("ALTA", at=ago(meta.clock, seconds=5)), text("BAJA", at=ago(meta.clock, seconds=30))
    assert (await meta.answered(back))[-1] == ("bot", "eco: ALTA"), "nobody had gone, as far as we know"
    assert (await meta.answered(out))[-1] == ("bot", replies.OPTED_IN), "told how it stands"
    assert (await conversation(meta)).opted_out_at is None
    gone = text("BAJA", at=ago(meta.clock, seconds=1))
    assert (await meta.answered(gone))[-1] == ("bot", replies.OPTED_OUT)
    assert (await meta.answered(text("ALTA", at=ago(meta.clock, seconds=3))))[-1] == ("bot", replies.OPTED_OUT)
    assert (await conversation(meta)).opted_out_at is not None


@pytest.mark.parametrize("order", list(itertools.permutations([("ALTA", 30), ("BAJA", 20), ("ALTA", 10)])))
@pytest.mark.parametrize("at_once", [True, False])
async def test_the_newest_wish_counts_in_whatever_order_and_batches_they_come(meta: Meta, order, at_once: bool) -> None:
    wishes = [text(words, at=ago(meta.clock, seconds=seconds)) for words, seconds in order]
    for batch in [wishes] if at_once else [[wish] for wish in wishes]:
        await meta.say(*batch)
    assert (await conversation(meta)).opted_out_at is None


async def test_opting_out_is_no_part_of_a_burst(meta: Meta) -> None:
    meta.gather_for(0.3)
    now = meta.clock()
    await meta.say(*(text(words, at=now) for words in ("hola", "BAJA", "¿vence?")))
    await meta.settled()
    assert [words for author, words in await meta.said() if author == "bot"] == ["eco: hola", replies.OPTED_OUT, "eco: ¿vence?"]


@pytest.mark.parametrize(
    "inner", [{"payload": "STOP_PROMO", "text": "Ya no más"}, {"payload": "Dejar de recibir", "text": "Dejar de recibir"}]
)
async def test_a_templates_button_opts_out(meta: Meta, inner: dict[str, str]) -> None:
    assert (await meta.answered(item("button", inner)))[-1] == ("bot", replies.OPTED_OUT)


async def test_the_switch_in_whatsapp_itself(meta: Meta) -> None:
    def wish(value: str, seconds: int) -> dict[str, Any]:
        return {"wa_id": WIRE, "user_id": USER_ID, "value": value, "timestamp": made.stamp(ago(meta.clock, seconds=seconds))}

    async def opted_out_after(*wishes: dict[str, Any]) -> bool:
        await meta.say(field="user_preferences", user_preferences=list(wishes))
        return (await conversation(meta)).opted_out_at is not None

    stop, late = wish("stop", 9), wish("stop", 30)
    assert await opted_out_after(stop)
    assert not await opted_out_after(wish("resume", 5))
    assert not await opted_out_after(stop), "the same news again"
    assert not await opted_out_after(late), "what was wished before"
    assert await opted_out_after(wish("stop", 1), wish("resume", 20))
    assert {m.state for m in await meta.messages()} == {"noted"}
    assert len(await meta.messages()) == 5
    assert asked(meta) == []


async def test_the_switch_and_the_words_are_one_wish(meta: Meta) -> None:
    stop = {"wa_id": WIRE, "user_id": USER_ID, "value": "stop", "timestamp": made.stamp(ago(meta.clock, seconds=60))}
    await meta.answered(text("BAJA", at=ago(meta.clock, seconds=50)))
    assert (await meta.answered(text("ALTA", at=ago(meta.clock, seconds=40))))[-1] == ("bot", replies.OPTED_IN)
    await meta.say(field="user_preferences", user_preferences=[stop])
    assert (await conversation(meta)).opted_out_at is None
