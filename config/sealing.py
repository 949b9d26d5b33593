"""The vault's keys: which there are, and from which of three places they come.

* **the environment**: `SIGHTLINE_KEY`, and beside it `SIGHTLINE_KEY_OTHERS` and `SIGHTLINE_DIGEST_KEY`;
* **a key service**: `SIGHTLINE_KEY_COMMAND` is run without a shell, and prints the same NAME=value lines (or one bare key).
  Nothing of it is written down, and a running server asks again when it meets a key that it does not know;
* **a file**: `keys.env` beside the database, as `sightline init` writes it. For trials: whoever copies the folder has both.

`SIGHTLINE_KEY` wraps what is new. `SIGHTLINE_KEY_OTHERS` (comma-separated) open what was wrapped before a rotation, or will be
after the next; `SIGHTLINE_DIGEST_KEY` keys the digests, which a rotation does not change (without one: `SIGHTLINE_KEY`).
The three come from one place: they are never mixed.
"""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from config import keys

KEY, OTHERS, DIGEST, COMMAND = "SIGHTLINE_KEY", "SIGHTLINE_KEY_OTHERS", "SIGHTLINE_DIGEST_KEY", "SIGHTLINE_KEY_COMMAND"
ENVIRONMENT, SERVICE, FILE = "environment", "command", "file"
LONGEST_SECONDS = 20


class Sealing(NamedTuple):
    key: str
    others: tuple[str, ...]
    digest_key: str  # empty: the key itself
    source: str  # environment | command | file


def sealing_keys(environment: Mapping[str, str], path: Path) -> Sealing:
    """The keys as they are given now. Raises ImproperlyConfigured where one is no key."""
    file = keys.read_file(path)
    key, others_given = environment.get("SIGHTLINE_KEY"), environment.get("SIGHTLINE_KEY_OTHERS")
    command = environment.get("SIGHTLINE_KEY_COMMAND")
    if key:
        same = key == file.get(KEY) and not others_given and not environment.get("SIGHTLINE_DIGEST_KEY")
        found, source = (file if same else environment), ENVIRONMENT  # the file's own key given again brings the file's rest
    elif command:
        found, source = told_by(command), SERVICE
    else:
        found, source = file, FILE
    others = tuple(part.strip() for part in found.get(OTHERS, "").split(",") if part.strip())
    for name, text in [(OTHERS, other) for other in others] + [(DIGEST, found.get(DIGEST, ""))]:
        fault = keys.sightline_key_fault(text) if text else ""
        if fault:
            raise ImproperlyConfigured(fault.replace(KEY, name))
    return Sealing(found.get(KEY, ""), others, found.get(DIGEST, ""), source)


def told_by(command: str, *, afresh: bool = False) -> dict[str, str]:
    """What the key service says: asked once a process, or `afresh`. Raises ImproperlyConfigured; never says what was printed."""
    if afresh:
        _told.cache_clear()
    return dict(_told(command))


@lru_cache(maxsize=4)
def _told(command: str) -> tuple[tuple[str, str], ...]:
    sentence = f"The command in {COMMAND} gave no key"
    try:
        done = subprocess.run(  # the operator's own command, without a shell
            shlex.split(command), capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{sentence}: it could not be run ({type(error).__name__}).") from None
    except subprocess.TimeoutExpired:
        raise ImproperlyConfigured(f"{sentence} within {LONGEST_SECONDS} s.") from None
    if done.returncode:
        raise ImproperlyConfigured(f"{sentence}: it ended with exit code {done.returncode}. Try it as this user.")
    found = keys.lines(done.stdout)
    bare = done.stdout.strip()
    if KEY not in found and bare and "\n" not in bare:
        found = {KEY: bare}
    if not found.get(KEY):
        raise ImproperlyConfigured(f"{sentence}: print one key, or lines such as {KEY}=…")
    return tuple(found.items())


def rewrite(path: Path, changed: Mapping[str, str]) -> None:
    """Puts these values in the file, whole or not at all: whoever reads meanwhile finds the old lines or the new ones. An
    empty value takes the line out."""
    rest = dict(changed)
    written = []
    for line in path.read_text(encoding="ascii").splitlines():
        name = line.split("=", 1)[0].strip()
        if "=" in line and not line.startswith("#") and name in rest:
            value = rest.pop(name)
            if value:
                written.append(f"{name}={value}")
        else:
            written.append(line)
    written += [f"{name}={value}" for name, value in rest.items() if value]
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".keys-")  # mkstemp makes it 0600
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("\n".join(written) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
