"""Digests of turns that are kept for measuring, so that a test can keep them out of the corpus without having them.

`python -m tests.content.held_out FILE.yaml … > tests/nlu/held_out_hashes.txt`
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

LEAST_WORDS = 3
"""Shorter things ("ok", "y el otro", 👍) are said by everybody."""


def digests(bubbles: Iterable[str]) -> set[str]:
    """Those of a turn: of each bubble and of all together, by their words without case and marks."""
    bubbles = list(bubbles)
    texts = (re.findall(r"\w+", text.casefold()) for text in {*bubbles, " ".join(bubbles)})
    return {hashlib.sha256(" ".join(words).encode()).hexdigest() for words in texts if len(words) >= LEAST_WORDS}


def main() -> None:
    """Of every turn of the files named on the command line, sorted."""
    talks = (talk for path in sys.argv[1:] for talk in yaml.safe_load(Path(path).read_text(encoding="utf-8")))
    turns = (turn.get("burst") or [turn["say"]] for talk in talks for turn in talk["turns"] if "press" not in turn)
    sys.stdout.writelines(f"{digest}\n" for digest in sorted({digest for turn in turns for digest in digests(turn)}))


if __name__ == "__main__":
    main()
