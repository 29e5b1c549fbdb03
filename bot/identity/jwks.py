"""The public keys of another house (JWKS, RFC 7517) by their names, each for the one algorithm of its kind, and the name that a token gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import jwt
import msgspec

from bot.errors import SettingsError, TokenInvalid
from bot.identity.portal import algorithm_of

MOST_KEYS: Final = 20
MOST_ID: Final = 255


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked with, and the only algorithm that it may be used with."""

    key: Any
    algorithm: str


def keys_of(said: bytes) -> dict[str, PublicKey]:
    """The keys of a set that tokens may be signed with. Raises ValueError where it is none, RecursionError where it is too deep to be one."""
    told: Any = msgspec.json.decode(said)
    listed = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(listed, list):
        raise ValueError("no set of keys")  # noqa: TRY004 - what is said is wrong, not a type of ours
    found: dict[str, PublicKey] = {}
    for each in listed[:MOST_KEYS]:
        if not isinstance(each, dict) or not isinstance(name := each.get("kid"), str) or each.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(each).key
            algorithm = algorithm_of(key, "JWKS")
        except (jwt.PyJWTError, SettingsError, ValueError, TypeError):
            continue  # a shared secret, a private key, or one of another kind: somebody's, but none for us
        if each.get("alg", algorithm) == algorithm:
            found[name] = PublicKey(key, algorithm)
    return found


def name_in(token: str) -> str | None:
    """The `kid` of a token; None where it names none. Raises TokenInvalid."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError) as error:
        raise TokenInvalid(type(error).__name__) from None
    name = header.get("kid")
    if name is not None and not (isinstance(name, str) and 0 < len(name) <= MOST_ID):
        raise TokenInvalid("the kid is not an id")
    return name
