"""Tells OpenBLAS which kernels this processor can run.

NumPy's OpenBLAS knows processors by their model number, and falls back to kernels of 2004 on one that is younger than itself: there a
sentence takes twice as long to encode, and a training too. What a processor can do stands in its flags, whatever its number.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
KERNELS = (
    ("SkylakeX", frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma"})),
    ("Haswell", frozenset({"avx2", "fma"})),
)
"""OpenBLAS's names, the fastest first, and the flags that each needs."""
_CPUINFO = Path("/proc/cpuinfo")


def install() -> None:
    """To be called before NumPy is imported. Whatever the environment says already stays; without known flags OpenBLAS chooses itself."""
    name = fastest(_flags())
    if name is not None:
        os.environ.setdefault(VARIABLE, name)


def fastest(flags: Collection[str]) -> str | None:
    """The fastest kernels that a processor with these flags can run; None where it has no such flags."""
    return next((name for name, needed in KERNELS if needed.issubset(flags)), None)


def _flags() -> list[str]:
    """Of the first processor; empty where the system does not say."""
    try:
        lines = _CPUINFO.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
    return next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
