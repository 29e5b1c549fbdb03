"""Applies what answered turns asked for, after their commit: tried until it is done, and done once whatever is tried twice.

What can never be done was promised to the customer all the same: a case is opened and they are told, once, together with the mark that it failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import structlog

from bot import texts
from bot.conversations import codes, effects
from bot.conversations.effects import OpenEffect, Promise
from bot.effects.mailer import Mailer, MailFailed, code_mail, connection_mail
from bot.errors import AccountsUnavailable, AssistantError, LeaseLost, LedgerUnavailable
from bot.identity.codes import digest, new_code
from bot.resources import Resources
from bot.worker import Worker

log = structlog.get_logger()
REASONS: Final[Mapping[str, str]] = {"resend_connection_mail": "correo_no_enviado", "send_code": "codigo_no_enviado"}
"""Of the case that is opened where an effect of a kind fails for good, as agents see them."""
Words = Callable[[str], str | None]


class CannotBeDone(AssistantError):
    """The effect can never be applied."""


class EffectsWorker:
    """Takes pending effects one after the other; several gateways may do so at once.

    `failed_texts` gives, by kind of effect, a channel's words for a promise that cannot be kept; each kind of it is one of `REASONS`.
    """

    def __init__(self, resources: Resources, mailer: Mailer, failed_texts: Mapping[str, Words]) -> None:
        self._resources, self._mailer, self._failed_texts = resources, mailer, failed_texts
        self._deeds = {"resend_connection_mail": self._resend, "send_code": self._send_code}
        self.worker = Worker("effects", self.step, resources.timings.poll_seconds)

    async def step(self) -> bool:
        """Take one effect and apply it; whether there was one."""
        ledger, timings, now = self._resources.ledger, self._resources.timings, self._resources.now
        effect = await effects.claim(ledger, now(), timings.effect_lease_life)
        if effect is None:
            return False
        try:
            outcome = await self._settle(effect)
        except LeaseLost:
            outcome = "lease_lost"
        self._resources.metrics.effects.labels(effect.kind, outcome).inc()
        log.info("effect", kind=effect.kind, outcome=outcome, attempts=effect.attempts, effect=effect.key)
        return True

    async def _settle(self, effect: OpenEffect) -> str:
        try:
            await self._apply(effect)
        except LedgerUnavailable:
            raise  # taken again when its lease has ended
        except (AccountsUnavailable, MailFailed) as error:
            return await self._again(effect, str(error) or type(error).__name__)
        except Exception as error:  # whatever a company's own system raises: nothing is retried for ever, and no promise just vanishes
            if not isinstance(error, AssistantError):
                log.exception("an effect failed", kind=effect.kind)
            return await self._give_up(effect, f"{type(error).__name__}: {error if isinstance(error, AssistantError) else 'see the log'}")
        await effects.done(self._resources.ledger, effect, self._resources.now())
        return "done"

    async def _again(self, effect: OpenEffect, error: str) -> str:
        timings, now = self._resources.timings, self._resources.now()
        if effect.attempts >= timings.effect_attempts:
            return await self._give_up(effect, error)
        later = now + timings.back_off(effect.attempts, self._resources.jitter()) * min(effect.attempts, 60)
        await effects.postpone(self._resources.ledger, effect, error, later)
        return "postponed"

    async def _give_up(self, effect: OpenEffect, error: str) -> str:
        words = self._failed_texts.get(effect.kind)
        promise = Promise(REASONS[effect.kind], _explained(effect), partial(_told, words)) if words else None
        told = await effects.fail(self._resources.ledger, effect, error, promise, self._resources.now())
        if told is not None:
            self._resources.metrics.notices.labels("effect_failed").inc()
            self._resources.feed.moved(told)
        return "failed"

    async def _apply(self, effect: OpenEffect) -> None:
        deed = self._deeds.get(effect.kind)
        if deed is None:
            raise CannotBeDone(f"{effect.kind} is not applied here")
        await deed(effect)

    async def _resend(self, effect: OpenEffect) -> None:
        accounts = self._resources.accounts
        desk_id, alias = str(effect.payload["desk"]), str(effect.payload["server"])
        server = (await accounts.read_desk(desk_id)).server(alias)
        if server is None or server.host is None:
            raise CannotBeDone("there is no such server to connect to")
        queued = await accounts.queue_connection_mail(desk_id, server.alias, effect.key, self._resources.now())
        if queued.status == "queued":  # a repetition after the mail went out finds it sent
            await self._mailer.send(connection_mail(self._resources, server.alias, server.host, queued.sent_to), effect.key)
        await accounts.connection_mail_sent(effect.key, self._resources.now())

    async def _send_code(self, effect: OpenEffect) -> None:
        """A new code at each attempt, and mails that tell them apart: of two that arrive the later one is good."""
        resources, inbound = self._resources, effect.key.partition(":")[0]
        conversation, desk_id, code = str(effect.payload["conversation"]), str(effect.payload["desk"]), new_code()
        address = (await resources.accounts.read_desk(desk_id)).email
        kept = digest(resources.settings.session_secret, conversation, desk_id, code)
        if await codes.issue(resources.ledger, conversation, inbound, kept, resources.now()):
            await self._mailer.send(code_mail(resources, code, address), f"{effect.key}:{effect.attempts}")


def _told(words: Words, channel: str, folio: str) -> str | None:
    text = words(channel)
    return None if text is None else texts.with_folio(text, folio)


def _explained(effect: OpenEffect) -> str:
    """Whose it was and how often it was tried: what failed in a company's system stands with the effect."""
    tried = f"{effect.attempts} intentos" if effect.attempts > 1 else "1 intento"
    return " · ".join(str(part) for part in (effect.payload.get("desk"), effect.payload.get("server"), tried) if part)
