"""The socket itself, without the comfort of the ``socket`` module.

Importing ``socket`` turns some 300 constants into enums, which takes 2.5 of the 33 ms that ``check`` may take
above an empty Python (``bench/``). What a probe needs of it is all in the C module below.
"""

from __future__ import annotations

from _socket import AF_INET, AF_INET6, SO_ERROR, SOCK_STREAM, SOL_SOCKET, inet_pton, socket

__all__ = ["AF_INET", "AF_INET6", "SOCK_STREAM", "SOL_SOCKET", "SO_ERROR", "inet_pton", "socket"]
