"""Shared computers: who may see what, and what stays behind."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desk import Chat, visit
from tests.support.hangs import eventually

LEFTOVERS = "[...Object.entries(localStorage), ...Object.entries(sessionStorage)].filter(([key]) => key.startsWith('support-chat:'))"


async def test_log_out_leaves_nothing_and_ends_the_session(page, site):
    chat = await visit(page, site)
    await chat.ask("mi secreto")
    await chat.sees("Recibí: mi secreto")
    await chat.box.fill("un borrador secreto")
    await chat.log_out()
    await expect(chat.panel.get_by_text("Cerraste la sesión")).to_be_visible()
    await expect(chat.button("Iniciar conversación")).to_be_focused()

    async def logged_out():
        return not await site.open_sessions()

    await eventually(logged_out)
    left = await page.evaluate(LEFTOVERS)
    assert "secreto" not in str(left)
    assert not any(key.split(":")[-1] == "session" or ":out:" in key for key, _ in left)
    await page.reload()
    await expect(chat.panel.get_by_text("Cerraste la sesión")).to_be_visible()
    assert await page.get_by_text("mi secreto").count() == 0
    await chat.button("Iniciar conversación").click()
    await chat.status("En línea")
    await expect(chat.log.locator(".bubble")).to_have_count(0)


async def test_log_out_can_be_cancelled(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    await chat.button("Cerrar sesión").click()
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_visible()
    await expect(chat.button("Cerrar sesión")).to_be_focused()
    assert await site.open_sessions()


async def test_log_out_warns_of_unsent_messages(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    site.wire.offline = True
    await chat.ask("pendiente")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    await chat.button("Cerrar sesión").click()
    await expect(chat.panel.get_by_text("1 mensaje sin enviar")).to_be_visible()
    await chat.panel.get_by_role("group", name="¿Cerrar sesión").get_by_role("button", name="Cerrar sesión").click()
    site.wire.offline = False
    await chat.button("Iniciar conversación").click()
    await chat.status("En línea")
    assert site.wire.received == []


async def test_log_out_in_one_tab_closes_the_other(new_context, site):
    context = await new_context()
    one, two = await context.new_page(), await context.new_page()
    first, second = await visit(one, site), None
    await first.ask("hola")
    await first.sees("Recibí: hola")
    second = await visit(two, site)
    await second.sees("Recibí: hola")
    await first.log_out()
    await expect(second.panel.get_by_text("Cerraste la sesión")).to_be_visible()
    assert await two.get_by_text("Recibí: hola").count() == 0


async def test_next_person_at_a_closed_browser_sees_nothing_of_a_visitor(new_context, site):
    context = await new_context()
    one = await context.new_page()
    first = await visit(one, site)
    await first.ask("mi secreto")
    await first.sees("Recibí: mi secreto")
    await one.close()
    two = await context.new_page()
    second = await visit(two, site)
    await second.status("En línea")
    await expect(second.log.locator(".bubble")).to_have_count(0)
    assert "secreto" not in str(await two.evaluate(LEFTOVERS))


async def test_another_customer_in_the_same_tab_never_sees_the_first(page, site):
    site.portal.user = "C-1001"
    chat = await visit(page, site, "open token-endpoint=/chat-token")
    await chat.ask("soy el primero")
    await chat.sees("Recibí: soy el primero")
    site.portal.user = "C-1002"
    await page.reload()
    await chat.status("En línea")
    await expect(chat.log.locator(".bubble")).to_have_count(0)
    site.portal.user = None  # logged out of the portal, not of the chat
    await page.reload()
    await chat.status("En línea")
    await expect(chat.log.locator(".bubble")).to_have_count(0)
    assert await site.conversations(None)
    site.portal.user = "C-1001"  # perhaps a colleague: decision 0005
    await page.reload()
    await chat.ask("otra vez yo")
    await chat.sees("Recibí: otra vez yo")
    await chat.sees("Recibí: soy el primero", 0)


async def test_unsent_message_is_never_sent_for_another_customer(page, site):
    site.portal.user = "C-1001"
    chat = await visit(page, site, "open token-endpoint=/chat-token")
    await chat.status("En línea")
    site.wire.offline = True
    await chat.ask("solo mío")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    site.portal.user, site.wire.offline = "C-1002", False
    await page.reload()
    await chat.status("En línea")
    await chat.ask("soy otro")
    await chat.sees("Recibí: soy otro")
    assert await site.customer_texts("C-1002") == ["soy otro"]


async def test_identify_with_another_customer_clears_the_window_at_once(page, site):
    chat = await visit(page, site)
    await page.evaluate("token => document.querySelector('support-chat').identify(token)", site.portal.token("C-1001"))
    await chat.ask("del primero")
    await chat.sees("Recibí: del primero")
    site.wire.offline = True
    await page.evaluate("token => { document.querySelector('support-chat').token = token }", site.portal.token("C-1002"))
    await chat.sees("Recibí: del primero", 0)


async def test_token_is_sent_to_the_session_only_and_never_stored(page, site):
    site.portal.user = "C-1001"
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    chat = await visit(page, site, "open token-endpoint=/chat-token")
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    left = str(await page.evaluate(LEFTOVERS))
    assert site.portal.minted
    assert site.wire.sessions
    assert not any(token in left for token in site.portal.minted)
    assert not any(token in url for token in {*site.portal.minted, *site.wire.sessions} for url in urls)


async def test_calls_of_the_widget_carry_no_cookies(new_context, site):
    context = await new_context()
    await context.add_cookies([{"name": "tienda", "value": "c" * 3000, "url": site.origin}])  # the port makes no difference to cookies
    page = await context.new_page()
    await page.goto(site.origin)
    await page.get_by_role("button", name="Ferretería Hidalgo").click()
    chat = Chat(page)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await chat.log_out()
    await eventually(lambda: "POST /webchat/logout" in site.wire.calls)
    assert "GET /" in site.wire.with_cookies  # the page itself brought it
    assert [call for call in site.wire.with_cookies if "/webchat/" in call] == []
    await visit(page, site, "open token-endpoint=/chat-token")
    await chat.status("En línea")
    assert [call for call in site.wire.with_cookies if "/webchat/" in call] == []


async def test_what_was_sent_without_a_session_is_never_another_customers(page, site):
    site.portal.user = "C-1003"
    site.wire.offline = True  # the gateway is away from the first moment: there is no session yet
    chat = await visit(page, site, "open token-endpoint=/chat-token")
    await chat.ask("solo de C-1003")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    site.portal.user = "C-1004"
    await page.reload()
    await expect(chat.box).to_be_editable()
    site.wire.offline = False
    await chat.status("En línea")
    await chat.ask("de C-1004")
    await chat.sees("Recibí: de C-1004")
    await chat.sees("solo de C-1003", 0)
    assert await site.customer_texts("C-1004") == ["de C-1004"]
    assert await site.conversations("C-1003") == []


async def test_draft_survives_a_reload_of_its_writer_only(page, site):
    site.portal.user = "C-1003"
    chat = await visit(page, site, "token-endpoint=/chat-token")
    await chat.launcher.click()
    await chat.box.fill("a medias")
    await page.reload()
    await expect(chat.box).to_have_value("a medias")
    await chat.button("Minimizar chat").click()
    site.portal.user = "C-1004"
    await page.reload()
    await chat.launcher.click()
    await expect(chat.box).to_be_editable()
    await expect(chat.box).to_have_value("")
    assert "a medias" not in str(await page.evaluate(LEFTOVERS))


async def test_an_open_page_of_the_customer_before_is_left_when_another_logs_in_elsewhere(new_context, site):
    context = await new_context()
    one, two = await context.new_page(), await context.new_page()
    site.portal.user = "C-1003"
    first = await visit(one, site, "open token-endpoint=/chat-token")
    await first.ask("del primero")
    await first.sees("Recibí: del primero")
    await first.box.fill("a medias")
    site.portal.user = "C-1004"
    second = await visit(two, site, "open token-endpoint=/chat-token")
    await second.status("En línea")
    await first.sees("Recibí: del primero", 0)
    await expect(first.box).to_have_value("")
    await first.ask("del segundo")
    await second.sees("Recibí: del segundo")
    assert await site.customer_texts("C-1004") == ["del segundo"]
    assert await site.customer_texts("C-1003") == ["del primero"]


async def test_nothing_can_be_written_before_it_is_known_who_writes(page, site):
    await page.route("**/chat-token?*", lambda route: route.abort())
    chat = await visit(page, site, "open token-endpoint=/chat-token")
    await chat.status("Sin conexión. Reintentando…")
    await expect(chat.box).not_to_be_editable()
    await expect(chat.button("¿Cómo pago?")).to_be_disabled()
    site.portal.user = "C-1003"
    await page.unroute("**/chat-token?*")
    await chat.ask("ya soy yo")
    await chat.sees("Recibí: ya soy yo")
    assert await site.customer_texts("C-1003") == ["ya soy yo"]
