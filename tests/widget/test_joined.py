"""One file out of the modules: what it weighs, what is not in it, and what cannot be joined."""

from __future__ import annotations

import gzip

import pytest

from bot.gateway.joined import NotJoinable, join
from bot.gateway.pages import widget_file

MAX_GZIP_BYTES = 25 * 1024


def test_widget_weighs_at_most_25_kb_gzipped():
    size = len(gzip.compress(widget_file()[0], 9))
    assert size <= MAX_GZIP_BYTES, f"{size} bytes gzipped"


def test_widget_parses_no_data_as_html_and_imports_nothing():
    source = widget_file()[0].decode()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "import(",
        "\nimport ",
        "\nexport ",
    ):
        assert word not in source


def test_what_is_needed_comes_first_and_once(tmp_path):
    (tmp_path / "main.js").write_text("/** Main. */\nimport { a } from './a.js';\nimport { b } from './b.js';\n\nb(a);\n")
    (tmp_path / "a.js").write_text("/**\n * A * star.\n */\nimport { b } from './b.js';\nexport const a = b(1); // kept\n")
    (tmp_path / "b.js").write_text("export function b(n) {\n  // gone\n  return n;\n}\n")
    assert join(tmp_path / "main.js") == "function b(n) {\n  return n;\n}\nconst a = b(1); // kept\nb(a);\n"


@pytest.mark.parametrize(
    ("main", "other", "why"),
    [
        ("import { a } from './other.js';\nconst b = a;\n", "export const a = 1;\nconst b = 2;\n", "declared in two modules: b"),
        ("import { a } from './other.js';\n", "import { c } from './main.js';\nexport const a = c;\n", "main.js needs itself"),
        ("import * as all from './other.js';\n", "", "main.js imports or exports in another form"),
        ("export { a };\n", "", "main.js imports or exports in another form"),
    ],
)
def test_what_cannot_be_joined_is_named(tmp_path, main, other, why):
    (tmp_path / "main.js").write_text(main)
    (tmp_path / "other.js").write_text(other)
    with pytest.raises(NotJoinable, match=why):
        join(tmp_path / "main.js")
