"""A portal that names the person: one conversation, wherever and whenever that person comes."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desk import visit

HOST = "open token-endpoint=/chat-token"


async def test_the_talk_of_another_day_and_device_is_there(new_context, site):
    site.portal.user, site.portal.person = "C-1003", "ana"
    office = await visit(await (await new_context()).new_page(), site, HOST)
    await office.ask("Hablar con un asesor")
    await expect(office.log.get_by_text("SV-7K2M9")).to_be_visible()
    await site.end_sessions()  # the next day
    home = await visit(await (await new_context()).new_page(), site, HOST)
    await expect(home.log.get_by_text("SV-7K2M9")).to_be_visible()
    await home.ask("sigo en casa")
    await office.sees("Recibí: sigo en casa")
    assert len(await site.conversations("C-1003")) == 1


async def test_log_out_hides_it_here_and_not_for_ever(new_context, site):
    site.portal.user, site.portal.person = "C-1003", "ana"
    office, home = [await visit(await (await new_context()).new_page(), site, HOST) for _ in range(2)]
    await office.ask("hola")
    await home.sees("Recibí: hola")
    await office.log_out()
    await expect(office.panel.get_by_text("Cerraste la sesión")).to_be_visible()
    assert await office.page.get_by_text("Recibí: hola").count() == 0
    await home.ask("yo sigo")
    await home.sees("Recibí: yo sigo")
    await office.button("Iniciar conversación").click()
    await office.sees("Recibí: hola")
    await office.sees("Recibí: yo sigo")


async def test_a_colleague_at_the_same_computer_sees_and_sends_nothing_of_it(page, site):
    site.portal.user, site.portal.person = "C-1003", "ana"
    chat = await visit(page, site, HOST)
    await chat.ask("de ana")
    await chat.sees("Recibí: de ana")
    site.wire.offline = True
    await chat.ask("sin red, de ana")
    await expect(chat.log.get_by_text("Sin enviar")).to_be_visible()
    site.portal.person, site.wire.offline = "beto", False
    await page.reload()
    await chat.ask("de beto")
    await chat.sees("Recibí: de beto")
    await chat.sees("de ana", 0)
    assert await site.customer_texts("C-1003") == ["de beto"]
    site.portal.person = "ana"
    await page.reload()
    await chat.sees("Recibí: sin red, de ana")  # it was hers, and waited for her
    await chat.sees("Recibí: de ana")
    await chat.sees("de beto", 0)
