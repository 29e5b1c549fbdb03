"""Small programs that a supervisor starts as its children: each does one thing that a server of ours should never do."""

from __future__ import annotations

from pathlib import Path

SAYS = """
import pathlib, sys
sys.stdout.write({output})
sys.stdout.flush()
pathlib.Path({done!r}).touch()
"""
"""Says something, and tells the test by a file that it was not held up."""

SERVES = """
import http.server, os, pathlib, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass

starts = pathlib.Path("starts")
with starts.open("a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(float(sys.argv[2]))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
"""Answers whatever it is asked, after the seconds that it loads; writes its process id into the file `starts`."""

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""

LEAVES_A_CHILD = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
"""
"""Ends, while one that it started holds its output open."""


def write(folder: Path, name: str, program: str) -> None:
    (folder / f"{name}.py").write_text(program, encoding="utf-8")
