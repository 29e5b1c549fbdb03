"""The portal's word for who its customer is: a short JWT minted by the company's logged-in back end.

The algorithms that are accepted follow from the configured key alone, never from the token, so that a public key can not be
replayed as an HMAC secret and "none" is nothing. PyJWT would read the wall clock itself; here the times are compared by hand, so that
every check can be tested at its edge.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.types import Options

from bot.errors import SettingsError, TokenInvalid
from bot.identity.identity import Identity, Level
from bot.identity.tokens import as_text, check_times, moment, seconds, sign
from bot.settings import Settings

MAX_LIFE = timedelta(minutes=10)
CLOCK_SKEW = timedelta(seconds=60)
DEMO_LIFE = timedelta(minutes=5)
MIN_RSA_BITS = 2048
_PERSON_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]{0,63}")
_DESK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


@dataclass(frozen=True)
class PortalKey:
    """The key that portal tokens are checked with, the only algorithms it may be used with, and their audience."""

    key: Any
    algorithms: Sequence[str]
    audience: str

    def __repr__(self) -> str:
        return f"PortalKey({'/'.join(self.algorithms)}, {self.audience!r})"


def portal_key(settings: Settings) -> PortalKey:
    """The configured key. Raises SettingsError when the public key cannot be used."""
    if not settings.portal_jwt_public_key:
        return PortalKey(settings.portal_jwt_secret, ("HS256",), settings.portal_jwt_audience)
    pem = settings.portal_jwt_public_key.replace("\\n", "\n").encode()
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        raise SettingsError("PORTAL_JWT_PUBLIC_KEY: is not a PEM public key") from None
    return PortalKey(key, (_algorithm_of(key),), settings.portal_jwt_audience)


def _algorithm_of(key: object) -> str:
    if isinstance(key, RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return "RS256"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    if isinstance(key, Ed25519PublicKey):
        return "EdDSA"
    raise SettingsError("PORTAL_JWT_PUBLIC_KEY: must be RSA (2048 bits or more), P-256 or Ed25519")


def read_portal_token(key: PortalKey, token: object, now: datetime) -> Identity:
    """The customer of a portal token: the desk id (`sub`), and which `person` of it, where the portal says so.

    Whether such a desk exists only the live state knows.

    Raises TokenInvalid (forged, other audience, no end, a life over 10 minutes, issued in the future) or TokenExpired.
    """
    claims = _verified(key, as_text(token))
    check_times(claims, now)
    issued = moment(claims, "iat")
    if moment(claims, "exp") - issued > MAX_LIFE:
        raise TokenInvalid("the token lives longer than 10 minutes")
    if issued - now > CLOCK_SKEW:
        raise TokenInvalid("the token was issued in the future")
    desk = claims["sub"]
    if not isinstance(desk, str) or not _DESK_ID.fullmatch(desk):
        raise TokenInvalid("the subject is not a desk id")
    person = claims.get("person")
    if person is not None and not (isinstance(person, str) and _PERSON_ID.fullmatch(person)):
        raise TokenInvalid("the person is not an id")
    return Identity(desk, person, Level.SIGNED_IN, "portal")


def _verified(key: PortalKey, token: str) -> Mapping[str, Any]:
    options: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", "iat", "sub"]}
    try:
        claims: Mapping[str, Any] = jwt.decode(token, key.key, algorithms=list(key.algorithms), audience=key.audience, options=options)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenInvalid(type(error).__name__) from None
    return claims


def issue_portal_token(settings: Settings, desk: str, now: datetime, person: str | None = None) -> str:
    """A portal token as the demo portal's back end mints it (HS256, five minutes). Raises SettingsError without the secret."""
    if not settings.portal_jwt_secret:
        raise SettingsError("PORTAL_JWT_SECRET: the demo portal needs it")
    issued = seconds(now)
    return sign(
        settings.portal_jwt_secret,
        {
            "aud": settings.portal_jwt_audience,
            "sub": desk,
            "iat": issued,
            "exp": issued + int(DEMO_LIFE.total_seconds()),
            "jti": secrets.token_urlsafe(12),
            **({} if person is None else {"person": person}),
        },
    )
