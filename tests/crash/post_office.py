"""A small real SMTP server on loopback that keeps what it is given."""

from __future__ import annotations

import asyncio
import email
import email.policy
from email.message import EmailMessage
from typing import Self


class PostOffice:
    """`mails` holds every mail that was handed over, as often as it was; while `refusing` it says "try later" and counts in `refused`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusing, self.refused = False, 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        try:
            while line := await reader.readline():
                command = line[:4].upper()
                if command == b"MAIL" and self.refusing:
                    self.refused += 1
                    writer.write(b"451 try later\r\n")
                    continue
                if command == b"DATA":
                    writer.write(b"354 go on\r\n")
                    raw = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
                    self.mails.append(email.message_from_bytes(raw, policy=email.policy.default))
                writer.write({b"EHLO": b"250 post.test\r\n", b"QUIT": b"221 bye\r\n"}.get(command, b"250 fine\r\n"))
                await writer.drain()
        except ConnectionError:
            pass  # the other side was killed
        finally:
            writer.close()
