"""The same bot as ``lone_bot.c``, for machines without a compiler: started with ``python -S -E``."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time

assert sys.platform != "win32"  # mypy skips the rest there


def note(word: str) -> None:
    """Add to the evidence."""
    with open("evidence", "a", encoding="ascii") as file:
        file.write(f"{word} {ME} {time.monotonic_ns() // 1_000_000}\n")


def mode() -> list[str]:
    """How to behave."""
    try:
        with open("mode", encoding="ascii") as file:
            return file.read().split()
    except OSError:
        return []


class Lines:
    """Numbered lines; their number outlives any kill."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0
        self.file = os.open(f"lines.{ME}", os.O_RDWR | os.O_CREAT, 0o600)

    def say(self, what: str) -> None:
        """Print one."""
        text = f"line {ME} {self.count + 1} {what}\n".encode()
        if os.write(1, text) == len(text):
            self.count += 1
            os.pwrite(self.file, self.count.to_bytes(8, "little"), 0)


def leave_children(count: int) -> None:
    """Leave children in sessions of their own; every second one keeps nothing but its environment."""
    for number in range(count):
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if number % 2:
                os.closerange(0, 64)
            while True:
                signal.pause()


def answer(listener: socket.socket) -> None:
    """Answer one question."""
    link, _ = listener.accept()
    with link:
        link.settimeout(1)
        try:
            link.recv(2048)
            words = mode()
            word = b"500 No" if "500" in words and ME in words else b"200 OK"
            link.sendall(b"HTTP/1.1 " + word + b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        except OSError:
            pass


def after(words: list[str], word: str) -> int | None:
    """Return the number that follows ``word``, or None when it is not there."""
    return int(words[words.index(word) + 1]) if word in words else None


def main() -> None:
    """Live."""
    import fcntl

    held = os.open("only_one", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(held, True)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        note("doubled")
    note("begin")
    lines, words, asked = Lines(), mode(), []
    lines.say("hello")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN if "deaf" in words else lambda *_: asked.append(1))
    leave_children(after(words, "fork") or 0)
    time.sleep((after(words, "slow") or 0) / 1000)
    began = time.monotonic()
    dies, stops = after(words, "die"), after(words, "stop")
    code = int(words[words.index("die") + 2]) if dies is not None else 0
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen(16)
    while True:
        if select.select([listener], [], [], 0.001 if "chatty" in words else 0.025)[0]:
            answer(listener)
        lines.say("tick")
        if asked:
            lines.say("goodbye")
            note("end")
            return
        age = (time.monotonic() - began) * 1000
        if stops is not None and age >= stops:
            stops = None
            os.kill(os.getpid(), signal.SIGSTOP)
        if dies is not None and age >= dies:
            note("end")
            if code < 0:
                os.kill(os.getpid(), -code)
            os._exit(code)


ME = f"{os.getpid()}.{time.monotonic_ns() // 1_000_000}"
if __name__ == "__main__":
    main()
