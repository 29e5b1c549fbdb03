"""The words of a sign-on by OpenID Connect, without any of its calls.

What a provider says of itself, the address that a browser is sent to, and what an ID token must say to be believed (OpenID Connect Core 3.1,
authorization code with PKCE; RFC 9207 against mix-ups).

The algorithm follows from the published key, never from the token; a token for anybody besides us is none for us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import jwt
import msgspec
from jwt.types import Options

from bot.errors import TokenInvalid
from bot.identity.jwks import PublicKey, name_in
from bot.identity.tokens import check_times, is_subject, moment
from bot.rules.contact import normal_mail
from bot.settings import is_safe

WELL_KNOWN: Final = "/.well-known/openid-configuration"
SCOPE: Final = "openid profile email"
CLOCK_SKEW: Final = timedelta(seconds=60)
OLDEST: Final = timedelta(minutes=10)
"""A token that we have just asked for was not made long ago."""
MOST_TOKEN: Final = 16 * 1024
SECOND_FACTOR: Final = "mfa"
"""What `amr` holds where the provider asked for more than one factor (RFC 8176)."""
_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Described:
    """What a provider says of itself, of what we use. `names_itself`: its answers to browsers always tell the issuer; `posts`: it wants the secret in the body."""

    authorization: str
    token: str
    keys: str
    names_itself: bool
    posts: bool
    methods: Sequence[str] | None
    """Ways of PKCE, where it tells of them."""


class _Discovery(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    authorization_response_iss_parameter_supported: bool = False
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    code_challenge_methods_supported: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a good ID token tells of. `mail` is verified there; `username` may become the name of an account; `proved_twice`: with a second factor."""

    issuer: str
    subject: str
    mail: str | None
    username: str | None
    proved_twice: bool


def discovery_address(issuer: str) -> str:
    """Where a provider describes itself."""
    return issuer.removesuffix("/") + WELL_KNOWN


def read_discovery(said: bytes, issuer: str) -> Described:
    """The description. Raises ValueError where it is none, of another issuer, or sends secrets over an open line."""
    told = msgspec.json.decode(said, type=_Discovery)
    if told.issuer != issuer:
        raise ValueError("another issuer")
    if not all(map(is_safe, (told.authorization_endpoint, told.token_endpoint, told.jwks_uri))):
        raise ValueError("an address that is not safe")
    ways = told.token_endpoint_auth_methods_supported
    return Described(
        told.authorization_endpoint,
        told.token_endpoint,
        told.jwks_uri,
        names_itself=told.authorization_response_iss_parameter_supported,
        posts="client_secret_basic" not in ways and "client_secret_post" in ways,
        methods=told.code_challenge_methods_supported,
    )


def sign_in_address(described: Described, **fields: str) -> str:
    """Where a browser goes to sign in; a query that the provider's address has already is kept."""
    parts = urlsplit(described.authorization)
    query = "&".join(filter(None, (parts.query, urlencode({name: value for name, value in fields.items() if value}))))
    return urlunsplit(parts._replace(query=query, fragment=""))


def read_id_token(
    keys: Mapping[str, PublicKey], token: object, *, issuer: str, client: str, nonce: str, acr_values: Sequence[str], now: datetime
) -> Person:
    """Who has signed in. Raises TokenInvalid (forged, of another issuer, for another client, of another sign-in, too old) or TokenExpired."""
    claims = _verified(keys, bounded(token))
    if claims.get("iss") != issuer:
        raise TokenInvalid("of another issuer")
    if claims.get("aud") not in (client, [client]) or claims.get("azp", client) != client:
        raise TokenInvalid("for somebody else")
    if claims.get("nonce") != nonce:
        raise TokenInvalid("of another sign-in")
    check_times(claims, now, CLOCK_SKEW)
    if not now - OLDEST <= moment(claims, "iat") <= now + CLOCK_SKEW:
        raise TokenInvalid("not made just now")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not is_subject(subject):
        raise TokenInvalid("the subject is not an id")
    mail = normal_mail(claims["email"]) if isinstance(claims.get("email"), str) and claims.get("email_verified") is True else None
    return Person(issuer, subject, mail, _username(claims, mail), _proved_twice(claims, acr_values))


def bounded(token: object) -> str:
    """What may be an ID token at all. Raises TokenInvalid."""
    if not isinstance(token, str) or not token.isascii() or len(token) > MOST_TOKEN:
        raise TokenInvalid("not a token")
    return token


def _verified(keys: Mapping[str, PublicKey], token: str) -> Mapping[str, Any]:
    key = keys.get(name_in(token) or "")
    if key is None:
        raise TokenInvalid("no key of this name")
    options: Options = {
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
        "verify_aud": False,
        "verify_iss": False,
        "verify_sub": False,
    }
    try:
        claims: Mapping[str, Any] = jwt.decode(token, key.key, algorithms=[key.algorithm], options=options)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise TokenInvalid(type(error).__name__) from None
    return claims


def _username(claims: Mapping[str, Any], mail: str | None) -> str | None:
    """A plain name: one that only looks like another's would mislead who reads the audit."""
    for told in (claims.get("preferred_username"), mail):
        name = told.strip().lower().partition("@")[0] if isinstance(told, str) else ""
        if _USERNAME.fullmatch(name):
            return name
    return None


def _proved_twice(claims: Mapping[str, Any], acr_values: Sequence[str]) -> bool:
    ways, level = claims.get("amr"), claims.get("acr")
    return (isinstance(ways, list) and SECOND_FACTOR in ways) or (isinstance(level, str) and level in acr_values)
