"""What the processes themselves say about who did what: the proxy's log, the gateways' metrics, the logs of dialogues and actions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.scale.site import Site

LINE_OF_A_TURN = {"dialogue": b'"event": "turn"', "actions": b'"event": "action"'}


@dataclass(frozen=True)
class Request:
    """One line of the proxy's log; `gateways`: the addresses that were tried, the one that answered last."""

    mark: str
    gateways: tuple[str, ...]
    status: int
    method: str
    path: str


def requests(site: Site) -> Iterator[Request]:
    """What went through the proxy, except for what it answered itself."""
    for line in site.proxy.access_log.read_text(encoding="utf-8").splitlines():
        mark, tried, status, method, path = line.split("|", 4)
        addresses = tuple(address.strip() for address in tried.split(","))
        if all(":" in address for address in addresses):
            yield Request(mark, addresses, int(status), method, path)


def gateways_of_marks(site: Site) -> dict[str, str]:
    """Which gateway answered the request with this mark."""
    return {request.mark: site.gateway_at(request.gateways[-1]) for request in requests(site)}


async def answered_by(site: Site, http: aiohttp.ClientSession) -> dict[str, int]:
    """Turns that each gateway answered and each dialogue took, and calls that each actions process ran, since it started."""
    counted = {}
    for service in site.servers:
        if service.kind == "gateway":
            metrics = await metrics_of(http, site.ready_url(service).removesuffix("/health/ready"))
            counted[service.name] = int(metrics.get('gateway_turns_total{"answered"}', 0))
        else:
            counted[service.name] = service.log.read_bytes().count(LINE_OF_A_TURN[service.kind])
    return counted


async def metrics_of(http: aiohttp.ClientSession, gateway: str) -> dict[str, float]:
    """The samples of a gateway by name and the values of its labels."""
    async with http.get(f"{gateway}/metrics") as response:
        response.raise_for_status()
        families = text_string_to_metric_families(await response.text())
    return {_name(sample.name, sample.labels): sample.value for family in families for sample in family.samples}


def _name(name: str, labels: dict[str, str]) -> str:
    return name + ("{" + ",".join(f'"{value}"' for value in labels.values()) + "}" if labels else "")
