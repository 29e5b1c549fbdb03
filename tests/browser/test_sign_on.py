"""Signing in by the company's provider in a browser, which keeps to what cookies and the page's policy allow between two sites."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot import clock
from bot.console import agents
from bot.console import provider as client
from bot.console.agents import SESSION
from bot.identity import published
from bot.resources import RESOURCES
from tests.browser.console import add_agent, fill
from tests.browser.desk import violations
from tests.browser.site import Site
from tests.browser.test_access import axe_findings
from tests.console.company import PATIENCE
from tests.console.provider import Provider

OFFICE = {"width": 1366, "height": 768}


@pytest_asyncio.fixture(loop_scope="session")
async def company(site: Site, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Provider]:
    """A provider on another site than ours: "localhost" is none of 127.0.0.1."""
    for each in (published, client):
        monkeypatch.setattr(each, "SECONDS", PATIENCE)
    async with Provider(clock.now).serving("localhost") as provider:
        provider.asks = True
        provider.callback = f"{site.origin}/console/empresa/regreso"
        site.portal.settings = replace(site.portal.settings, console_url=f"{site.origin}/console", **provider.settings)
        await site.restart(lambda: None)
        yield provider


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_there_and_back_with_what_was_not_sent(new_context, site: Site, company: Provider, scripts: bool) -> None:
    await add_agent(site, "ana")
    await agents.set_subject(site._app[RESOURCES].ledger, "ana", company.issuer, company.person["sub"], clock.now())
    page = await (await new_context(viewport=OFFICE, java_script_enabled=scripts)).new_page()
    await page.goto(f"{site.origin}/console/conversaciones")
    if scripts:
        assert await axe_findings(page) == []
    await page.get_by_role("button", name="Entrar con la cuenta de la empresa").click()
    await expect(page.get_by_role("heading", name="Cuenta de la empresa")).to_be_visible()
    assert page.url.startswith(company.issuer)
    await page.get_by_role("button", name="Continuar como ana").click()
    await expect(page.get_by_role("heading", name="Conversaciones")).to_be_visible()
    assert page.url == f"{site.origin}/console/conversaciones"
    if not scripts:
        return
    assert await violations(page) == []
    talks = await fill(site)
    await page.goto(f"{site.origin}/console/conversaciones/{talks['C-1003']}")
    await page.get_by_role("button", name="Tomar la conversación").click()
    await page.get_by_label("Tu respuesta al cliente").fill("Ya revisé tu cargo.")
    await site._write(SESSION.update().values(ended_at=clock.now()))
    await page.get_by_role("button", name="Enviar").click()
    await expect(page.get_by_label("Tu texto sin enviar")).to_have_value("Ya revisé tu cargo.")
    await page.get_by_role("button", name="Entrar con la cuenta de la empresa").click()
    await page.get_by_role("button", name="Continuar como ana").click()
    await page.get_by_role("link", name="Ir a la conversación").click()
    await expect(page.get_by_label("Tu respuesta al cliente")).to_have_value("Ya revisé tu cargo.")


async def test_a_supervisor_goes_on_to_the_second_factor_and_a_refusal_reads_like_any(new_context, site: Site, company: Provider) -> None:
    await add_agent(site, "jefa", "supervisor")
    await agents.set_subject(site._app[RESOURCES].ledger, "jefa", company.issuer, company.person["sub"], clock.now())
    page = await (await new_context(viewport=OFFICE)).new_page()
    for claims, shows in (
        ({}, page.get_by_alt_text("Código QR")),
        ({"nonce": "otro"}, page.get_by_text("No pudimos iniciar tu sesión")),
        ({"amr": ["pwd", "mfa"]}, page.get_by_role("heading", name=re.compile("^Cola"))),
    ):
        company.claims = claims
        await page.goto(f"{site.origin}/console/entrar")
        await page.get_by_role("button", name="Entrar con la cuenta de la empresa").click()
        await page.get_by_role("button", name="Continuar como").click()
        await expect(shows).to_be_visible()
        assert await violations(page) == []
