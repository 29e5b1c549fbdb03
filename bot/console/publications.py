"""Corrections on their way to customers: learned in a process of its own, compared with what serves, and published only when nothing gets worse.

A row says how far each attempt is. The process is `python -m bot prove`; what it reads are the corrections, what agents found right, and
the newest real messages. Whoever started it, when, what it changed and who decided stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import structlog
from sqlalchemy import Connection, Row, Table, insert, select, update

from bot.console import intents, models
from bot.console.marks import CORRECTION
from bot.console.review_queue import REVIEW
from bot.conversations.ledger import Ledger, new_id
from bot.conversations.tables import CONVERSATION, MESSAGE, UNDERSTANDING
from bot.errors import Conflict, LedgerUnavailable
from bot.resources import Resources
from bot.settings import ROOT, VAR

log = structlog.get_logger()

PUBLICATION = cast(Table, models.Publication.__table__)
REAL_MESSAGES: Final = 300
CONVERSATIONS: Final = 200
"""In the newest of which those are looked for."""
SILENT: Final = timedelta(minutes=1)
"""A proof whose process gives no sign of life for so long has died with its gateway."""
LONGEST: Final = timedelta(hours=1)
SIGN_EVERY: Final = timedelta(seconds=10)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
CHANGE_SECONDS: Final = 150.0
_RUNNING: Final = ("waiting", "running")


async def ask(ledger: Ledger, agent: str, now: datetime) -> str:
    """Prove what was corrected, as soon as a gateway can. Raises Conflict ("running") while another proof runs."""
    row = {"id": new_id(), "state": "waiting", "started_by": agent, "started_at": now, "seen_at": now}

    def work(connection: Connection) -> None:
        if connection.scalar(select(PUBLICATION.c.id).where(PUBLICATION.c.state.in_(_RUNNING)).limit(1)) is not None:
            raise Conflict("running")
        connection.execute(insert(PUBLICATION), row)

    await ledger.write(work)
    return str(row["id"])


async def newest(ledger: Ledger, limit: int = 20) -> Sequence[Row[Any]]:
    """The newest attempts (all columns), the newest first."""
    query = select(PUBLICATION).order_by(PUBLICATION.c.started_at.desc(), PUBLICATION.c.id).limit(limit)
    return await ledger.read(lambda connection: connection.execute(query).all())


async def decide(ledger: Ledger, publication: str, state: str, agent: str, now: datetime, expected: str) -> None:
    """It is being published, refused or rolled back by this agent. Raises Conflict ("decided") where it is not in the state that was expected."""
    mine = update(PUBLICATION).where(PUBLICATION.c.id == publication, PUBLICATION.c.state == expected)
    decided = mine.values(state=state, decided_by=agent, decided_at=now).returning(PUBLICATION.c.id)
    if await ledger.write(lambda connection: connection.scalar(decided)) is None:
        raise Conflict("decided")


async def texts_of(ledger: Ledger, keys: Sequence[str]) -> dict[str, Row[Any]]:
    """(text, conversation_id, seq) of each part "message:n"; those that were erased are left out."""
    parts = {key.partition(":")[0] for key in keys}
    query = (
        select(UNDERSTANDING.c.message_id, UNDERSTANDING.c.n, UNDERSTANDING.c.text, MESSAGE.c.conversation_id, MESSAGE.c.seq)
        .join_from(UNDERSTANDING, MESSAGE, MESSAGE.c.id == UNDERSTANDING.c.message_id)
        .where(UNDERSTANDING.c.message_id.in_(parts))
    )
    rows = await ledger.read(lambda connection: connection.execute(query).all())
    return {f"{row.message_id}:{row.n}": row for row in rows}


async def inputs(ledger: Ledger) -> list[dict[str, Any]]:
    """What a proof reads: {"key", "text", "right", "learn"}; corrections from the oldest on, so that the latest word counts."""

    def work(connection: Connection) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for row in connection.execute(
            select(CORRECTION).where(CORRECTION.c.right.not_in(list(intents.VERDICTS))).order_by(CORRECTION.c.id)
        ):
            found[f"{row.message_id}:{row.n}"] = {"text": row.text, "right": row.right, "learn": True}
        part = (REVIEW.c.message_id == UNDERSTANDING.c.message_id) & (REVIEW.c.n == UNDERSTANDING.c.n)
        good = select(UNDERSTANDING).join_from(UNDERSTANDING, REVIEW, part).where(REVIEW.c.outcome == "right")
        for row in connection.execute(good):
            right = row.intent if row.decision == "answered" else None
            found.setdefault(f"{row.message_id}:{row.n}", {"text": row.text, "right": right, "learn": False})
        for row in connection.execute(_real_messages()):
            found.setdefault(f"{row.message_id}:{row.n}", {"text": row.text, "right": None, "learn": False})
        return [{"key": key, **told} for key, told in found.items() if told["text"].strip()]

    return await ledger.read(work)


def _real_messages() -> Any:
    lively = select(CONVERSATION.c.id).order_by(CONVERSATION.c.last_at.desc()).limit(CONVERSATIONS)
    return (
        select(UNDERSTANDING)
        .join_from(MESSAGE, UNDERSTANDING, UNDERSTANDING.c.message_id == MESSAGE.c.id)
        .where(MESSAGE.c.conversation_id.in_(lively), UNDERSTANDING.c.via == "text")
        .order_by(MESSAGE.c.at.desc(), UNDERSTANDING.c.n)
        .limit(REAL_MESSAGES)
    )


def broken(result: dict[str, Any] | None) -> list[dict[str, Any]]:
    """What was right and would not be any more."""
    return [item for item in (result or {}).get("items", ()) if item["was_right"] and not item["is_right"]]


class Publisher:
    """Runs the proofs of this gateway, one at a time. `command` is `python -m bot`."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "bot"), folder: Path = VAR / "publications") -> None:
        self.command, self.folder = command, folder
        self._process: Process | None = None
        self._id, self._until, self._told = "", _NEVER, _NEVER

    async def step(self, resources: Resources) -> None:
        """Begin the next proof, or look how the one that runs is doing. Raises LedgerUnavailable."""
        ledger, now = resources.ledger, resources.now()
        if self._process is None:
            await _bury(ledger, now)
            taken = await _take(ledger, now)
            if taken is not None:
                await self._begin(ledger, taken, now)
        elif self._process.returncode is None and now < self._until:
            if now - self._told < SIGN_EVERY:
                return
            self._told = now
            alive = update(PUBLICATION).where(PUBLICATION.c.id == self._id).values(seen_at=now)
            await ledger.write(lambda connection: connection.execute(alive))
        else:
            await self._end(resources)

    async def change(self, *what: str) -> str | None:
        """Let another model serve (`use NAME`, `rollback`); why that was refused, None when it was done."""
        process = await asyncio.create_subprocess_exec(
            *self.command, "model", *what, cwd=ROOT, stdin=DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            told, _ = await asyncio.wait_for(process.communicate(), CHANGE_SECONDS)
        except TimeoutError:
            process.kill()
            return "sin respuesta"
        return None if process.returncode == 0 else told.decode("utf-8", "replace").strip()[-300:]

    async def stop(self) -> None:
        """End the proof that runs: it is not needed half-way."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
        self._forget()

    async def _begin(self, ledger: Ledger, publication: str, now: datetime) -> None:
        self._id, self._until = publication, now + LONGEST
        own = self.folder / publication
        own.mkdir(parents=True, exist_ok=True)
        written = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in await inputs(ledger))
        (own / "inputs.jsonl").write_text(written, encoding="utf-8")
        with (own / "errors.txt").open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *self.command, "prove", str(own), cwd=ROOT, stdin=DEVNULL, stdout=DEVNULL, stderr=errors
            )

    async def _end(self, resources: Resources) -> None:
        process = cast(Process, self._process)
        own, now, publication = self.folder / self._id, resources.now(), self._id
        if process.returncode is None:
            process.kill()
            await process.wait()
        result, error = _read(own, process.returncode)
        state = "proved" if result else "failed"
        done: dict[str, Any] = {"state": state, "finished_at": now, "seen_at": now, "result": result, "error": error}
        if result:
            done |= {"model": result["model"], "before": result["serving"]}
        with contextlib.suppress(LedgerUnavailable):  # else it is told as one that died
            ended = update(PUBLICATION).where(PUBLICATION.c.id == publication, PUBLICATION.c.state == "running").values(**done)
            await resources.ledger.write(lambda connection: connection.execute(ended))
        self._process = None
        self._forget()
        log.info("a proof of corrections has ended", state=state, publication=publication)
        if result and not broken(result):
            await self.publish(resources, publication, result["model"], None)

    async def publish(self, resources: Resources, publication: str, model: str, agent: str | None) -> str | None:
        """Let its model serve; `agent` says so, None: nothing gets worse. Why not, or None. Raises Conflict ("decided")."""
        ledger = resources.ledger
        by = agent or next(row.started_by for row in await newest(ledger) if row.id == publication)
        await decide(ledger, publication, "publishing", by, resources.now(), "proved")
        refused = await self.change("use", model)
        ended = {"state": "published", "error": None} if refused is None else {"state": "proved", "error": refused}
        mine = update(PUBLICATION).where(PUBLICATION.c.id == publication, PUBLICATION.c.state == "publishing").values(**ended)
        await ledger.write(lambda connection: connection.execute(mine))
        return refused

    def _forget(self) -> None:
        if self._id:
            shutil.rmtree(self.folder / self._id, ignore_errors=True)
            self._id = ""


def _read(folder: Path, code: int | None) -> tuple[dict[str, Any] | None, str | None]:
    """The result of a proof, or why there is none."""
    try:
        if code == 0:
            return json.loads((folder / "result.json").read_text(encoding="utf-8")), None
        return None, _last_line((folder / "errors.txt").read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError) as error:
        return None, type(error).__name__


def _last_line(written: str) -> str:
    """Above it stand signs of progress."""
    return ([line for line in written.splitlines() if line.strip()] or ["sin motivo"])[-1][-300:]


async def _take(ledger: Ledger, now: datetime) -> str | None:
    next_one = select(PUBLICATION.c.id).where(PUBLICATION.c.state == "waiting").limit(1).with_for_update(skip_locked=True).scalar_subquery()
    taken = update(PUBLICATION).where(PUBLICATION.c.id == next_one).values(state="running", seen_at=now).returning(PUBLICATION.c.id)
    waits = select(PUBLICATION.c.id).where(PUBLICATION.c.state == "waiting").limit(1)
    if await ledger.read(lambda connection: connection.scalar(waits)) is None:
        return None
    return await ledger.write(lambda connection: connection.scalar(taken))


async def _bury(ledger: Ledger, now: datetime) -> None:
    """What was left half-way by a gateway that died; whether the model of one that was being published serves, `python -m bot model` says."""
    proving = (PUBLICATION.c.state == "running") & (PUBLICATION.c.seen_at < now - SILENT)
    publishing = (PUBLICATION.c.state == "publishing") & (PUBLICATION.c.decided_at < now - timedelta(seconds=2 * CHANGE_SECONDS))
    if await ledger.read(lambda connection: connection.scalar(select(PUBLICATION.c.id).where(proving | publishing).limit(1))) is None:
        return

    def work(connection: Connection) -> None:
        for dead, state in ((proving, "failed"), (publishing, "proved")):
            connection.execute(update(PUBLICATION).where(dead).values(state=state, finished_at=now, error="se interrumpió"))

    await ledger.write(work)
