"""What our three kinds of token share: signed, with an audience and an end, checked against a moment that the caller gives.

Our own are the JWT of one key and one algorithm, so a few lines make and check them, at a fifth of what a library for all algorithms
takes for each message. What others sign, the portal's token, is checked by that library (`portal.py`).
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from bot.errors import TokenExpired, TokenInvalid

MAX_TOKEN_CHARACTERS = 4096
MOST_SUBJECT: Final = 255
_PADDING: Final = "=="


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


_HEADER: Final = _base64(b'{"alg":"HS256","typ":"JWT"}')
_claims = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class OneUse:
    """That something may be done once: the name (64 hexadecimal characters) under which it is remembered, and until when it has to be."""

    name: str
    until: datetime


def sign(key: str, claims: Mapping[str, Any]) -> str:
    """The claims as a compact HS256 token; moments among them must already be whole seconds since 1970."""
    signed = f"{_HEADER}.{_base64(msgspec.json.encode(claims))}"
    return f"{signed}.{_signature(key, signed)}"


def read(key: str, token: object, *, audience: str, required: Sequence[str], now: datetime) -> Mapping[str, Any]:
    """The claims of a token that `sign` made with this key for `audience`, not before `now` and not after it.

    `exp` is always required. Raises TokenInvalid (forged, malformed, other audience or algorithm) or TokenExpired.
    """
    signed, _, signature = as_text(token).rpartition(".")
    if not hmac.compare_digest(signature, _signature(key, signed)):
        raise TokenInvalid("not signed with our key")
    header, _, body = signed.partition(".")
    if header != _HEADER:
        raise TokenInvalid("not a token of ours")
    try:
        claims = _claims.decode(urlsafe_b64decode(body + _PADDING))
    except (ValueError, RecursionError):
        raise TokenInvalid("not a token") from None
    if claims.get("aud") != audience or any(claims.get(name) is None for name in required):
        raise TokenInvalid("for somebody else, or says too little")
    check_times(claims, now)
    return claims


def _signature(key: str, signed: str) -> str:
    return _base64(hmac.digest(key.encode(), signed.encode(), "sha256"))


def as_text(token: object) -> str:
    """What may be a token at all. Raises TokenInvalid."""
    if not isinstance(token, str) or not token.isascii() or len(token) > MAX_TOKEN_CHARACTERS:
        raise TokenInvalid("not a token")
    return token


def is_subject(text: str) -> bool:
    """Whether this may be a `sub` as OpenID Connect has them."""
    return 0 < len(text) <= MOST_SUBJECT and text.isascii() and text.isprintable()


def check_times(claims: Mapping[str, Any], now: datetime, skew: timedelta = timedelta()) -> None:
    """Raises TokenExpired at its end, TokenInvalid before it may be used; `skew` is how much the signer's clock may differ from ours."""
    if now >= moment(claims, "exp") + skew:
        raise TokenExpired("the token has ended")
    if "nbf" in claims and now < moment(claims, "nbf") - skew:
        raise TokenInvalid("the token is for later")


def moment(claims: Mapping[str, Any], name: str) -> datetime:
    """A claim that holds seconds since 1970, as an aware moment. Raises TokenInvalid when it holds anything else."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenInvalid(f"{name} is not a moment")
    try:
        return datetime.fromtimestamp(value, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise TokenInvalid(f"{name} is not a moment") from None


def seconds(at: datetime) -> int:
    """Whole seconds since 1970."""
    return int(at.timestamp())
