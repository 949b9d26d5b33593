"""Signed checkpoints: what the ledger holds, in a few lines that others keep. Pure; knows neither database nor Django.

The formats are those of transparency logs, so that others' tools read them: a checkpoint is a signed note
(c2sp.org/tlog-checkpoint, c2sp.org/signed-note), a witness countersigns it with the time
(c2sp.org/tlog-cosignature). Ed25519 throughout.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 1, 4  # what a key may sign: checkpoints of its own, or countersignatures
DASH = "\u2014"


class Unsound(ValueError):
    """What cannot be read or does not fit. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key, its owner's name, and what it signs. `str()` is its line, as it is given to others."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encoded(bytes([self.kind]) + self.public)}"

    def holds(self, signature: bytes, text: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


def verifier(line: str) -> Verifier:
    """Reads a public key's line, `name+id+key`. Raises Unsound."""
    try:
        name, id_, key = line.strip().split("+", 2)
        raw = decoded(key)
    except ValueError:
        raise Unsound("This is not a public key: it looks like name+1a2b3c4d+AbCd….") from None
    found = Verifier(name, raw[0] if raw else 0, raw[1:])
    if not name or len(raw) != 33 or found.kind not in (LOG, WITNESS) or found.id.hex() != id_:
        raise Unsound("This public key is not whole: copy its line again, without a break.")
    return found


class Signer:
    """A private key: 32 random bytes (RFC 8032), its owner's name, and what it signs."""

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        if not name or set(name) & set(" +\n\t"):
            raise Unsound("A signer's name has neither spaces nor a plus sign.")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, kind, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The line that signs a checkpoint's text."""
        return self._line(self._key.sign(text.encode()))

    def countersign(self, text: str, at: int) -> str:
        """The line with which a witness says that at this time (seconds since 1970) it had seen nothing else."""
        return self._line(at.to_bytes(8, "big") + self._key.sign(_countersigned(text, at)))

    def _line(self, said: bytes) -> str:
        return f"{DASH} {self.verifier.name} {encoded(self.verifier.id + said)}\n"


def _countersigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: whose ledger, how many records, the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint with its signatures. `str()` is the note as it is kept and sent."""

    checkpoint: Checkpoint
    text: str
    lines: tuple[str, ...]  # of signatures, each with its end

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(self.lines)}"

    def with_lines(self, lines: Iterable[str]) -> Note:
        """The same with further signatures; those that it has are not doubled."""
        return Note(self.checkpoint, self.text, tuple(dict.fromkeys((*self.lines, *lines))))

    def signed_by(self, key: Verifier) -> bool:
        """Whether the owner of a log's key signed it."""
        return key.kind == LOG and any(key.holds(said, self.text.encode()) for said in self._said_by(key))

    def seen_by(self, key: Verifier) -> int:
        """When a witness countersigned it, in seconds since 1970; 0 where it did not."""
        if key.kind != WITNESS:
            return 0
        times = [0]
        for said in self._said_by(key):
            at = int.from_bytes(said[:8], "big")
            if len(said) == 72 and key.holds(said[8:], _countersigned(self.text, at)):
                times.append(at)
        return max(times)

    def _said_by(self, key: Verifier) -> list[bytes]:
        found = []
        for line in self.lines:
            _, name, said = line.rstrip("\n").split(" ")
            raw = decoded(said)
            if name == key.name and raw[:4] == key.id:
                found.append(raw[4:])
        return found


def sign(checkpoint: Checkpoint, signer: Signer) -> Note:
    return Note(checkpoint, checkpoint.text, (signer.sign(checkpoint.text),))


def note(said: str) -> Note:
    """Reads a signed checkpoint; no signature is checked yet. Raises Unsound."""
    text, _, signatures = said.rpartition("\n\n")
    text += "\n"
    lines = signatures.splitlines(keepends=True)
    try:
        origin, size, root, *_ = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), decoded(root))
        if not origin or str(checkpoint.size) != size or checkpoint.size < 0 or len(checkpoint.root) != 32:
            raise ValueError
        if not lines or len(lines) > 64 or not all(_is_signature(line) for line in lines):
            raise ValueError
    except ValueError:
        raise Unsound("This is not a signed checkpoint.") from None
    return Note(checkpoint, text, tuple(lines))


def _is_signature(line: str) -> bool:
    dash, name, said = line.removesuffix("\n").split(" ")
    return line.endswith("\n") and dash == DASH and bool(name) and len(decoded(said)) > 4


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def decoded(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
