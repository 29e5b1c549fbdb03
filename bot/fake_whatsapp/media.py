"""Files in two hops: an id gives an address for five minutes, and the address gives the bytes to whoever has the token."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

URL_LIFE: Final = timedelta(minutes=5)
FIRST_ID: Final = 700_000_000_000_001


@dataclass(frozen=True)
class File:
    """One stored file."""

    id: str
    mime_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """As the platform writes it: base64."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


class Media:
    """All files; `now` is the stand-in's clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._files: dict[str, File] = {}
        self._addresses: dict[str, tuple[str, datetime]] = {}

    def keep(self, content: bytes, mime_type: str) -> File:
        """Store a file under a new id of digits."""
        file = File(str(FIRST_ID + len(self._files)), mime_type, content)
        self._files[file.id] = file
        return file

    def get(self, media_id: str) -> File | None:
        """The file with this id."""
        return self._files.get(media_id)

    def forget(self, media_id: str) -> bool:
        """Delete it; whether it was there."""
        return self._files.pop(media_id, None) is not None

    def describe(self, file: File, base: str) -> dict[str, Any]:
        """What `GET /{media_id}` says, with an address that works for five minutes."""
        key = secrets.token_urlsafe(16)
        self._addresses[key] = (file.id, self._now() + URL_LIFE)
        return {
            "messaging_product": "whatsapp",
            "url": f"{base}/media/{key}",
            "mime_type": file.mime_type,
            "sha256": file.sha256,
            "file_size": str(len(file.content)),
            "id": file.id,
        }

    def at(self, key: str) -> File | None:
        """What lies at an address; None when its time is over."""
        media_id, until = self._addresses.get(key, ("", self._now()))
        return self._files.get(media_id) if self._now() < until else None
