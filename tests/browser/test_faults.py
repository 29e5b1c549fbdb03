"""Nothing a customer writes is lost or doubled, whatever the network and the server do."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.desk import until, visit


async def test_stream_cut_inside_an_event_loses_and_doubles_nothing(page, gateway):
    chat = await visit(page, gateway)
    gateway.cut_next_answer = True
    await chat.ask("¿sigue?")
    await chat.sees("Recibí: ¿sigue?")
    await chat.ask("otra")
    await chat.sees("Recibí: otra")
    await chat.sees("Recibí: ¿sigue?")
    await expect(chat.log.locator(".customer")).to_have_count(2)


async def test_offline_messages_wait_and_go_in_order_once(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    await page.context.set_offline(True)
    for text in ("uno", "dos", "tres"):
        await chat.ask(text)
    await expect(chat.log.get_by_text("Sin enviar")).to_have_count(3)
    await chat.status("Sin conexión. Reintentando…")
    await page.context.set_offline(False)
    await chat.sees("Recibí: tres")
    await expect(chat.log.get_by_text("Sin enviar")).to_have_count(0)
    assert [body["text"] for body in gateway.received] == ["uno", "dos", "tres"]
    assert len({body["id"] for body in gateway.received}) == 3
    for text in ("uno", "dos", "tres"):
        await chat.sees(text)


async def test_answer_lost_on_the_way_is_retried_with_the_same_id(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    dropped = []

    async def drop_first_answer(route):
        await route.fetch()  # the server has it …
        if dropped:
            await route.continue_()
            return
        dropped.append(1)
        await route.abort()  # … and the browser never hears so

    await page.route("**/webchat/messages", drop_first_answer)
    await chat.ask("una sola vez")
    await chat.sees("Recibí: una sola vez")
    await until(lambda: len(gateway.received) >= 2)
    await expect(chat.log.get_by_text("Sin enviar")).to_have_count(0)
    assert len({body["id"] for body in gateway.received}) == 1
    await chat.sees("una sola vez")
    await chat.sees("Recibí: una sola vez")


async def test_retry_button_sends_at_once_and_keeps_the_focus(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    gateway.offline = True
    await chat.ask("a mano")
    retry = chat.button("Reintentar")
    await expect(retry).to_be_visible()
    gateway.offline = False
    await retry.click()
    await expect(chat.box).to_be_focused()
    await chat.sees("Recibí: a mano")
    assert len(gateway.received) == 1


async def test_unsent_message_survives_a_reload(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    gateway.offline = True
    await chat.ask("antes de recargar")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    sent_before = len(gateway.received)
    await page.reload()
    await expect(chat.launcher.or_(chat.panel).first).to_be_visible()
    assert len(gateway.received) == sent_before
    gateway.offline = False
    await chat.sees("Recibí: antes de recargar")
    assert len(gateway.received) == 1


@pytest.mark.parametrize("status", [503, 500, 502])
async def test_server_trouble_passes(page, gateway, status):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    gateway.fail("/webchat/messages", status, headers={"Retry-After": "1"})
    await chat.ask("insiste")
    await chat.sees("Recibí: insiste")
    await expect(chat.log.locator(".customer")).to_have_count(1)


async def test_429_waits_as_long_as_it_is_told(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    gateway.fail("/webchat/messages", 429, headers={"Retry-After": "3600"})
    await chat.ask("espera")
    await expect(chat.log.get_by_text("lo reintento en un momento")).to_be_visible()
    await chat.ask("y esta detrás")
    await expect(chat.log.get_by_text("lo reintento en un momento")).to_have_count(2)
    assert gateway.received == []
    assert gateway.calls.count("POST /webchat/messages") == 1


async def test_413_gives_the_text_back(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    gateway.fail("/webchat/messages", 413)
    await chat.ask("demasiado")
    await expect(chat.panel.get_by_role("alert")).to_contain_text("demasiado largo")
    await expect(chat.box).to_have_value("demasiado")
    await expect(chat.log.locator(".customer")).to_have_count(0)
    await chat.ask("corto")
    await chat.sees("Recibí: corto")


async def test_400_gives_the_text_back_before_what_was_typed_since(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    gateway.fail("/webchat/messages", 400)
    await chat.ask("raro")
    await expect(chat.panel.get_by_role("alert")).to_contain_text("No pude recibir ese mensaje")
    await expect(chat.box).to_have_value("raro")


async def test_over_the_limit_is_not_sent_and_stays(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    await chat.box.fill("ñ" * 4097)
    await expect(chat.panel.get_by_text("4,097 / 4,096")).to_be_visible()
    await chat.box.press("Enter")
    await expect(chat.box).to_have_value("ñ" * 4097)
    await expect(chat.box).to_have_attribute("aria-invalid", "true")
    await chat.box.fill("😀" * 4096)  # counted as the server counts: code points
    await chat.box.press("Enter")
    await until(lambda: gateway.received)
    assert len(gateway.received[0]["text"]) == 4096


async def test_expired_session_is_renewed_quietly(page, gateway):
    chat = await visit(page, gateway, "open token-endpoint=/chat-token")
    gateway.portal_user = "C-1003"
    await page.reload()
    await chat.ask("antes")
    await chat.sees("Recibí: antes")
    gateway.sessions.clear()
    await chat.ask("después")
    await chat.sees("Recibí: después")
    await chat.sees("Recibí: antes")
    assert [c.subject for c in gateway.conversations.values()].count("C-1003") == 1


async def test_expired_visitor_goes_on_in_a_new_conversation_with_what_was_unsent(page, gateway):
    chat = await visit(page, gateway)
    await chat.ask("antes")
    await chat.sees("Recibí: antes")
    gateway.sessions.clear()
    await chat.ask("después")
    await chat.sees("Recibí: después")
    await chat.sees("Recibí: antes", 0)
    await expect(chat.log.get_by_text("cerré la conversación anterior")).to_be_visible()


async def test_expired_portal_token_asks_the_page_for_another(page, gateway):
    await visit(page, gateway, "open")
    gateway.expired_tokens.add("jwt:C-1001:old")
    await page.evaluate(
        """() => { window.asked = 0; const chat = document.querySelector('support-chat');
        chat.addEventListener('token-needed', () => { asked += 1; chat.identify('jwt:C-1001:new'); });
        chat.identify('jwt:C-1001:old'); }"""
    )
    await until(lambda: any(c.subject == "C-1001" for c in gateway.conversations.values()))
    assert await page.evaluate("window.asked") == 1


async def test_without_streams_it_polls(page, gateway):
    gateway.stream_broken = True
    chat = await visit(page, gateway)
    await chat.ask("sin SSE")
    await chat.sees("Recibí: sin SSE")
    await chat.status("En línea")


async def test_blocked_storage_does_not_stop_the_chat(new_context, gateway):
    page = await (await new_context()).new_page()
    await page.add_init_script(
        "for (const s of ['localStorage','sessionStorage']) Object.defineProperty(window, s, {get() { throw new Error('blocked') }})"
    )
    chat = await visit(page, gateway)
    await chat.ask("sin almacén")
    await chat.sees("Recibí: sin almacén")
    gateway.offline = True
    await chat.ask("guárdalo")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    gateway.offline = False
    await chat.sees("Recibí: guárdalo")


async def test_a_flood_is_told_once_and_what_waits_goes_by_itself(page, gateway):
    chat = await visit(page, gateway)
    await chat.ask("uno")
    await chat.sees("Recibí: uno")
    gateway.fail("/webchat/messages", 429, times=2, headers={"Retry-After": "1"}, error="rate")
    gateway.conversation_of(None).add("bot", "Recibimos muchos mensajes tuyos en poco tiempo.", "notice")
    await chat.ask("dos")
    await chat.ask("tres")
    await chat.sees("Recibimos muchos mensajes tuyos en poco tiempo.")
    await chat.sees("Recibí: dos")
    await chat.sees("Recibí: tres")
    await expect(chat.log.locator(".unsent")).to_have_count(0)
    assert [body["text"] for body in gateway.received] == ["uno", "dos", "tres"]
    await expect(chat.box).to_have_value("")
