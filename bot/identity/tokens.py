"""What our three kinds of token share: signed, with an audience and an end, checked against a moment that the caller gives.

PyJWT would read the wall clock itself; here the times are compared by hand, so that every check can be tested at its edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import jwt
from jwt.types import Options

from bot.errors import TokenExpired, TokenInvalid

HS256 = "HS256"
MAX_TOKEN_CHARACTERS = 4096


def sign(key: str, claims: Mapping[str, Any]) -> str:
    """The claims as a compact HS256 token; moments among them must already be whole seconds since 1970."""
    return jwt.encode(dict(claims), key, algorithm=HS256)


def verify(
    key: Any, token: object, *, algorithms: Sequence[str], audience: str, required: Sequence[str], now: datetime
) -> Mapping[str, Any]:
    """The claims of a token that `key` signed for `audience`, not before `now` and not after it.

    `exp` is always required. Raises TokenInvalid (forged, malformed, other audience or algorithm) or TokenExpired.
    """
    if not isinstance(token, str) or not token.isascii() or len(token) > MAX_TOKEN_CHARACTERS:
        raise TokenInvalid("not a token")
    try:
        options: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", *required]}
        claims: Mapping[str, Any] = jwt.decode(token, key, algorithms=list(algorithms), audience=audience, options=options)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenInvalid(type(error).__name__) from None
    if now >= moment(claims, "exp"):
        raise TokenExpired("the token has ended")
    if "nbf" in claims and now < moment(claims, "nbf"):
        raise TokenInvalid("the token is for later")
    return claims


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
