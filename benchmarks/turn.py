"""`python -m benchmarks.turn [--turns N]`: the real processes, one customer: ready time, turn p50/p95, acknowledgement, memory.

A turn is timed from sending the message to reading its answer over the web channel's own HTTP, storage included. The last line of
standard output is one JSON object. Times depend on the machine; nothing here asserts them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.up import Up

QUESTIONS = (
    "¿cuándo vence mi servidor?", "se hizo mi respaldo anoche?", "ya está mi factura?", "cuánto debo", "donde cambio la contraseña",
    "cuantos servidores puedo contratar", "ya quedó mi pago?", "qué windows trae", "hola", "cómo pago?",
)  # fmt: skip
DESKS = [f"C-{number}" for number in range(1001, 1013)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        up = Up(Path(folder), RATE_MESSAGES_PER_MINUTE="1000000").start()
        try:
            up.wait_ready()
            ready = time.perf_counter() - started
            print(f"ready after {ready:.1f} s; {arguments.turns} turns of one customer …", flush=True)
            turns, acknowledged = asyncio.run(converse(up.url, arguments.turns))
            memory = {child.cmdline()[2]: round(child.memory_info().rss / 2**20) for child in up.children()}
        finally:
            up.stop()
    result = {
        "ready_s": round(ready, 1),
        "turns": len(turns),
        "turn_p50_ms": percentile(turns, 50),
        "turn_p95_ms": percentile(turns, 95),
        "ack_p50_ms": percentile(acknowledged, 50),
        "ack_p95_ms": percentile(acknowledged, 95),
        "memory_mb": memory,
    }
    for name, value in result.items():
        print(f"{name:>14}  {value}")
    print(json.dumps(result))


async def converse(url: str, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each turn and of each acknowledgement; the answers come over the stream, as in the widget."""
    turns, acknowledged = [], []
    async with aiohttp.ClientSession() as http:
        for number in range(0, count, 20):
            headers = {"Authorization": f"Bearer {await session(http, url, DESKS[number // 20 % len(DESKS)])}"}
            async with http.get(f"{url}/webchat/stream?since=0", headers=headers) as stream:
                for turn in range(min(20, count - number)):
                    begun = time.perf_counter()
                    body = {"id": str(uuid.uuid4()), "text": QUESTIONS[turn % len(QUESTIONS)]}
                    async with http.post(f"{url}/webchat/messages", json=body, headers=headers) as response:
                        seq = (await response.json())["seq"]
                    acknowledged.append(1000 * (time.perf_counter() - begun))
                    await answer_to(stream, seq)
                    turns.append(1000 * (time.perf_counter() - begun))
    return turns, acknowledged


async def session(http: aiohttp.ClientSession, url: str, desk: str) -> str:
    """A web session of a demo customer."""
    async with http.post(f"{url}/demo/login", json={"customer": desk}) as response:
        token = (await response.json())["token"]
    async with http.post(f"{url}/webchat/session", json={"token": token}) as response:
        return str((await response.json())["session"])


async def answer_to(stream: aiohttp.ClientResponse, seq: int) -> dict[str, Any]:
    """The next answer to `seq` on the stream."""
    async with asyncio.timeout(60):
        async for line in stream.content:
            if line.startswith(b"data:"):
                message = json.loads(line[5:])
                if message.get("kind") == "answer" and message.get("in_reply_to") == seq:
                    return message
    raise RuntimeError("the stream ended")


def percentile(values: list[float], percent: int) -> float:
    """In milliseconds, one decimal."""
    return round(statistics.quantiles(values, n=100)[percent - 1], 1)


if __name__ == "__main__":
    main()
