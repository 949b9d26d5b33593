"""The two secrets of a deployment, and where they come from.

`SECRET_KEY` signs sessions and cursors. `SIGHTLINE_KEY` (32 bytes in base64) is the vault's key-encryption key: lose it
and every sealed record is lost.

The environment always wins, then a key service (`SIGHTLINE_KEY_COMMAND`, see `sealing`). Otherwise:

* **production** reads `var/keys.env`, which `sightline init` writes (`ensure_keys`); it refuses to start with keys
  that are missing, well known, weak, or made for a demonstration;
* **demo** writes that file itself when it is missing, and starts with no other keys: it signs anybody in;
* **test** and **scratch** use keys that live only as long as the process and its children.
"""

import base64
import binascii
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

MODES = ("production", "demo", "test", "scratch")
MADE_FOR = "SIGHTLINE_MODE"  # in the file: what the keys were made for, and so how this state is run
# Words long enough that a random key holds none of them by chance.
WELL_KNOWN = ("insecure", "changeme", "change-me", "change_me", "default", "example", "password")


class Keys(NamedTuple):
    secret_key: str
    sightline_key: str


def new_keys() -> Keys:
    return Keys(
        secret_key=secrets.token_urlsafe(60),
        sightline_key=base64.b64encode(secrets.token_bytes(32)).decode("ascii"),
    )


def read_file(path: Path) -> dict[str, str]:
    """The NAME=value lines of a keys file; nothing when there is none."""
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return {}
    return lines(text)


def lines(text: str) -> dict[str, str]:
    """The values of NAME=value lines; comments and everything else are passed over."""
    said = [line.strip() for line in text.splitlines()]
    pairs = [line.split("=", 1) for line in said if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, value in pairs}


def ensure_keys(path: Path, *, made_for: str) -> None:
    """Write fresh keys, readable by the owner alone, unless the file is there already. Two at once: the first wins."""
    if path.exists():
        return
    keys = new_keys()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".keys-")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write("# The secrets of this deployment. Keep a copy apart from the database: without SIGHTLINE_KEY\n")
            file.write("# no sealed record can ever be opened again. Never commit, mail or log this file.\n")
            file.write(f"{MADE_FOR}={made_for}\n")
            file.write(f"SECRET_KEY={keys.secret_key}\n")
            file.write(f"SIGHTLINE_KEY={keys.sightline_key}\n")
            file.write(f"SIGHTLINE_DIGEST_KEY={new_keys().sightline_key}\n")  # stays when the other is changed
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
    finally:
        os.unlink(draft)


def mode(environment: Mapping[str, str], path: Path) -> str:
    """How this state is run: the environment says, else the keys file (a demo stays a demo), else production."""
    chosen = environment.get("SIGHTLINE_MODE") or read_file(path).get(MADE_FOR) or "production"
    if chosen not in MODES:
        raise ImproperlyConfigured(f"SIGHTLINE_MODE is {chosen!r}; it must be one of {', '.join(MODES)}.")
    return chosen


def keys_for(chosen: str, path: Path) -> Keys:
    """The keys for this mode, checked."""
    if chosen == "demo" and not given():
        ensure_keys(path, made_for="demo")
    if chosen in ("test", "scratch") and not given():
        fresh = new_keys()
        os.environ.setdefault("SECRET_KEY", fresh.secret_key)  # setdefault: child processes must open what we seal
        os.environ.setdefault("SIGHTLINE_KEY", fresh.sightline_key)
    kept = read_file(path) | _told()
    if chosen == "production" and not given() and kept.get(MADE_FOR, "production") != "production":
        raise ImproperlyConfigured(
            f"The keys in {path} were made for mode {kept[MADE_FOR]!r} and production does not start with them: use "
            "another state directory (SIGHTLINE_VAR), or give SECRET_KEY and SIGHTLINE_KEY in the environment."
        )
    others = [
        name for name in ("SECRET_KEY", "SIGHTLINE_KEY") if os.environ.get(name, kept.get(name)) != kept.get(name)
    ]
    if chosen == "demo" and (kept.get(MADE_FOR) != "demo" or others):
        raise ImproperlyConfigured(
            f"A demonstration signs anybody in, and starts only with keys made for one; those in {path} or in the environment "
            "were not. Set SIGHTLINE_VAR to another folder, and take SECRET_KEY and SIGHTLINE_KEY out of the environment."
        )
    keys = Keys(
        secret_key=os.environ.get("SECRET_KEY") or kept.get("SECRET_KEY", ""),
        sightline_key=os.environ.get("SIGHTLINE_KEY") or kept.get("SIGHTLINE_KEY", ""),
    )
    faults = _secret_key_fault(keys.secret_key), sightline_key_fault(keys.sightline_key)
    if any(faults):
        said = " ".join(filter(None, faults))
        raise ImproperlyConfigured(
            f"{said} Give both in the environment, or let `sightline init` write them to {path}."
        )
    return keys


def given() -> bool:
    """Whether both come from elsewhere than the file."""
    told = _told()
    return all(os.environ.get(name) or told.get(name) for name in ("SECRET_KEY", "SIGHTLINE_KEY"))


def _told() -> dict[str, str]:
    """What a key service says, where one is named and the environment does not hold the key itself."""
    from config import sealing  # which knows this module

    command = os.environ.get(sealing.COMMAND, "")
    return sealing.told_by(command) if command and not os.environ.get(sealing.KEY) else {}


def _secret_key_fault(key: str) -> str:
    if not key:
        return "SECRET_KEY is missing."
    if any(word in key.lower() for word in WELL_KNOWN) or len(key) < 50 or len(set(key)) < 10:
        return "SECRET_KEY is a well-known or weak key: it must be random and at least 50 characters long."
    return ""


def sightline_key_fault(key: str) -> str:
    if not key:
        return "SIGHTLINE_KEY is missing."
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return "SIGHTLINE_KEY is not base64."
    if len(raw) != 32:
        return f"SIGHTLINE_KEY holds {len(raw)} bytes; it must hold 32."
    if len(set(raw)) < 16 or raw == bytes(range(32)):
        return "SIGHTLINE_KEY is a well-known or weak key: it must be 32 random bytes."
    return ""
