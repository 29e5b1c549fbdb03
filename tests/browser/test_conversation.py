"""Asking and being answered: the main path of the widget, its looks as text, buttons, history."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desk import violations, visit
from tests.support.hangs import eventually

XSS = [
    '<img src=x onerror="window.hacked=1">',
    "<script>window.hacked=1</script>",
    '"><svg onload=window.hacked=1>',
    "javascript:window.hacked=1 data:text/html,<b>x</b>",
    '[pulsa](javascript:window.hacked=1) https://nube.example/"onmouseover="window.hacked=1',
]


async def test_question_is_answered_once_and_the_privacy_line_is_a_notice(page, site):
    chat = await visit(page, site)
    await chat.status("En línea")
    await chat.ask("hola, ¿está el servicio?")
    await chat.sees("Recibí: hola, ¿está el servicio?")
    await chat.sees("hola, ¿está el servicio?")
    await expect(chat.log.locator(".notice")).to_contain_text("aviso de privacidad")
    assert len(site.wire.received) == 1


async def test_suggestion_asks_and_suggestions_leave(page, site):
    chat = await visit(page, site)
    await chat.button("¿Cuándo vence mi servidor?").click()
    await expect(chat.log.get_by_text("periodo de gracia hasta")).to_be_visible()
    await expect(chat.log.get_by_role("group", name="Sugerencias")).to_have_count(0)


async def test_answer_shows_bullets_bold_phone_and_link(page, site):
    chat = await visit(page, site)
    await chat.ask("¿Cuándo vence mi servidor?")
    phone = chat.log.get_by_role("link", name="55 8000 9480")
    await expect(phone).to_have_attribute("href", "tel:+525580009480")
    await expect(chat.log.locator("li")).to_have_count(2)
    await expect(chat.log.locator(".bot b").first).to_have_text("mañana, martes 24 de noviembre")
    link = chat.log.get_by_role("link", name="https://nube.example/privacidad")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_masked_data_and_dates_are_not_taken_for_marks_or_phones(page, site):
    chat = await visit(page, site)
    text = "Se envió a co*****o de Óptica y a ve****s de Norte, tarjeta **** 1234, folio 2026-11-28, pedido 123456789012"
    await chat.ask(f"repite: {text}")
    await chat.sees(text)
    await expect(chat.log.locator(".bot b, .bot a")).to_have_count(1)  # the author's name
    await expect(chat.log.locator(".bot a")).to_have_count(0)


async def test_data_is_never_parsed_as_html(page, site):
    chat = await visit(page, site)
    for text in XSS:
        await chat.ask(f"repite: {text}")
        await expect(chat.log.locator(".bot .bubble").last).to_contain_text(text)
    assert await page.evaluate("window.hacked") is None
    links = await chat.log.locator("a").evaluate_all("list => list.map(a => a.getAttribute('href'))")
    assert all(href.startswith(("https://", "tel:")) for href in links)


async def test_button_is_sent_by_id_and_disabled(page, site):
    chat = await visit(page, site)
    await chat.ask("¿Se hizo mi respaldo?")
    await chat.button("SIERRA-02").click()
    await expect(chat.log.get_by_text("pesa 12.4 GB")).to_be_visible()
    await expect(chat.button("SIERRA-02")).to_be_disabled()
    assert set(site.wire.received[-1]) == {"id", "button"}
    await expect(chat.box).to_be_focused()


async def test_used_button_is_explained(page, site):
    chat = await visit(page, site)
    await chat.ask("¿Se hizo mi respaldo?")
    await expect(chat.button("SIERRA-01")).to_be_visible()
    await site.use_up_buttons()
    await chat.button("SIERRA-01").click()
    await expect(chat.log.get_by_text("Esa opción ya se usó")).to_be_visible()
    await expect(chat.button("SIERRA-01")).to_be_disabled()
    await expect(chat.log.locator(".customer")).to_have_count(1)


async def test_history_and_chosen_button_come_back_after_reload(page, site):
    chat = await visit(page, site)
    await chat.ask("¿Se hizo mi respaldo?")
    await chat.button("SIERRA-02").click()
    await expect(chat.log.get_by_text("pesa 12.4 GB")).to_be_visible()
    before = await chat.texts()
    await page.reload()
    await expect(chat.log.get_by_text("pesa 12.4 GB")).to_be_visible()
    assert await chat.texts() == before
    await expect(chat.button("SIERRA-02")).to_be_disabled()
    await expect(chat.button("SIERRA-01")).to_be_enabled()
    await expect(chat.log.get_by_role("group", name="Sugerencias")).to_have_count(0)


async def test_agent_looks_different_and_the_header_says_it(page, site):
    chat = await visit(page, site)
    await chat.ask("Hablar con un asesor")
    await expect(chat.log.get_by_text("Le paso tu caso")).to_be_visible()
    await site.agent_says("Hola, soy Mariana. Ya vi tu servidor, dame un momento.")
    await expect(chat.log.locator(".agent")).to_contain_text("soy Mariana")
    await chat.status("Te atiende un asesor")


async def test_typing_shows_and_goes(page, site):
    site.dialogue.delay = 0.6
    chat = await visit(page, site)
    await chat.ask("hola")
    await expect(chat.log.locator(".typing")).to_contain_text("El asistente está escribiendo")
    await chat.sees("Recibí: hola")
    await expect(chat.log.locator(".typing")).to_have_count(0)


async def test_days_have_names(page, site):
    chat = await visit(page, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await expect(chat.log.locator(".day")).to_have_text(["Hoy"])


async def test_unread_badge_counts_while_closed_and_is_told_as_read_on_opening(page, site):
    chat = await visit(page, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await page.keyboard.press("Escape")
    await site.agent_says("¿Sigues ahí?")
    await site.agent_says("Te dejo el dato.")
    launcher = page.get_by_role("button", name="Abrir chat de soporte, 2 sin leer")
    await expect(launcher).to_be_visible()
    await launcher.click()
    await chat.sees("Te dejo el dato.")

    async def all_read():
        talk = await site.conversation()
        return talk.read_seq == talk.last_seq

    await eventually(all_read)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Abrir chat de soporte", exact=True)).to_be_visible()


async def test_two_tabs_show_the_same_conversation(new_context, site):
    context = await new_context()
    one, two = await context.new_page(), await context.new_page()
    first = await visit(one, site)
    await first.ask("desde la primera")
    await first.sees("Recibí: desde la primera")
    second = await visit(two, site)
    await second.sees("Recibí: desde la primera")
    await second.ask("desde la segunda")
    await first.sees("Recibí: desde la segunda")
    assert await first.texts() == await second.texts()
    assert len(await site.conversations(None)) == 1


async def test_long_answer_is_read_from_its_top(page, site):
    chat = await visit(page, site)
    await chat.ask("repite: " + "\n".join(f"renglón {n}" for n in range(60)))
    await expect(chat.log.get_by_text("renglón 59").last).to_be_attached()
    await expect(chat.log.locator(".bot .bubble").last).to_be_in_viewport(ratio=0.1)


async def test_an_answer_longer_than_a_bubble_is_one_message_in_several(page, site):
    chat = await visit(page, site)
    await chat.ask("cuéntame todo")
    message = chat.log.locator(".message.bot", has=page.get_by_text("Fin de todo."))
    await expect(message).to_have_count(1)
    bubbles = message.locator(".bubble")
    assert await bubbles.count() == 3
    told = await bubbles.all_inner_texts()
    assert [text.count("Asistente") for text in told] == [1, 0, 0]  # a screen reader hears once who speaks
    assert all(f"Parte {n}." in "".join(told) for n in range(1, 6))
    await expect(message.get_by_role("button", name="Factura")).to_have_count(1)
    await page.reload()
    await expect(message.locator(".bubble")).to_have_count(3)
    assert await violations(page) == []
