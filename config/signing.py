"""The key that signs the ledger's checkpoints (Ed25519, 32 random bytes in base64): `SIGHTLINE_SIGNING_KEY`.

The environment wins, then `keys.env`, to which `sightline init` and a demonstration add it where it is missing (state of
an earlier version has none). Where there is none, nothing is signed, and `sightline doctor` says so. Whoever has it can
sign a false past; that is why witnesses keep their own copy.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.keys import read_file

NAME = "SIGHTLINE_SIGNING_KEY"


def ensure_signing_key(path: Path) -> None:
    """Adds one to the keys file, unless it or the environment has one. Nothing where there is no such file."""
    if os.environ.get(NAME) or not path.exists() or NAME in read_file(path):
        return
    line = f"{NAME}={base64.b64encode(secrets.token_bytes(32)).decode()}\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def signing_key(environment: Mapping[str, str], path: Path, mode: str) -> str:
    """The key, checked; empty where there is none. In tests and scratch work one that lives as long as the process."""
    if mode == "demo":
        ensure_signing_key(path)
    if mode in ("test", "scratch"):
        os.environ.setdefault(NAME, base64.b64encode(secrets.token_bytes(32)).decode())
    key = os.environ.get(NAME) or environment.get("SIGHTLINE_SIGNING_KEY") or read_file(path).get(NAME, "")
    if key:
        try:
            raw = base64.b64decode(key, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32 or len(set(raw)) < 12:
            raise ImproperlyConfigured(
                f"{NAME} must be 32 random bytes in base64. Leave it out to let `sightline init` make one."
            )
    return key
