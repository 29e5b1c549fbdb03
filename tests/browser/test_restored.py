"""The ledger was put back to an older copy: the open chat goes on by itself, with what the copy holds and what comes from then on."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from bot.commands import backups
from tests.browser.desk import visit


async def test_an_open_chat_goes_on_after_an_older_copy_was_put_back(page, site, tmp_path):
    url, copy = site.portal.settings.database_url, tmp_path / "copy.backup"
    chat = await visit(page, site)
    await chat.ask("antes de la copia")
    await chat.sees("Recibí: antes de la copia")
    await asyncio.to_thread(backups.backup, url, copy)
    for n in range(3):
        await chat.ask(f"después de la copia {n}")
        await chat.sees(f"Recibí: después de la copia {n}")
    before = (await site.conversation()).last_seq

    await site.restart(lambda: backups.restore(url, copy, replace=True))
    await chat.sees("después de la copia 0", times=0)
    await chat.sees("Recibí: antes de la copia")
    await chat.ask("¿sigues ahí?")  # its seq was another message's before
    await chat.sees("Recibí: ¿sigues ahí?")
    await chat.status("En línea")
    assert await site.customer_texts() == ["antes de la copia", "¿sigues ahí?"]
    assert len(await site.conversations(None)) == 1
    assert (await site.conversation()).last_seq < before


async def test_what_was_not_sent_when_the_copy_was_put_back_is_sent(page, site, tmp_path):
    url, copy = site.portal.settings.database_url, tmp_path / "copy.backup"
    chat = await visit(page, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await asyncio.to_thread(backups.backup, url, copy)
    await chat.ask("se perdió")
    await chat.sees("Recibí: se perdió")
    site.wire.offline = True
    await chat.ask("aún no sale")
    await expect(chat.log.get_by_text("Sin enviar")).to_have_count(1)
    await site.restart(lambda: backups.restore(url, copy, replace=True))
    await chat.sees("Recibí: aún no sale")
    assert await site.customer_texts() == ["hola", "aún no sale"]
    await chat.sees("se perdió", times=0)


async def test_a_page_that_comes_back_later_forgets_its_read_marks(page, site, tmp_path):
    url, copy = site.portal.settings.database_url, tmp_path / "copy.backup"
    chat = await visit(page, site)
    await chat.ask("hola")
    await chat.sees("Recibí: hola")
    await asyncio.to_thread(backups.backup, url, copy)
    for n in range(3):
        await chat.ask(f"n={n}")
        await chat.sees(f"Recibí: n={n}")
    await page.goto("about:blank")
    await site.restart(lambda: backups.restore(url, copy, replace=True))
    chat = await visit(page, site)
    await chat.ask("¿sigues ahí?")
    await chat.sees("Recibí: ¿sigues ahí?")
    read = "Object.entries(localStorage).filter(([key]) => key.includes(':read:')).map(([, value]) => JSON.parse(value).seq)"
    assert await page.evaluate(read) == [(await site.conversation()).last_seq]
