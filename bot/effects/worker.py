"""Applies what answered turns asked for, after their commit: tried until it is done, and done once whatever is tried twice.

What can never be done was promised to the customer all the same: they are told, once, together with the mark that it failed.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.conversations import effects
from bot.conversations.effects import OpenEffect
from bot.effects.mailer import Mailer, MailFailed, connection_mail
from bot.errors import AccountsUnavailable, AssistantError, LeaseLost, LedgerUnavailable
from bot.resources import Resources
from bot.worker import Worker

log = structlog.get_logger()


class CannotBeDone(AssistantError):
    """The effect can never be applied."""


class EffectsWorker:
    """Takes pending effects one after the other; several gateways may do so at once.

    `failed_text` gives a channel's words for a promise that cannot be kept.
    """

    def __init__(self, resources: Resources, mailer: Mailer, failed_text: Callable[[str], str | None]) -> None:
        self._resources, self._mailer, self._failed_text = resources, mailer, failed_text
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
        told = await effects.fail(self._resources.ledger, effect, error, self._failed_text, self._resources.now())
        if told is not None:
            self._resources.metrics.notices.labels("effect_failed").inc()
            self._resources.feed.moved(told)
        return "failed"

    async def _apply(self, effect: OpenEffect) -> None:
        if effect.kind != "resend_connection_mail":
            raise CannotBeDone(f"{effect.kind} is not applied here")
        accounts = self._resources.accounts
        desk_id, alias = str(effect.payload["desk"]), str(effect.payload["server"])
        server = (await accounts.read_desk(desk_id)).server(alias)
        if server is None or server.host is None:
            raise CannotBeDone("there is no such server to connect to")
        queued = await accounts.queue_connection_mail(desk_id, server.alias, effect.key, self._resources.now())
        if queued.status == "queued":  # a repetition after the mail went out finds it sent
            await self._mailer.send(connection_mail(self._resources, server.alias, server.host, queued.sent_to), effect.key)
        await accounts.connection_mail_sent(effect.key, self._resources.now())
