"""No locked dependency is older than the release that mended a weakness we know of. An audit without network finds nothing and says that all is well."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
FLOORS: Final = {
    "aiohttp": ("3.14.4", "CVE-2024-52304 (request smuggling), CVE-2025-53643, CVE-2025-69223 and those after it"),
    "pyjwt": ("2.13", "CVE-2026-48526"),
    "sanic": ("21.12.2", "CVE-2022-35920"),
    "rasa": ("3.6.21", "CVE-2024-49375 (code from a foreign model)"),
    "python-socketio": ("5.14", "CVE-2025-61765"),
    "python-engineio": ("4.13.2", "GHSA-cgwc-pv48-fhj5"),
    "pymongo": ("4.6.3", "CVE-2024-5629"),
    "setuptools": ("78.1.1", "CVE-2025-47273"),
    "cryptography": ("44.0.1", "CVE-2024-12797"),
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "urllib3": ("2.6.0", "CVE-2025-66418, CVE-2025-66471"),
    "requests": ("2.32.4", "CVE-2024-47081"),
    "certifi": ("2024.7.4", "CVE-2024-39689"),
    "idna": ("3.7", "CVE-2024-3651"),
    "pillow": ("11.3.0", "CVE-2025-48379"),
    "mako": ("1.2.2", "CVE-2022-40023"),
    "pyyaml": ("5.4", "CVE-2020-14343"),
    "tqdm": ("4.66.3", "CVE-2024-34062"),
}
"""The first release without it, and what it was. A package that is not locked any more needs no floor while it is not."""
KNOWN: Final = {
    "pydantic": (
        "1.10.13",
        "CVE-2024-3772: slow on a made-up mail address; it is installed because Rasa names it, and nothing that runs imports it",
    ),
    "scikit-learn": (
        "1.5.0",
        "CVE-2024-5206: words of the training texts stay in a vectoriser's `stop_words_`; ours stand in the repository anyway",
    ),
    "sanic-cors": ("3", "CVE-2026-37737: patterns of origins; nothing names origins to Rasa's server, which no stranger reaches"),
}
"""What the release of Rasa that we stand on does not let us lift, and why it does not reach us. Lifted, it belongs above."""


def locked(lock: str) -> dict[str, Version]:
    """The version of each package of a lock file."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {name.lower(): Version(version) for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", text, re.MULTILINE)}


@pytest.mark.parametrize("lock", LOCKS)
def test_no_dependency_is_below_its_floor(lock: str) -> None:
    found = locked(lock)
    assert len(found) > 50
    below = [
        f"{name} {found[name]} < {floor}: {why}" for name, (floor, why) in FLOORS.items() if name in found and found[name] < Version(floor)
    ]
    assert below == []


def test_what_is_known_and_accepted_is_still_so() -> None:
    """One that was lifted or left out leaves the list."""
    found = locked("requirements.lock")
    assert [name for name, (floor, _) in KNOWN.items() if name not in found or found[name] >= Version(floor)] == []


def test_the_list_is_of_what_is_used() -> None:
    """At least the doors that strangers reach have a floor."""
    assert {"aiohttp", "pyjwt", "cryptography", "jinja2"} <= FLOORS.keys() & locked("requirements.lock").keys()
