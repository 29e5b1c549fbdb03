"""`python -m benchmarks.enumeration [--rounds N] [--databases sqlite,postgres]`: whether an account exists must not be told from how long a refusal takes.

Over HTTP, one request at a time, by turns and in an order drawn each round, so that a busy machine slows both alike: the console's sign-in with an
agent's name and with nobody's; a visitor's message that names a customer and one that names an invention, until it is stored and until it is
answered. Of each pair the ratio of the medians, with the range that 95 of 100 such runs stay in (bootstrap). Exit code 1 when a ratio
is over 1.1 or under 1/1.1. The last line of standard output is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

import aiohttp

from bot.console import agents, passwords
from bot.conversations.ledger import Ledger
from bot.database import open_database
from bot.nlu.report import machine
from harness.whatsapp import Stage, gateway_alone

DATABASES = ("sqlite", "postgres")
MOST = 1.1
TRIES_OF_AN_AGENT = agents.MOST_FAILURES - 1
"""One more locks: that is measured by no other time, and by the tests' statements."""
RESAMPLED = 2000
PATIENCE_SECONDS = 60.0
Act = Callable[[], Awaitable[None]]


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.enumeration", description="accounts told by the time of a refusal")
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--databases", default=",".join(DATABASES))
    given = parser.parse_args()
    found = {database: asyncio.run(_measure(database, given.rounds)) for database in given.databases.split(",")}
    missed = [
        f"{database}, {name}: {figures['ratio']}"
        for database, pairs in found.items()
        for name, figures in pairs.items()
        if not 1 / MOST <= figures["ratio"] <= MOST
    ]
    for line in missed:
        print(f"MISSED {line}")
    print(json.dumps({"rounds": given.rounds, **found, "machine": machine(), "missed": missed}, ensure_ascii=False))
    return 1 if missed else 0


async def _measure(database: str, rounds: int) -> dict[str, dict[str, Any]]:
    async with gateway_alone(database) as stage:
        times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        await _sign_ins(stage, rounds, times["console_sign_in"])
        await _codes(stage, rounds, times)
    found = {name: _compared(pair) for name, pair in times.items()}
    for name, figures in found.items():
        print(f"{database} {name}: {figures}", flush=True)
    return found


async def _sign_ins(stage: Stage, rounds: int, times: dict[str, list[float]]) -> None:
    """A wrong password, with the name of an agent and with one that is nobody's."""
    kept, now = await asyncio.to_thread(passwords.hashed, passwords.made_up()), datetime.now(tz=UTC)
    async with open_database(stage.ledger) as database:
        for number in range(rounds // TRIES_OF_AN_AGENT + 1):
            await agents.add(Ledger(database), f"agente{number:05}", "agent", kept, now)
    for number in range(rounds):
        name = f"{number // TRIES_OF_AN_AGENT:05}"
        address = f"127.0.{1 + number // 250 % 250}.{1 + number % 250}"  # each address may try so often only
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(address, 0))) as http:
            await _get(http, f"{stage.url}/console/entrar")

            def tries(who: str, http: aiohttp.ClientSession = http) -> Act:
                return lambda: _sign_in(http, stage.url, who)

            await _by_turns({"known": tries(f"agente{name}"), "unknown": tries(f"nadie{name}a")}, times)


async def _get(http: aiohttp.ClientSession, url: str) -> None:
    async with http.get(url) as response:
        await response.read()


async def _sign_in(http: aiohttp.ClientSession, base: str, name: str) -> None:
    async with http.post(f"{base}/console/entrar", data={"nombre": name, "clave": "una clave equivocada", "sigue": ""}) as response:
        await response.read()
        if response.status != 401:
            raise RuntimeError(f"the sign-in answered {response.status}")


async def _codes(stage: Stage, rounds: int, times: dict[str, dict[str, list[float]]]) -> None:
    """A visitor asks for the code of a customer, and of nobody: two visitors, so that neither has more behind them."""
    async with aiohttp.ClientSession() as http:
        headers = {}
        for which in ("known", "unknown"):
            async with http.post(f"{stage.url}/webchat/session", json={}) as response:
                headers[which] = {"Authorization": f"Bearer {(await response.json())['session']}"}
        since = dict.fromkeys(headers, 0)

        async def ask(which: str, desk: str) -> None:
            begun = time.perf_counter()
            body = {"id": str(uuid.uuid4()), "text": f"soy {desk}, mándame el código a mi correo"}
            async with http.post(f"{stage.url}/webchat/messages", json=body, headers=headers[which]) as response:
                seq = int((await response.json())["seq"])
            times["code_stored"][which].append(1000 * (time.perf_counter() - begun))
            async with asyncio.timeout(PATIENCE_SECONDS):
                await _answered(http, stage.url, headers[which], since, which, seq)

        for number in range(rounds):
            acts = {
                "known": lambda number=number: ask("known", f"C-{1001 + number % 12}"),
                "unknown": lambda number=number: ask("unknown", f"C-{9001 + number % 12}"),
            }
            await _by_turns(acts, times["code_answered"])


async def _answered(
    http: aiohttp.ClientSession, base: str, headers: Mapping[str, str], since: dict[str, int], which: str, seq: int
) -> None:
    while True:
        async with http.get(f"{base}/webchat/messages", params={"since": str(since[which])}, headers=headers) as response:
            messages = (await response.json())["messages"]
        if any(message.get("in_reply_to") == seq for message in messages):
            since[which] = messages[-1]["seq"]
            return
        await asyncio.sleep(0.001)


async def _by_turns(acts: Mapping[str, Act], times: dict[str, list[float]]) -> None:
    for which in random.sample(sorted(acts), len(acts)):
        begun = time.perf_counter()
        await acts[which]()
        times[which].append(1000 * (time.perf_counter() - begun))


def _compared(pair: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    known, unknown = pair["known"], pair["unknown"]
    dice = random.Random(7)
    drawn = sorted(median(dice.choices(known, k=len(known))) / median(dice.choices(unknown, k=len(unknown))) for _ in range(RESAMPLED))
    return {
        "known_ms": round(median(known), 2),
        "unknown_ms": round(median(unknown), 2),
        "ratio": round(median(known) / median(unknown), 3),
        "ratio_95": [round(drawn[round(RESAMPLED * part)], 3) for part in (0.025, 0.975)],
    }


if __name__ == "__main__":
    sys.exit(main())
