"""Whether a body is Meta's: an HMAC over its raw bytes, checked before anything of it is parsed.

Over the raw bytes, because Meta escapes what is not ASCII: parsed and written again, the same message has another signature.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final, Literal

HEADER: Final = "X-Hub-Signature-256"
Fault = Literal["missing", "malformed", "wrong"]
_FORM: Final = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)


def fault(secret: str, body: bytes, headers: Sequence[str]) -> Fault | None:
    """What is wrong with the signature of this body, all values of its header given; None when it is good. Never raises."""
    if not headers:
        return "missing"
    found = _FORM.fullmatch(headers[0]) if len(headers) == 1 else None
    if found is None:
        return "malformed"
    return None if hmac.compare_digest(found[1].encode(), sign(secret, body).encode()) else "wrong"


def sign(secret: str, body: bytes) -> str:
    """The 64 hexadecimal digits that Meta writes behind "sha256="."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
