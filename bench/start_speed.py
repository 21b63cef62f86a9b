"""How long after a bot's first healthy answer ``vigie start`` returns: asked for is 0.3 s at most.

The bot notes the moment from which it answers 200; ``vigie start`` is timed from outside, whole process.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BOT = """
import http.server, os, time
time.sleep(float(os.environ["READY_AFTER"]))
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", int(os.environ["HEALTH_PORT"])), Health)
open("answers_since", "w").write(repr(time.time()))
server.serve_forever()
"""


def measure(ready_after: float, rounds: int) -> list[float]:
    """Return, for each round, the seconds from the bot's first possible answer to the end of ``start``."""
    lags = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            with open(os.path.join(folder, "start.py"), "w", encoding="utf-8") as file:
                file.write(BOT)
            environment = {**os.environ, "HEALTH_PORT": str(port), "READY_AFTER": str(ready_after)}
            vigie = [sys.executable, "-m", "vigie", "--project", folder]
            subprocess.run([*vigie, "start", "--quiet"], check=True, env=environment)
            ended = time.time()
            with open(os.path.join(folder, "answers_since"), encoding="utf-8") as file:
                lags.append(ended - float(file.read()))
            subprocess.run([*vigie, "stop", "--quiet"], check=True, env=environment)
    return lags


def main() -> None:
    """Print the lag for a few start-up times."""
    for ready_after in (0.0, 0.5, 1.3):
        lags = measure(ready_after, 10)
        print(
            f"healthy after {ready_after} s: start returns {min(lags):.3f} / {statistics.median(lags):.3f} / "
            f"{max(lags):.3f} s later (fastest / median / slowest of {len(lags)})"
        )
