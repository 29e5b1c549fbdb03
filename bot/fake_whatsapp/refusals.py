"""What the Graph API says when it refuses: a code of Meta's table, in Meta's shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

CODES: Final[dict[int, tuple[int, str]]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (403, "API Permission"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131037: (400, "WhatsApp provided number needs display name approval before message can be sent"),
    131042: (400, "Business eligibility payment issue"),
    131044: (400, "Business eligibility: payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "Meta chose not to deliver"),
    131050: (400, "User has stopped marketing messages from this business"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "Business-scoped user id is not allowed for this message"),
    132000: (400, "Template Param Count Mismatch"),
    132001: (404, "Template does not exist"),
    132012: (400, "Template Parameter Format Mismatch"),
    132015: (400, "Template is Paused"),
    133004: (503, "Server Temporarily Unavailable"),
    133010: (400, "Phone number Not Registered"),
    135000: (400, "Generic user error"),
}
"""HTTP status and title by code, as Meta documents them."""


@dataclass
class Refused(Exception):
    """A request that is refused with this code."""

    code: int
    details: str = ""
    subcode: int | None = None

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return CODES.get(self.code, (400, ""))[0]

    def body(self, trace: str) -> dict[str, Any]:
        """The answer's JSON."""
        title = CODES.get(self.code, (400, "Unknown error"))[1]
        error: dict[str, Any] = {"message": f"(#{self.code}) {title}", "type": "OAuthException", "code": self.code, "fbtrace_id": trace}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error}


def problem(code: int, details: str = "") -> dict[str, Any]:
    """The same error as statuses carry it."""
    title = CODES.get(code, (400, "Unknown error"))[1]
    found: dict[str, Any] = {"code": code, "title": title, "message": title}
    if details:
        found["error_data"] = {"details": details}
    return {**found, "href": "/documentation/business-messaging/whatsapp/support/error-codes"}
