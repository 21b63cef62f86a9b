"""Listens on a free port of 127.0.0.1, writes the port into the file given as its argument, and sleeps."""

import os
import socket
import sys
import time

with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    with open(sys.argv[1] + ".new", "w", encoding="utf-8") as file:
        file.write(str(listener.getsockname()[1]))
    os.replace(sys.argv[1] + ".new", sys.argv[1])
    time.sleep(600)
