"""Which addresses may be called: browsers name their push service, so whoever can sign in could have our network called by naming it.

Only https on its own port and only the public network. A name is looked up once, by us, and what it means then is what is called: one that
means something else at the second look (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

LONGEST: Final = 2048
HTTPS_PORT: Final = 443
LOOKING_UP: Final = 4
"""Names at once. Threads of their own: one whose name server never answers holds up nobody but other pushes."""
_NAME: Final = re.compile(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]*")
"""Of a public host: several parts, of which the last is no number in any spelling of an address."""
_GLOBAL_IPV6: Final = IPv6Network("2000::/3")


class NotPublicError(OSError):
    """A name that means no address of the public network."""


def may_be_called(endpoint: str, *, here: bool) -> bool:
    """Whether this may be a push service. `here` (the demo): one on this machine may too, by http and on any port."""
    if len(endpoint) > LONGEST or not (endpoint.isascii() and endpoint.isprintable()):
        return False
    try:
        url = URL(endpoint)
        host, port = url.raw_host, url.port
    except ValueError:
        return False
    if not host or url.user is not None or url.password is not None or url.fragment:
        return False
    number = _number(host)
    if number is not None:  # push services have names; a number would be called without being looked up
        return here and number.version == 4 and number.is_loopback and url.scheme in {"http", "https"}  # noqa: PLR2004 - IPv4
    return url.scheme == "https" and port == HTTPS_PORT and _NAME.fullmatch(host) is not None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether this is a machine of the public network, and no other address in its clothes (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, IPv6Address):
        disguised = address.ipv4_mapped or address.sixtofour or address.teredo
        if disguised is not None or address not in _GLOBAL_IPV6:
            return False
    return address.is_global and not address.is_multicast


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


class PublicResolver(AbstractResolver):
    """What names mean on the public network. Raises NotPublicError where that is nothing."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKING_UP, thread_name_prefix="push-names")

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """The addresses of a host."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _looked_up, host, port, family)
        results = [
            ResolveResult(hostname=host, host=str(each[4][0]), port=port, family=each[0], proto=each[2], flags=socket.AI_NUMERICHOST)
            for each in found
            if is_public(ip_address(each[4][0]))
        ]
        if not results:
            raise NotPublicError("no public address")
        return results

    async def close(self) -> None:
        """Waits for nothing: a look-up cannot be called back."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _looked_up(
    host: str, port: int, family: socket.AddressFamily
) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]]:
    return socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)  # type: ignore[return-value]
