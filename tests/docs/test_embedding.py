"""The guide's ways to mint a token: each is run, where its interpreter is there, and the gateway believes what comes out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot import clock
from bot.identity.identity import Identity, Level
from bot.identity.portal import portal_key, read_portal_token
from bot.settings import load_settings

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "embedding.md"
SECRET = "portal-secret-of-the-tests-00000001"
SESSION = '<?php session_start(); $_SESSION["customer_id"] = "C-1003"; $_SESSION["user_id"] = 7; session_write_close(); ?>'
ASK = """
function currentSession() { return { customer: 'C-1003', user: 7 }; }
server.listen(0, '127.0.0.1', async () => {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/chat-token`);
  console.log(await response.text());
  server.close();
});
"""


def example(language: str, word: str) -> str:
    """The guide's code block in this language that has this word in it."""
    blocks = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in blocks if word in block)


def run(program: str, *arguments: str | Path) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"there is no {program} here")
    environment = {**os.environ, "PORTAL_JWT_SECRET": SECRET}
    return subprocess.run([found, *arguments], capture_output=True, text=True, timeout=60, check=True, env=environment).stdout


def by_php(tmp_path: Path) -> str:
    page = tmp_path / "token.php"
    page.write_text(SESSION + example("php", "hash_hmac"))
    return run("php", "-d", f"session.save_path={tmp_path}", "-d", "session.cache_limiter=", page)


def by_node(tmp_path: Path) -> str:
    module = tmp_path / "token.mjs"
    module.write_text(example("js", "createHmac") + ASK)
    return run("node", module)


def by_python(tmp_path: Path) -> str:
    flask = tmp_path / "flask.py"  # as much of Flask as the example uses
    flask.write_text(
        "import json\n"
        "session = {'customer_id': 'C-1003', 'user_id': 7}\n"
        "class Flask:\n"
        "    def __init__(self, name): pass\n"
        "    def get(self, path): return lambda view: view\n"
        "class jsonify:\n"
        "    def __init__(self, **body): self.body, self.headers = body, {}\n"
    )
    page = tmp_path / "portal_page.py"
    page.write_text(example("python", "jwt.encode") + "\nimport json\nprint(json.dumps(chat_token().body))\n")
    environment = {**os.environ, "PORTAL_JWT_SECRET": SECRET, "FLASK_SECRET": "x", "PYTHONPATH": str(tmp_path)}
    return subprocess.run([sys.executable, page], capture_output=True, text=True, timeout=60, check=True, env=environment).stdout


@pytest.mark.parametrize("mint", [by_php, by_node, by_python])
def test_its_token_names_the_customer_and_the_person(mint, tmp_path):
    answer = mint(tmp_path)
    token = re.search(r'"token":\s*"([^"]+)"', answer)
    assert token, answer
    settings = load_settings({"PORTAL_JWT_SECRET": SECRET, "SESSION_SECRET": "s" * 32, "INTERNAL_SECRET": "i" * 32})
    assert read_portal_token(portal_key(settings), token[1], clock.now()).who == Identity("C-1003", "7", Level.SIGNED_IN, "portal")
