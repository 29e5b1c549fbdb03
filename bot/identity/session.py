"""Our own session token: it binds a browser to one conversation and one subject, and to nothing a client can choose.

The token only names a session; the ledger keeps the row and can end it before its time (log-out).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.errors import TokenInvalid
from bot.identity.tokens import moment, read, seconds, sign

AUDIENCE = "webchat-session"


@dataclass(frozen=True)
class SessionClaims:
    """What a session token says. `desk` is None for a visitor; `epoch` names the ledger's life that the session belongs to."""

    session: str
    conversation: str
    desk: str | None
    epoch: str
    expires_at: datetime


def sign_session(secret: str, claims: SessionClaims, now: datetime) -> str:
    """The token of a session, good until `claims.expires_at`."""
    body = {
        "aud": AUDIENCE,
        "jti": claims.session,
        "cid": claims.conversation,
        "epoch": claims.epoch,
        "iat": seconds(now),
        "exp": seconds(claims.expires_at),
    }
    return sign(secret, body if claims.desk is None else {**body, "sub": claims.desk})


def read_session(secret: str, token: str, now: datetime) -> SessionClaims:
    """The claims of a session token. Raises TokenInvalid or TokenExpired; whether it was revoked only the ledger knows."""
    claims = read(secret, token, audience=AUDIENCE, required=["jti", "cid", "epoch"], now=now)
    session, conversation, desk, epoch = claims["jti"], claims["cid"], claims.get("sub"), claims["epoch"]
    if not (isinstance(session, str) and isinstance(conversation, str) and isinstance(epoch, str) and isinstance(desk, str | None)):
        raise TokenInvalid("no session is named")
    return SessionClaims(session, conversation, desk, epoch, moment(claims, "exp"))
