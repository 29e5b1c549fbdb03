"""The portal's word for who its customer is: a short JWT minted by the company's logged-in back end.

The algorithms that are accepted follow from the configured key alone, never from the token, so that a public key can not be
replayed as an HMAC secret and "none" is nothing. PyJWT would read the wall clock itself; here the times are compared by hand, so that
every check can be tested at its edge. While a key is being replaced the one before it is good as well, each with its own algorithm.

A token opens one session: `OneUse` names it for the ledger, by its `jti` or, where the portal sends none, by its signed text.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.types import Options

from bot.errors import SettingsError, TokenInvalid
from bot.identity.identity import Identity, Level
from bot.identity.tokens import OneUse, as_text, check_times, moment, seconds, sign
from bot.settings import Settings

MAX_LIFE = timedelta(minutes=10)
CLOCK_SKEW = timedelta(seconds=60)
DEMO_LIFE = timedelta(minutes=5)
MIN_RSA_BITS = 2048
MOST_JTI: Final = 255
PERSON_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]{0,63}")
_DESK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


@dataclass(frozen=True)
class PortalKey:
    """The key that portal tokens are checked with, the only algorithms it may be used with, and what they must name.

    `issuer` is "" where any is taken; `previous` is the key that this one replaces.
    """

    key: Any
    algorithms: Sequence[str]
    audience: str
    issuer: str = ""
    previous: PortalKey | None = None

    def __repr__(self) -> str:
        return f"PortalKey({'/'.join(self.algorithms)}, {self.audience!r})"


@dataclass(frozen=True, slots=True)
class PortalToken:
    """What a good token says: who is there, and the one use that may be made of it."""

    who: Identity
    use: OneUse


def portal_key(settings: Settings) -> PortalKey | None:
    """The configured key, with the one before it; None where there is none. Raises SettingsError when a public key cannot be used."""
    if not (settings.portal_jwt_secret or settings.portal_jwt_public_key):
        return None
    before = settings.portal_jwt_previous_secret, settings.portal_jwt_previous_public_key
    previous = _key(settings, *before, "PORTAL_JWT_PREVIOUS_PUBLIC_KEY", None) if any(before) else None
    return _key(settings, settings.portal_jwt_secret, settings.portal_jwt_public_key, "PORTAL_JWT_PUBLIC_KEY", previous)


def _key(settings: Settings, secret: str, public: str, variable: str, previous: PortalKey | None) -> PortalKey:
    key: Any = secret
    algorithm = "HS256"
    if public:
        try:
            key = load_pem_public_key(public.replace("\\n", "\n").encode())
        except ValueError:
            raise SettingsError(f"{variable}: is not a PEM public key") from None
        algorithm = algorithm_of(key, variable)
    return PortalKey(key, (algorithm,), settings.portal_jwt_audience, settings.portal_jwt_issuer, previous)


def algorithm_of(key: object, variable: str) -> str:
    """The only algorithm that a public key is used with. Raises SettingsError for a private, a weak or another kind of key."""
    if isinstance(key, RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return "RS256"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    if isinstance(key, Ed25519PublicKey):
        return "EdDSA"
    raise SettingsError(f"{variable}: must be RSA (2048 bits or more), P-256 or Ed25519")


def read_portal_token(key: PortalKey, token: object, now: datetime) -> PortalToken:
    """The customer of a portal token: the desk id (`sub`), and which `person` of it, where the portal says so.

    Whether such a desk exists only the live state knows, and whether the token was used before only the ledger.

    Raises TokenInvalid (forged, other audience or issuer, no end, a life over 10 minutes, issued in the future) or TokenExpired; clocks may
    differ by a minute.
    """
    text = as_text(token)
    claims = _verified(key, text)
    check_times(claims, now, CLOCK_SKEW)
    issued, ends = moment(claims, "iat"), moment(claims, "exp")
    if ends - issued > MAX_LIFE:
        raise TokenInvalid("the token lives longer than 10 minutes")
    if issued - now > CLOCK_SKEW:
        raise TokenInvalid("the token was issued in the future")
    desk = claims["sub"]
    if not isinstance(desk, str) or not _DESK_ID.fullmatch(desk):
        raise TokenInvalid("the subject is not a desk id")
    person = claims.get("person")
    if person is not None and not (isinstance(person, str) and PERSON_ID.fullmatch(person)):
        raise TokenInvalid("the person is not an id")
    return PortalToken(Identity(desk, person, Level.SIGNED_IN, "portal"), OneUse(_name_of(claims, text), ends + CLOCK_SKEW))


def _name_of(claims: Mapping[str, Any], token: str) -> str:
    """What tells this token from every other. Its signature does not count: of some kinds there are several for one text."""
    jti = claims.get("jti")
    if jti is not None and not (isinstance(jti, str) and 0 < len(jti) <= MOST_JTI):
        raise TokenInvalid("the jti is not an id")
    named = f"text {token.rpartition('.')[0]}" if jti is None else f"jti {jti}"
    return hashlib.sha256(named.encode()).hexdigest()


def _verified(key: PortalKey, token: str) -> Mapping[str, Any]:
    options: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", "iat", "sub"]}
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token, key.key, algorithms=list(key.algorithms), audience=key.audience, issuer=key.issuer or None, options=options
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        if key.previous is not None:
            return _verified(key.previous, token)
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
            **({"iss": settings.portal_jwt_issuer} if settings.portal_jwt_issuer else {}),
            "sub": desk,
            "iat": issued,
            "exp": issued + int(DEMO_LIFE.total_seconds()),
            "jti": secrets.token_urlsafe(12),
            **({} if person is None else {"person": person}),
        },
    )
