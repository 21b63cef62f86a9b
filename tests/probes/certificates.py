"""Certificates of every kind of wrongness, made by the openssl program for one test run."""

from __future__ import annotations

import os
import subprocess
from typing import NamedTuple

from tests.needs import need_tool

SETTINGS = """
[ca]
default_ca = here
[here]
dir = .
database = index.txt
new_certs_dir = .
serial = serial
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = copy
x509_extensions = leaf
[leaf]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[anything]
commonName = supplied
[req]
distinguished_name = name
x509_extensions = itself
prompt = no
[itself]
subjectKeyIdentifier = hash
[name]
commonName = vigie test
"""


class Certificate(NamedTuple):
    """Paths of a certificate with its key."""

    path: str
    key: str


class Authority:
    """A certificate authority in a folder of its own."""

    def __init__(self, folder: str) -> None:
        """Make the authority; skips the test where there is no openssl."""
        self._openssl = need_tool("openssl")
        self._folder = folder
        for name, text in (("openssl.cnf", SETTINGS), ("index.txt", ""), ("serial", "01\n")):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
        self.root = self._self_signed(
            "root", "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"
        )

    def self_signed(self, alternative: str) -> Certificate:
        """Return a certificate that vouches for itself, for ``DNS:name`` or ``IP:address``."""
        return self._self_signed("self", f"subjectAltName={alternative}")

    def signed(self, name: str, alternative: str, starts: str, ends: str) -> Certificate:
        """Return a certificate signed by the authority; the dates are ``YYYYMMDDHHMMSSZ``."""
        made = self._paths(name)
        self._run(
            "req",
            "-new",
            *self._new_key(made),
            "-out",
            "request.pem",
            "-addext",
            f"subjectAltName={alternative}",
        )
        self._run(
            *("ca", "-batch", "-notext", "-in", "request.pem", "-out", made.path),
            *("-cert", self.root.path, "-keyfile", self.root.key, "-startdate", starts, "-enddate", ends),
            *("-subj", f"/CN={name}"),
        )
        return made

    def _self_signed(self, name: str, *extensions: str) -> Certificate:
        made = self._paths(name)
        added = [word for extension in extensions for word in ("-addext", extension)]
        self._run("req", "-x509", *self._new_key(made), "-out", made.path, "-days", "2", *added)
        return made

    def _paths(self, name: str) -> Certificate:
        return Certificate(
            os.path.join(self._folder, f"{name}.pem"), os.path.join(self._folder, f"{name}.key")
        )

    def _new_key(self, made: Certificate) -> tuple[str, ...]:
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", made.key)

    def _run(self, verb: str, *words: str) -> None:
        subprocess.run(
            [self._openssl, verb, "-config", "openssl.cnf", *words],
            cwd=self._folder,
            check=True,
            capture_output=True,
            timeout=60,
        )
