"""Sends a mail by SMTP, or writes it to a folder (demo). A mail is named by its key, so that a repetition can be recognised."""

from __future__ import annotations

import asyncio
import hashlib
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from bot import texts
from bot.conversations.ledger import new_id
from bot.errors import AssistantError, SettingsError
from bot.resources import Resources

log = structlog.get_logger()

Outcome = Literal["sent", "away", "refused"]
"""What became of a mail: it was taken, another try may help, none will."""

SECONDS = 20.0
PERMANENT = 500
"""SMTP replies from here on are final (RFC 5321 section 4.2.1)."""


class MailFailed(AssistantError):
    """The mail could not be handed over; try later."""


class MailRefused(AssistantError):
    """The mail will never be taken: a wrong address, or no way to send mails at all."""


class Mailer:
    """Sends by the URL of SMTP_URL: smtp:// (STARTTLS when offered), smtps://, or file:///folder."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        if self._url.scheme not in {"smtp", "smtps", "file", ""}:
            raise SettingsError("SMTP_URL: must begin with smtp://, smtps:// or file:///")

    async def send(self, mail: EmailMessage, key: str) -> None:
        """Send once more or for the first time; the folder keeps one file per key. Raises MailFailed, MailRefused."""
        mail["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{mail['From'].addresses[0].domain}>"
        try:
            if self._url.scheme == "file":
                await asyncio.to_thread(self._write, mail, key)
            elif self._url.scheme:
                await self._send(mail)
            else:
                raise MailRefused("SMTP_URL is not set")
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise (MailRefused if all(code >= PERMANENT for code in codes) else MailFailed)(f"refused: {codes}") from None
        except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
            raise (MailRefused if error.code >= PERMANENT else MailFailed)(f"refused: {error.code}") from None
        except (OSError, TimeoutError, aiosmtplib.SMTPException) as error:
            raise MailFailed(type(error).__name__) from error

    async def post(self, resources: Resources, to: str, subject: str, body: str, key: str) -> bool:
        """Send a plain mail to one person; False where another try may help. What is refused for good is logged, and done with."""
        return await self.deliver(resources, to, subject, body, key) != "away"

    async def deliver(self, resources: Resources, to: str, subject: str, body: str, key: str) -> Outcome:
        """The same, and what became of it."""
        try:
            await self.send(_to_one(plain_mail(resources, to, subject, body)), key)
        except MailFailed as error:
            log.warning("a mail could not be sent yet", key=key, error=str(error))
            return "away"
        except MailRefused as error:
            log.warning("a mail was refused for good", key=key, error=str(error))
            return "refused"
        return "sent"

    async def _send(self, mail: EmailMessage) -> None:
        url = self._url
        await aiosmtplib.send(
            mail,
            hostname=url.hostname,
            port=url.port,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            timeout=SECONDS,
        )

    def _write(self, mail: EmailMessage, key: str) -> None:
        folder = Path(unquote(self._url.path))
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".{new_id()}.tmp"
        aside.write_bytes(mail.as_bytes())
        aside.replace(folder / f"{key.replace(':', '-')}.eml")


def _to_one(mail: EmailMessage) -> EmailMessage:
    if len(mail["To"].addresses) != 1:
        raise MailRefused("not one address")
    return mail


def code_mail(resources: Resources, code: str, to: str) -> EmailMessage:
    """The mail with a one-time code."""
    return plain_mail(resources, to, texts.CODE_SUBJECT, texts.code_body(code, resources.settings))


def plain_mail(resources: Resources, to: str, subject: str, body: str) -> EmailMessage:
    """A mail of the house's, dated now. Raises MailRefused where `to` cannot stand in a header."""
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = resources.settings.mail_from
    try:
        mail["To"] = to.strip()  # with an end of line behind it no mail server takes it
    except ValueError:
        raise MailRefused("not an address") from None
    mail["Date"] = format_datetime(resources.now())
    mail.set_content(body)
    return mail


def connection_mail(resources: Resources, server: str, host: str, to: str) -> EmailMessage:
    """The mail with a server's connection file; its subject is what customers are told to look for."""
    mail = plain_mail(resources, to, texts.MAIL_SUBJECT, texts.mail_body(server, resources.settings))
    file = f"full address:s:{host}\r\nprompt for credentials:i:1\r\nauthentication level:i:2\r\n"
    mail.add_attachment(file.encode(), maintype="application", subtype="x-rdp", filename=f"{server}.rdp")
    return mail
