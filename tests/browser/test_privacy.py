"""Shared computers: who may see what, and what stays behind."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desk import until, visit

LEFTOVERS = "[...Object.entries(localStorage), ...Object.entries(sessionStorage)].filter(([key]) => key.startsWith('support-chat:'))"


async def test_log_out_leaves_nothing_and_ends_the_session(page, gateway):
    chat = await visit(page, gateway)
    await chat.ask("mi secreto")
    await chat.sees("Recibí: mi secreto")
    await chat.box.fill("un borrador secreto")
    await chat.log_out()
    await expect(chat.panel.get_by_text("Cerraste la sesión")).to_be_visible()
    await expect(chat.button("Iniciar conversación")).to_be_focused()
    await until(lambda: not gateway.sessions)
    left = await page.evaluate(LEFTOVERS)
    assert "secreto" not in str(left)
    assert not any(key.split(":")[-1] == "session" or ":out:" in key for key, _ in left)
    await page.reload()
    await expect(chat.panel.get_by_text("Cerraste la sesión")).to_be_visible()
    assert await page.get_by_text("mi secreto").count() == 0
    await chat.button("Iniciar conversación").click()
    await chat.status("En línea")
    await expect(chat.log.locator(".bubble")).to_have_count(0)


async def test_log_out_can_be_cancelled(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    await chat.button("Cerrar sesión").click()
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_visible()
    await expect(chat.button("Cerrar sesión")).to_be_focused()
    assert gateway.sessions


async def test_log_out_warns_of_unsent_messages(page, gateway):
    chat = await visit(page, gateway)
    await chat.status("En línea")
    gateway.offline = True
    await chat.ask("pendiente")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    await chat.button("Cerrar sesión").click()
    await expect(chat.panel.get_by_text("1 mensaje sin enviar")).to_be_visible()
    await chat.panel.get_by_role("group", name="¿Cerrar sesión").get_by_role("button", name="Cerrar sesión").click()
    gateway.offline = False
    await chat.button("Iniciar conversación").click()
    await chat.status("En línea")
    assert gateway.received == []


async def test_log_out_in_one_tab_closes_the_other(new_context, gateway):
    context = await new_context()
    one, two = await context.new_page(), await context.new_page()
    first, second = await visit(one, gateway), None
    await first.ask("hola")
    await first.sees("Recibí: hola")
    second = await visit(two, gateway)
    await second.sees("Recibí: hola")
    await first.log_out()
    await expect(second.panel.get_by_text("Cerraste la sesión")).to_be_visible()
    assert await two.get_by_text("Recibí: hola").count() == 0


async def test_next_person_at_a_closed_browser_sees_nothing_of_a_visitor(new_context, gateway):
    context = await new_context()
    one = await context.new_page()
    first = await visit(one, gateway)
    await first.ask("mi secreto")
    await first.sees("Recibí: mi secreto")
    await one.close()
    two = await context.new_page()
    second = await visit(two, gateway)
    await second.status("En línea")
    await expect(second.log.locator(".bubble")).to_have_count(0)
    assert "secreto" not in str(await two.evaluate(LEFTOVERS))


async def test_another_customer_in_the_same_tab_never_sees_the_first(page, gateway):
    gateway.portal_user = "C-1001"
    chat = await visit(page, gateway, "open token-endpoint=/chat-token")
    await chat.ask("soy el primero")
    await chat.sees("Recibí: soy el primero")
    gateway.portal_user = "C-1002"
    await page.reload()
    await chat.status("En línea")
    await expect(chat.log.locator(".bubble")).to_have_count(0)
    gateway.portal_user = None  # logged out of the portal, not of the chat
    await page.reload()
    await chat.status("En línea")
    await expect(chat.log.locator(".bubble")).to_have_count(0)
    assert gateway.conversations[list(gateway.conversations)[-1]].subject is None
    gateway.portal_user = "C-1001"
    await page.reload()
    await chat.sees("Recibí: soy el primero")


async def test_unsent_message_is_never_sent_for_another_customer(page, gateway):
    gateway.portal_user = "C-1001"
    chat = await visit(page, gateway, "open token-endpoint=/chat-token")
    await chat.status("En línea")
    gateway.offline = True
    await chat.ask("solo mío")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    gateway.portal_user, gateway.offline = "C-1002", False
    await page.reload()
    await chat.status("En línea")
    await chat.ask("soy otro")
    await chat.sees("Recibí: soy otro")
    other = gateway.conversation_of("C-1002")
    assert "solo mío" not in str(other.messages)


async def test_identify_with_another_customer_clears_the_window_at_once(page, gateway):
    chat = await visit(page, gateway)
    await page.evaluate("document.querySelector('support-chat').identify('jwt:C-1001:a')")
    await chat.ask("del primero")
    await chat.sees("Recibí: del primero")
    gateway.offline = True
    await page.evaluate("document.querySelector('support-chat').token = 'jwt:C-1002:a'")
    await chat.sees("Recibí: del primero", 0)


async def test_token_is_sent_to_the_session_only_and_never_stored(page, gateway):
    gateway.portal_user = "C-1001"
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    chat = await visit(page, gateway, "open token-endpoint=/chat-token")
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    assert "jwt:" not in str(await page.evaluate(LEFTOVERS))
    assert not any("jwt" in url or any(session in url for session in gateway.sessions) for url in urls)
