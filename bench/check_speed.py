"""``vigie check --json`` of an online bot against ``python -c "import http.client"``, in alternation."""

from __future__ import annotations

import http.server
import sys
import tempfile
import threading

from bench.alternate import alternate


class _Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_words: object) -> None:
        pass


def main(rounds: int = 40) -> None:
    """Print the times and the ratio, without a settings file and with the one that ``init`` writes."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    for title, settings in (("no vigie.toml", ""), ("with a vigie.toml", "[bot]\ncheck_interval = 30\n")):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/.env", "w", encoding="utf-8") as file:
                file.write(f"HEALTH_PORT={port}\n")
            if settings:
                with open(f"{folder}/vigie.toml", "w", encoding="utf-8") as file:
                    file.write(settings)
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
    server.shutdown()
