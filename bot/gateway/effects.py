"""Applies what answered turns asked for, after their commit: tried until it is done, and done once whatever is tried twice."""

from __future__ import annotations

import structlog

from bot.conversations import effects
from bot.conversations.effects import OpenEffect
from bot.errors import AccountsUnavailable, AssistantError, DeskUnknown, LeaseLost, MailKeyUsed
from bot.gateway.mailer import Mailer, MailFailed, connection_mail
from bot.gateway.resources import Resources
from bot.gateway.worker import Worker

log = structlog.get_logger()


class CannotBeDone(AssistantError):
    """The effect can never be applied."""


class EffectsWorker:
    """Takes pending effects one after the other; several gateways may do so at once."""

    def __init__(self, resources: Resources, mailer: Mailer) -> None:
        self._resources, self._mailer = resources, mailer
        self.worker = Worker("effects", self.step, resources.timings.poll_seconds)

    async def step(self) -> bool:
        """Take one effect and apply it; whether there was one."""
        ledger, timings, now = self._resources.ledger, self._resources.timings, self._resources.now
        effect = await effects.claim(ledger, now(), timings.effect_lease_life)
        if effect is None:
            return False
        outcome = "done"
        try:
            await self._apply(effect)
            await effects.done(ledger, effect, now())
        except (AccountsUnavailable, MailFailed) as error:
            outcome = await self._again(effect, str(error) or type(error).__name__)
        except (CannotBeDone, DeskUnknown, MailKeyUsed, KeyError, ValueError) as error:
            outcome = "failed"
            await effects.failed(ledger, effect, f"{type(error).__name__}: {error}", None)
        except LeaseLost:
            outcome = "lease_lost"
        self._resources.metrics.effects.labels(effect.kind, outcome).inc()
        log.info("effect", kind=effect.kind, outcome=outcome, attempts=effect.attempts, effect=effect.key)
        return True

    async def _again(self, effect: OpenEffect, error: str) -> str:
        timings, now = self._resources.timings, self._resources.now()
        given_up = effect.attempts >= timings.effect_attempts
        later = None if given_up else now + timings.back_off(effect.attempts, self._resources.jitter()) * min(effect.attempts, 60)
        await effects.failed(self._resources.ledger, effect, error, later)
        return "failed" if given_up else "postponed"

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
