"""The chaos test's stage with nginx before it, as `deploy/nginx.conf` has it: one address, whatever stands behind."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import aiohttp
import psutil

from benchmarks.chaos.plan import Plan
from benchmarks.chaos.processes import Service, lasting_port
from benchmarks.chaos.stage import READY_SECONDS, Stage
from bot.settings import load_settings
from harness.nginx import FOREGROUND, Proxy

MARK = "X-Scale-Mark"
"""Every request of the load carries one of its own, so that the proxy's log says which gateway answered it."""
LOG_FORMAT = "$http_x_scale_mark|$upstream_addr|$status|$request_method|$uri"
LIMITS = {"RATE_MESSAGES_PER_MINUTE": "1000000", "RATE_VISITORS_PER_MINUTE": "1000000", "RATE_SESSIONS_PER_MINUTE": "1000000"}
"""All customers write from one address, and as fast as they are answered. Nothing else is set: the rest runs as it is delivered."""


class Site(Stage):
    """A stage that can be put up again with another number of each process, on the same databases."""

    proxy: Proxy

    async def build(self) -> None:
        """Everything, with the proxy last."""
        await super().build()
        await self._start_proxy()

    async def rebuild(self, plan: Plan) -> None:
        """End all but the database server, and start as many as this plan says; the ledger and the customers stay."""
        for service in reversed(self.services):
            if service.kind != "postgres":
                await service.stop()
        self.services, self._ready_urls = self.of_kind("postgres"), []
        self.plan, self.doors = plan, [f"http://127.0.0.1:{lasting_port()}" for _ in range(plan.gateways)]
        self.environment = self._environment(str(self.settings.database_url), str(self.settings.accounts_database_url))
        self.settings = load_settings(self.environment)
        self._start_processes()
        await self._all_ready()
        await self._start_proxy()

    @property
    def servers(self) -> list[Service]:
        """Our own processes, without the database server and the proxy."""
        return [service for service in self.services if service.kind not in {"postgres", "proxy"}]

    def ready_url(self, service: Service) -> str:
        """Where this process of ours says whether it is ready."""
        return self._ready_urls[self.servers.index(service)]

    def processes(self) -> dict[str, psutil.Process]:
        """All that runs now, by name; the children of a process count with it."""
        return {service.name: psutil.Process(_pid(service)) for service in self.services}

    def gateway_at(self, address: str) -> str:
        """The name of the gateway that listens at host:port."""
        return f"gateway-{self.doors.index(f'http://{address}') + 1}"

    def _environment(self, ledger: str, accounts: str) -> dict[str, str]:
        return {**super()._environment(ledger, accounts), **LIMITS, "TRUSTED_PROXIES": "127.0.0.1"}

    async def _start_proxy(self) -> None:
        folder = self.folder / f"nginx-{self.plan.gateways}"
        folder.mkdir()
        self.proxy = Proxy(folder, [int(door.rpartition(":")[2]) for door in self.doors], LOG_FORMAT)
        command = self.proxy.command(*FOREGROUND)
        service = Service("nginx", "proxy", command, os.environ, folder, folder / "output.log")
        self.services.append(service)
        service.start()
        async with aiohttp.ClientSession() as http:
            await _until_served(http, f"{self.proxy.url}/privacidad", folder)


async def until_ready(http: aiohttp.ClientSession, url: str) -> None:
    """Wait for a 200 from there. Raises TimeoutError."""
    async with asyncio.timeout(READY_SECONDS):
        while True:
            try:
                async with http.get(url, timeout=aiohttp.ClientTimeout(total=5)) as response:
                    if response.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.05)


async def _until_served(http: aiohttp.ClientSession, url: str, folder: Path) -> None:
    started = time.monotonic()
    try:
        await until_ready(http, url)
    except TimeoutError:
        raise RuntimeError(f"nginx does not serve after {time.monotonic() - started:.0f} s; its logs are in {folder}") from None


def _pid(service: Service) -> int:
    process = service._process  # noqa: SLF001 - nobody else asks for it
    if process is None:
        raise RuntimeError(f"{service.name} has not started")
    return process.pid
