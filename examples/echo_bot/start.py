"""A small chat bot to try vigie on: it answers on a local chat port, and says at /health whether it is well.

Talk to it with ``nc localhost 8004`` (or ``telnet``): whatever you write comes back. Lines that begin with
``!`` are commands; ``!crash``, ``!freeze`` and ``!answer 500`` make it ill the way real bots fall ill.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable

HOST = "127.0.0.1"


def read_env_file() -> None:
    """Take the variables of ``.env`` beside this file, as python-dotenv does; the environment is stronger."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), ".env")
    if os.path.isfile(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                name, equals, value = line.partition("=")
                if equals and not name.lstrip().startswith("#"):
                    os.environ.setdefault(name.strip(), value.strip())


def say(text: str) -> None:
    """Print a line at once, even into a file."""
    print(text, flush=True)


class EchoBot:
    """What the bot knows and can do."""

    def __init__(self) -> None:
        """Begin well, with nothing heard."""
        self.inbox: asyncio.Queue[tuple[str, asyncio.StreamWriter]] = asyncio.Queue()
        self.started = time.monotonic()
        self.heard = 0
        self.health_status = 200
        self.commands: dict[str, Callable[[str], str]] = {
            "ping": lambda _: "pong",
            "uptime": lambda _: f"{time.monotonic() - self.started:.0f} s",
            "help": lambda _: " ".join(f"!{name}" for name in self.commands),
            "crash": self.crash,
            "freeze": self.freeze,
            "answer": self.answer,
        }

    def crash(self, _: str) -> str:
        """Fail as a bug would."""
        raise RuntimeError("!crash was asked for")

    def freeze(self, _: str) -> str:
        """Block the event loop, as a forgotten ``time.sleep`` or a slow query does: alive, and deaf."""
        say("Frozen")
        while True:
            time.sleep(3600)

    def answer(self, status: str) -> str:
        """Answer at /health with this status from now on, as a bot does that has lost its database."""
        if not (status.isascii() and status.isdecimal() and 200 <= int(status) <= 599):
            return "a status from 200 to 599, please"
        self.health_status = int(status)
        return f"from now on /health answers {status}"

    def reply(self, text: str) -> str:
        """Return what the bot says to ``text``."""
        if not text.startswith("!"):
            return text
        name, _, rest = text[1:].partition(" ")
        command = self.commands.get(name)
        return command(rest.strip()) if command else f"unknown command: {name} (try !help)"

    async def gateway(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take in what one person writes, line by line."""
        try:
            while line := await reader.readline():
                await self.inbox.put((line.decode("utf-8", "replace").strip(), writer))
        except (ConnectionError, ValueError):
            pass  # gone without a goodbye, or a line without end
        except asyncio.CancelledError:
            pass  # the bot is leaving; asyncio of Python 3.11 would print this as an error
        finally:
            writer.close()

    async def work(self) -> None:
        """Answer messages in turn; a command that fails ends the bot."""
        while True:
            text, writer = await self.inbox.get()
            self.heard += 1
            say(f"Message {self.heard}: {text}")
            writer.write(f"{self.reply(text)}\n".encode())

    async def health(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one HTTP request."""
        try:
            request = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            known = request.split(b" ", 2)[:2] == [b"GET", b"/health"]
            status = self.health_status if known else 404
            facts = {"ok": status < 300, "uptime": time.monotonic() - self.started, "heard": self.heard}
            body = json.dumps(facts).encode()
            head = f"HTTP/1.1 {status} \r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
            await writer.drain()
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()


async def main() -> None:
    """Run until asked to stop, or until a command fails."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):  # SIGBREAK: Ctrl-Break, the polite request on Windows
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: loop.call_soon_threadsafe(stop.set))
    bot = EchoBot()
    say("Connecting...")
    await asyncio.sleep(float(os.environ.get("SLOW_START", "0")))
    try:
        chat = await asyncio.start_server(bot.gateway, HOST, int(os.environ.get("CHAT_PORT", "8004")))
        health = await asyncio.start_server(bot.health, HOST, int(os.environ.get("HEALTH_PORT", "8003")))
    except OSError as error:
        sys.exit(f"Cannot open a port: {error}")
    say(f"Chat on {HOST}:{chat.sockets[0].getsockname()[1]}")
    say(f"Health on http://{HOST}:{health.sockets[0].getsockname()[1]}/health")
    say("Ready")
    worker = asyncio.create_task(bot.work())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if worker.done():
        worker.result()
    say("Goodbye")
    chat.close()
    health.close()


if __name__ == "__main__":
    read_env_file()
    asyncio.run(main())
