"""``vigie check --json`` of an online bot against ``python -c "import http.client"``, in alternation."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile

from bench.alternate import alternate

BOT = """
import http.server, os
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["HEALTH_PORT"])), Health).serve_forever()
"""


def main(rounds: int = 40) -> None:
    """Print the times and the ratio, without a settings file and with one."""
    for title, settings in (("no vigie.toml", ""), ("with a vigie.toml", "[bot]\ncheck_interval = 30\n")):
        with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            files = {"start.py": BOT, ".env": f"HEALTH_PORT={port}\n", "vigie.toml": settings}
            probe.close()
            for name, content in files.items():
                if content:
                    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                        file.write(content)
            subprocess.run([sys.executable, "-m", "vigie", "start", "--quiet"], cwd=folder, check=True)
            try:
                _compare(title, folder, rounds)
            finally:
                subprocess.run([sys.executable, "-m", "vigie", "stop", "--quiet"], cwd=folder, check=True)


def _compare(title: str, folder: str, rounds: int) -> None:
    times = alternate(
        {
            "python -c pass": [sys.executable, "-c", "pass"],
            "python -c 'import http.client'": [sys.executable, "-c", "import http.client"],
            "vigie check --json": [sys.executable, "-m", "vigie", "check", "--json"],
        },
        rounds,
        folder,
    )
    print(f"{title}, {rounds} rounds, fastest / median / slowest:")
    for name, taken in times.items():
        print(f"  {name:<32} {taken}")
    floor, check = times["python -c 'import http.client'"], times["vigie check --json"]
    print(
        f"  ratio check / http.client: {check.median / floor.median:.2f} (medians), "
        f"{check.fastest / floor.fastest:.2f} (fastest)"
    )
