"""A mail server over SMTP that takes mails, or refuses them as it is told to."""

from __future__ import annotations

import asyncio
import email
from email.message import EmailMessage
from email.policy import default
from typing import Self


class MailServer:
    """`taken`: (from, [to, …], mail) of each; `answers` is what it says to a command instead of "250 OK"; with none it hangs up."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], EmailMessage]] = []
        self.answers: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, to = "", []
        writer.write(b"220 correo.example\r\n")
        while line := (await reader.readline()).decode().strip():
            command = line.split(" ", 1)[0].upper()
            answer = self.answers.get(command, "354 go on" if command == "DATA" else "221 bye" if command == "QUIT" else "250 OK")
            if not answer:
                break
            sender = line if command == "MAIL" else sender
            to += [line] if command == "RCPT" and answer.startswith("250") else []
            writer.write(f"{answer}\r\n".encode())
            if answer.startswith("354"):
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.taken.append((sender, to, email.message_from_bytes(raw[:-3].replace(b"\r\n..", b"\r\n."), policy=default)))
                writer.write(b"250 taken\r\n")
            if command == "QUIT":
                break
        writer.close()
