"""Tokens: who signed, for whom, until when. Each case names the forgery or the edge it is about."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError, TokenExpired, TokenInvalid
from bot.identity.identity import ANONYMOUS
from bot.identity.portal import issue_portal_token, portal_key, read_portal_token
from bot.identity.session import SessionClaims, read_session, sign_session
from bot.identity.turn import TurnClaims, read_turn
from bot.settings import load_settings
from tests.support.tokens import customer, turn_token

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SECRET = "internal-secret-of-the-tests-000001"
SETTINGS = load_settings(
    {
        "INTERNAL_SECRET": SECRET,
        "SESSION_SECRET": "session-secret-of-the-tests-0000001",
        "PORTAL_JWT_SECRET": "portal-secret-of-the-tests-00000001",
    }
)
SECOND = timedelta(seconds=1)


def test_a_turn_token_says_who_asks() -> None:
    known = turn_token(SECRET, "C-1003", "t1", NOW)
    assert read_turn(SECRET, known, NOW) == TurnClaims(customer("C-1003"), "web", "t1")
    visitor = turn_token(SECRET, None, "t2", NOW)
    assert read_turn(SECRET, visitor, NOW) == TurnClaims(ANONYMOUS, "web", "t2")


def test_a_turn_token_lives_sixty_seconds() -> None:
    token = turn_token(SECRET, "C-1003", "t1", NOW)
    read_turn(SECRET, token, NOW + 59 * SECOND)
    with pytest.raises(TokenExpired):
        read_turn(SECRET, token, NOW + 60 * SECOND)


@pytest.mark.parametrize(
    "claims",
    [
        {"level": 2},
        {"level": 0, "desk": "C-1003"},
        {"level": 4, "desk": "C-1003"},
        {"level": "2", "desk": "C-1003"},
        {"level": True, "desk": "C-1003"},
        {"level": None, "desk": "C-1003"},
        {"level": 2, "desk": ["C-1003"]},
        {"level": 2, "desk": ""},
        {"level": 2, "desk": "C-1003", "person": 7},
        {"level": 2, "desk": "C-1003", "channel": None},
        {"level": 2, "desk": "C-1003", "channel": ["web"]},
        {"level": 2, "desk": "C-1003", "turn": 7},
        {"level": 2, "desk": "C-1003", "aud": "other"},
        {"level": 2, "desk": "C-1003", "aud": None},
        {"level": 2, "desk": "C-1003", "exp": None},
        {"level": 2, "desk": "C-1003", "exp": "mañana"},
        {"level": 2, "desk": "C-1003", "exp": True},
        {"level": 2, "desk": "C-1003", "exp": 1e300},
        {"level": 2, "desk": "C-1003", "exp": float("inf")},
        {"level": 2, "desk": "C-1003", "nbf": 99999999999},
    ],
)
def test_a_turn_token_that_does_not_fit_together(claims: dict) -> None:
    whole = {"aud": "turn", "turn": "t1", "channel": "web", "exp": int(NOW.timestamp()) + 60, **claims}
    token = jwt.encode({name: value for name, value in whole.items() if value is not None}, SECRET, algorithm="HS256")
    with pytest.raises(TokenInvalid):
        read_turn(SECRET, token, NOW)


def test_tokens_of_one_kind_are_no_tokens_of_another() -> None:
    claims = SessionClaims("s", "c", "C-1003", "e", NOW + 60 * SECOND)
    with pytest.raises(TokenInvalid):
        read_turn(SECRET, sign_session(SECRET, claims, NOW), NOW)
    with pytest.raises(TokenInvalid):
        read_session(SECRET, turn_token(SECRET, "C-1003", "t1", NOW), NOW)


def test_a_session_token_says_what_it_was_given() -> None:
    for desk in ("C-1003", None):
        claims = SessionClaims("s", "c", desk, "e", NOW + 60 * SECOND)
        token = sign_session(SECRET, claims, NOW)
        assert read_session(SECRET, token, NOW) == claims
        with pytest.raises(TokenExpired):
            read_session(SECRET, token, NOW + 60 * SECOND)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_text_is_a_token(text: str) -> None:
    for read in (read_turn, read_session):
        with pytest.raises(TokenInvalid):
            read(SECRET, text, NOW)
    with pytest.raises(TokenInvalid):
        read_portal_token(portal_key(SETTINGS), text, NOW)


@given(st.integers(0, 400), st.characters(codec="ascii"))
def test_no_changed_character_goes_unnoticed(position: int, char: str) -> None:
    token = turn_token(SECRET, "C-1003", "t1", NOW)
    position %= len(token)
    changed = token[:position] + char + token[position + 1 :]
    if changed != token:
        with pytest.raises(TokenInvalid):
            read_turn(SECRET, changed, NOW)


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS512"}, {"alg": "HS256", "typ": "JWT", "kid": "1"}])
def test_our_own_tokens_have_one_header(header: dict) -> None:
    """Whatever a header says, it chooses nothing: any other than ours is no token, though it were signed with our key."""
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    signed = f"{head}.{turn_token(SECRET, 'C-1003', 't1', NOW).split('.')[1]}"
    signature = base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), signed.encode(), "sha256")).rstrip(b"=").decode()
    with pytest.raises(TokenInvalid, match="of ours"):
        read_turn(SECRET, f"{signed}.{signature}", NOW)


@pytest.mark.parametrize("raw", [b"[]", b"7", b"{", b"\xff", b""])
def test_claims_that_are_none(raw: bytes) -> None:
    head, body = turn_token(SECRET, None, "t1", NOW).split(".")[0], base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    signature = base64.urlsafe_b64encode(hmac.digest(SECRET.encode(), f"{head}.{body}".encode(), "sha256")).rstrip(b"=").decode()
    with pytest.raises(TokenInvalid):
        read_turn(SECRET, f"{head}.{body}.{signature}", NOW)


@pytest.mark.parametrize("changes", [{"sub": 7}, {"cid": 7}, {"jti": None}, {"aud": ["webchat-session"]}])
def test_a_session_token_that_does_not_fit_together(changes: dict) -> None:
    whole = {"aud": "webchat-session", "jti": "s", "cid": "c", "epoch": "e", "sub": "C-1003", "exp": int(NOW.timestamp()) + 60, **changes}
    with pytest.raises(TokenInvalid):
        read_session(SECRET, jwt.encode(whole, SECRET, algorithm="HS256"), NOW)


def test_the_demo_portals_token_names_the_desk() -> None:
    token = issue_portal_token(SETTINGS, "C-1003", NOW)
    assert read_portal_token(portal_key(SETTINGS), token, NOW).who.desk == "C-1003"
    with pytest.raises(TokenExpired):
        read_portal_token(portal_key(SETTINGS), token, NOW + timedelta(minutes=6))


def claims(**changes) -> dict:
    issued = int(NOW.timestamp())
    return {"aud": SETTINGS.portal_jwt_audience, "sub": "C-1003", "iat": issued, "exp": issued + 600, **changes}


def test_ten_minutes_are_the_longest_life() -> None:
    key = portal_key(SETTINGS)
    assert read_portal_token(key, jwt.encode(claims(), key.key, algorithm="HS256"), NOW).who.desk == "C-1003"
    longer = jwt.encode(claims(exp=int(NOW.timestamp()) + 601), key.key, algorithm="HS256")
    with pytest.raises(TokenInvalid, match="10 minutes"):
        read_portal_token(key, longer, NOW)


def test_a_token_from_the_future_is_refused_but_clocks_may_differ_a_little() -> None:
    key, issued = portal_key(SETTINGS), int(NOW.timestamp())
    assert (
        read_portal_token(key, jwt.encode(claims(iat=issued + 59, exp=issued + 300), key.key, algorithm="HS256"), NOW).who.desk == "C-1003"
    )
    with pytest.raises(TokenInvalid, match="future"):
        read_portal_token(key, jwt.encode(claims(iat=issued + 61, exp=issued + 300), key.key, algorithm="HS256"), NOW)


def test_a_list_of_audiences_that_names_us_is_good() -> None:
    key = portal_key(SETTINGS)
    token = jwt.encode(claims(aud=["tienda", SETTINGS.portal_jwt_audience]), key.key, algorithm="HS256")
    assert read_portal_token(key, token, NOW).who.desk == "C-1003"


def pem(private) -> str:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


PRIVATE_KEYS = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.mark.parametrize("algorithm", PRIVATE_KEYS)
def test_a_public_key_is_used_with_its_own_algorithm_only(algorithm: str) -> None:
    private = PRIVATE_KEYS[algorithm]
    key = portal_key(replace(SETTINGS, portal_jwt_public_key=pem(private)))
    assert key.algorithms == (algorithm,)
    assert read_portal_token(key, jwt.encode(claims(), private, algorithm=algorithm), NOW).who.desk == "C-1003"
    for other, other_private in PRIVATE_KEYS.items():
        if other != algorithm:
            with pytest.raises(TokenInvalid):
                read_portal_token(key, jwt.encode(claims(), other_private, algorithm=other), NOW)


@pytest.mark.parametrize("algorithm", PRIVATE_KEYS)
def test_a_public_key_is_no_hmac_secret(algorithm: str) -> None:
    """The classic confusion: an attacker signs HS256 with the public key, which everybody knows."""
    public = pem(PRIVATE_KEYS[algorithm])
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()).rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(claims()).encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(public.encode(), head + b"." + body, "sha256")).rstrip(b"=")
    forged = b".".join((head, body, signature)).decode()
    with pytest.raises(TokenInvalid):
        read_portal_token(portal_key(replace(SETTINGS, portal_jwt_public_key=public)), forged, NOW)


def test_a_public_key_in_one_line_of_the_environment() -> None:
    one_line = pem(PRIVATE_KEYS["ES256"]).replace("\n", "\\n")
    assert portal_key(replace(SETTINGS, portal_jwt_public_key=one_line)).algorithms == ("ES256",)


@pytest.mark.parametrize(
    "key",
    [
        "hola",
        "-----BEGIN PUBLIC KEY-----\nhola\n-----END PUBLIC KEY-----",
        pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        pem(ec.generate_private_key(ec.SECP384R1())),
        PRIVATE_KEYS["ES256"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    ],
)
def test_a_key_that_cannot_be_used_stops_the_start(key: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_JWT_PUBLIC_KEY"):
        portal_key(replace(SETTINGS, portal_jwt_public_key=key))


def test_a_key_does_not_show_itself() -> None:
    assert SETTINGS.portal_jwt_secret not in repr(portal_key(SETTINGS))
