"""Nothing a customer writes is lost or doubled, whatever the network and the server do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.desk import visit
from tests.support.hangs import eventually


async def test_stream_cut_inside_an_event_loses_and_doubles_nothing(page, site):
    chat = await visit(page, site)
    site.wire.cut_next_answer = True
    await chat.ask("¿sigue?")
    await chat.sees("Recibí: ¿sigue?")
    await chat.ask("otra")
    await chat.sees("Recibí: otra")
    await chat.sees("Recibí: ¿sigue?")
    await expect(chat.log.locator(".customer")).to_have_count(2)


async def test_offline_messages_wait_and_go_in_order_once(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    await page.context.set_offline(True)
    for text in ("uno", "dos", "tres"):
        await chat.ask(text)
    await expect(chat.log.get_by_text("Sin enviar")).to_have_count(3)
    await chat.status("Sin conexión. Reintentando…")
    await page.context.set_offline(False)
    await chat.sees("Recibí: tres")
    await expect(chat.log.get_by_text("Sin enviar")).to_have_count(0)
    assert [body["text"] for body in site.wire.received] == ["uno", "dos", "tres"]
    assert len({body["id"] for body in site.wire.received}) == 3
    for text in ("uno", "dos", "tres"):
        await chat.sees(text)


async def test_answer_lost_on_the_way_is_retried_with_the_same_id(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    site.wire.lose_next_reply = True  # the server has it, and the browser never hears so
    await chat.ask("una sola vez")
    await chat.sees("Recibí: una sola vez")
    await eventually(lambda: len(site.wire.received) >= 2)
    await expect(chat.log.get_by_text("Sin enviar")).to_have_count(0)
    assert len({body["id"] for body in site.wire.received}) == 1
    await chat.sees("una sola vez")
    await chat.sees("Recibí: una sola vez")


async def test_answer_torn_on_the_way_is_retried_with_the_same_id(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    site.wire.frozen = True  # the stream tells nothing meanwhile
    site.wire.tear_next_reply = True
    await chat.ask("una sola vez")
    await eventually(lambda: len(site.wire.received) == 2)
    site.wire.frozen = False
    await chat.sees("Recibí: una sola vez")
    await chat.sees("una sola vez")
    assert len({body["id"] for body in site.wire.received}) == 1


async def test_retry_button_sends_at_once_and_keeps_the_focus(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    site.wire.offline = True
    await chat.ask("a mano")
    retry = chat.button("Reintentar")
    await expect(retry).to_be_visible()
    site.wire.offline = False
    await retry.click()
    await expect(chat.box).to_be_focused()
    await chat.sees("Recibí: a mano")
    assert len(site.wire.received) == 1


async def test_unsent_message_survives_a_reload(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    site.wire.offline = True
    await chat.ask("antes de recargar")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    sent_before = len(site.wire.received)
    await page.reload()
    await expect(chat.launcher.or_(chat.panel).first).to_be_visible()
    assert len(site.wire.received) == sent_before
    site.wire.offline = False
    await chat.sees("Recibí: antes de recargar")
    assert len(site.wire.received) == 1


@pytest.mark.parametrize("status", [503, 500, 502])
async def test_server_trouble_passes(page, site, status):
    chat = await visit(page, site)
    await chat.status("En línea")
    site.wire.fail("/webchat/messages", status, **{"Retry-After": "1"})
    await chat.ask("insiste")
    await chat.sees("Recibí: insiste")
    await expect(chat.log.locator(".customer")).to_have_count(1)


async def test_429_waits_as_long_as_it_is_told(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    site.wire.fail("/webchat/messages", 429, **{"Retry-After": "3600"})
    await chat.ask("espera")
    await expect(chat.log.get_by_text("lo reintento en un momento")).to_be_visible()
    await chat.ask("y esta detrás")
    await expect(chat.log.get_by_text("lo reintento en un momento")).to_have_count(2)
    assert site.wire.received == []
    assert site.wire.calls.count("POST /webchat/messages") == 1


async def test_413_gives_the_text_back(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    site.wire.fail("/webchat/messages", 413)
    await chat.ask("demasiado")
    await expect(chat.panel.get_by_role("alert")).to_contain_text("demasiado largo")
    await expect(chat.box).to_have_value("demasiado")
    await expect(chat.log.locator(".customer")).to_have_count(0)
    await chat.ask("corto")
    await chat.sees("Recibí: corto")


async def test_400_gives_the_text_back_before_what_was_typed_since(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    site.wire.fail("/webchat/messages", 400)
    await chat.ask("raro")
    await expect(chat.panel.get_by_role("alert")).to_contain_text("No pude recibir ese mensaje")
    await expect(chat.box).to_have_value("raro")


async def test_over_the_limit_is_not_sent_and_stays(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    await chat.box.fill("ñ" * 4097)
    await expect(chat.panel.get_by_text("4,097 / 4,096")).to_be_visible()
    await chat.box.press("Enter")
    await expect(chat.box).to_have_value("ñ" * 4097)
    await expect(chat.box).to_have_attribute("aria-invalid", "true")
    await chat.box.fill("😀" * 4096)  # counted as the server counts: code points
    await chat.box.press("Enter")
    await eventually(lambda: site.wire.received)
    assert len(site.wire.received[0]["text"]) == 4096


async def test_expired_customer_goes_on_in_a_new_conversation_with_what_was_unsent(page, site):
    chat = await visit(page, site, "open token-endpoint=/chat-token")
    site.portal.user = "C-1003"
    await page.reload()
    await chat.ask("antes")
    await chat.sees("Recibí: antes")
    await site.end_sessions()
    await chat.ask("después")
    await chat.sees("Recibí: después")
    await chat.sees("Recibí: antes", 0)
    await expect(chat.log.get_by_text("cerré la conversación anterior")).to_be_visible()
    assert await site.customer_texts("C-1003") == ["después"]


async def test_session_that_ended_while_another_customer_came_sends_nothing_of_the_first(page, site):
    chat = await visit(page, site, "open token-endpoint=/chat-token")
    site.portal.user = "C-1003"
    await page.reload()
    await chat.ask("antes")
    await chat.sees("Recibí: antes")
    site.wire.offline = True
    await chat.ask("solo mío")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    await site.end_sessions()
    site.portal.user, site.wire.offline = "C-1001", False
    await expect(chat.log.get_by_text("cerré la conversación anterior")).to_be_visible()
    await chat.ask("soy otro")
    await chat.sees("Recibí: soy otro")
    await chat.sees("solo mío", 0)
    assert await site.customer_texts("C-1001") == ["soy otro"]


async def test_expired_visitor_goes_on_in_a_new_conversation_with_what_was_unsent(page, site):
    chat = await visit(page, site)
    await chat.ask("antes")
    await chat.sees("Recibí: antes")
    await site.end_sessions()
    await chat.ask("después")
    await chat.sees("Recibí: después")
    await chat.sees("Recibí: antes", 0)
    await expect(chat.log.get_by_text("cerré la conversación anterior")).to_be_visible()


async def test_expired_portal_token_asks_the_page_for_another(page, site):
    await visit(page, site, "open")
    await page.evaluate(
        """([before, now]) => { window.asked = 0; const chat = document.querySelector('support-chat');
        chat.addEventListener('token-needed', () => { asked += 1; chat.identify(now); });
        chat.identify(before); }""",
        [site.portal.token("C-1001", timedelta(minutes=20)), site.portal.token("C-1001")],
    )

    async def identified():
        return bool(await site.conversations("C-1001"))

    await eventually(identified)
    assert await page.evaluate("window.asked") == 1


async def test_without_streams_it_polls(page, site):
    site.wire.streams = False
    chat = await visit(page, site)
    await chat.ask("sin SSE")
    await chat.sees("Recibí: sin SSE")
    await chat.status("En línea")


async def test_blocked_storage_does_not_stop_the_chat(new_context, site):
    page = await (await new_context()).new_page()
    await page.add_init_script(
        "for (const s of ['localStorage','sessionStorage']) Object.defineProperty(window, s, {get() { throw new Error('blocked') }})"
    )
    chat = await visit(page, site)
    await chat.ask("sin almacén")
    await chat.sees("Recibí: sin almacén")
    site.wire.offline = True
    await chat.ask("guárdalo")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    site.wire.offline = False
    await chat.sees("Recibí: guárdalo")


async def test_a_flood_is_told_once_and_what_waits_goes_by_itself(page, site):
    chat = await visit(page, site)
    await chat.ask("uno")
    await chat.sees("Recibí: uno")
    await site.use_up_limit()
    await chat.ask("dos")
    await chat.ask("tres")
    told = chat.log.get_by_text("Recibimos muchos mensajes tuyos en poco tiempo")
    await expect(told).to_have_count(1)
    await chat.sees("Recibí: dos")
    await chat.sees("Recibí: tres")
    await expect(chat.log.locator(".unsent")).to_have_count(0)
    await expect(told).to_have_count(1)
    assert await site.customer_texts() == ["uno", "dos", "tres"]
    assert len(site.wire.received) > 3  # some were refused
    await expect(chat.box).to_have_value("")


async def test_a_stream_that_froze_is_opened_again(page, site):
    await page.clock.install()
    chat = await visit(page, site)
    await chat.ask("uno")
    await chat.sees("Recibí: uno")
    site.wire.frozen = True  # connected, but nothing comes, not even a sign of life
    await chat.ask("dos")
    await eventually(lambda: "dos" in [body["text"] for body in site.wire.received])
    streams = site.wire.calls.count("GET /webchat/stream")
    await page.clock.fast_forward(61_000)
    await eventually(lambda: site.wire.calls.count("GET /webchat/stream") > streams)
    await chat.sees("Recibí: dos")
    await chat.sees("dos")
