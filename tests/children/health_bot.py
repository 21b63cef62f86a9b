"""A bot with a health page that obeys the file ``mode`` beside it: ok, 500, once 500, silent; and variables.

A file ``leave`` makes it end with the code in it. READY_AFTER: seconds before it listens. EXIT_CODE: end at once
with it, after two last lines. The port is the first argument, or HEALTH_PORT. It takes an exclusive lock on the
file ``only_one`` and notes in the file ``doubled`` when somebody else has it: the proof of a second copy that does
not depend on anything of ours. Every copy's pid is added to the file ``lives``.
"""

from __future__ import annotations

import http.server
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))


def beside(name: str) -> str:
    """Return the path of a file beside this one."""
    return os.path.join(HERE, name)


def prove_alone() -> None:
    """Hold the lock for life, or note that another copy does; on Windows the port alone tells."""
    if sys.platform != "win32":
        import fcntl

        held = os.open(beside("only_one"), os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with open(beside("doubled"), "a", encoding="utf-8") as file:
                file.write(f"{os.getpid()}\n")


class Health(http.server.BaseHTTPRequestHandler):
    """Answers the way the file says."""

    def do_GET(self) -> None:
        """Answer once."""
        try:
            with open(beside("mode"), encoding="utf-8") as file:
                mode = file.read().strip()
        except OSError:
            mode = "ok"
        if mode == "silent":
            time.sleep(3600)
        if mode.startswith("once "):
            mode = mode[5:]
            with open(beside("mode"), "w", encoding="utf-8") as file:
                file.write("ok")
        self.send_response(200 if mode == "ok" else int(mode))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_words: object) -> None:
        """Keep quiet."""


class Server(http.server.ThreadingHTTPServer):
    """Ends without waiting for silent answers, and never shares its port."""

    daemon_threads = True
    block_on_close = False

    def service_actions(self) -> None:
        """Leave by itself when the file says so, with the code it names; once."""
        try:
            with open(beside("leave"), encoding="utf-8") as file:
                code = int(file.read() or "0")
            os.remove(beside("leave"))
        except (OSError, ValueError):
            return
        os._exit(code)

    allow_reuse_address = os.name == "posix"


def main() -> None:
    """Live."""
    prove_alone()
    with open(beside("lives"), "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    print("bot: hello, secret is", "known" if os.environ.get("BOT_SECRET") else "unknown", flush=True)
    if "EXIT_CODE" in os.environ:
        print("bot: about to fail", flush=True)
        print("bot: last words, with an é", flush=True)
        sys.exit(int(os.environ["EXIT_CODE"]))
    if os.environ.get("DEAF"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(float(os.environ.get("READY_AFTER", "0")))
    port = sys.argv[1] if len(sys.argv) > 1 else os.environ["HEALTH_PORT"]
    server = Server(("127.0.0.1", int(port)), Health)
    try:
        server.serve_forever(0.05)
    except KeyboardInterrupt:
        print("bot: goodbye", flush=True)


if __name__ == "__main__":
    main()
