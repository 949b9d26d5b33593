#!/usr/bin/env python3
"""Checks, offline and without Sightline, what Sightline's ledger gave to somebody.

    python3 verify_sightline.py receipt.json --key KEY                 a record stands in the ledger
    python3 verify_sightline.py continues.json --key KEY               nothing of an earlier checkpoint was rewritten
    python3 verify_sightline.py checkpoints.jsonl --key KEY            every checkpoint continues the one before
    python3 verify_sightline.py checkpoint --key KEY --witness KEY     a checkpoint, and that a witness saw it

KEY is a line like sightline/leeds/1a2b3c4d+5e6f7081+AbCd... Get it from somebody whom you trust, not from the receipt:
without it, anybody could have signed. Further --witness keys are required: each must have countersigned.

This one file is all that is needed: Python 3.9 or newer and nothing else, no network, nothing of ours. It is short so
that you, or somebody whom you trust, can read all of it. The rules are public: RFC 6962 (the tree), RFC 8032 (Ed25519),
c2sp.org/signed-note, c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature.

Exit codes: 0 it is proved; 1 it is not; 2 the file cannot be read.
"""

import argparse
import base64
import hashlib
import json
import sys
from datetime import datetime, timezone

# --- Ed25519 (RFC 8032, 5.1), verifying only: slow and plain, for there is nothing secret here ---------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recovered(y, sign):
    """The x of a point with this y; None where there is none."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def point(raw):
    """A point (X, Y, Z, T) out of 32 bytes; None where they are none."""
    number = int.from_bytes(raw, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = recovered(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def added(a, b):
    one, two = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    three, four = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number, a):
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = added(found, a)
        a, number = added(a, a), number >> 1
    return found


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recovered(BASE_Y, 0), BASE_Y, 1, recovered(BASE_Y, 0) * BASE_Y % P)


def holds(public, signature, text):
    """Whether an Ed25519 signature (64 bytes) over a text is that of a public key (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % ORDER
    return same(times(s, BASE), added(r, times(h, key)))


# --- the tree (RFC 6962, 2.1; RFC 9162, 2.1.3.2 and 2.1.4.2) ----------------------------------------------------------------


def leaf_of(record):
    return hashlib.sha256(b"\x00" + record.encode()).digest()


def parent(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_by_inclusion(leaf, place, size, path):
    if not 0 <= place < size:
        raise Wrong("There is no such place in the checkpoint's tree.")
    at, last, root = place, size - 1, leaf
    for other in path:
        if last == 0:
            raise Wrong("The proof is too long.")
        if at & 1 or at == last:
            root = parent(other, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = parent(root, other)
        at, last = at >> 1, last >> 1
    if last:
        raise Wrong("The proof is too short.")
    return root


def is_consistent(old, old_root, size, root, proof):
    if old == size:
        return not proof and old_root == root
    if not 0 < old < size or not proof:
        return False
    path = [old_root] + proof if old & (old - 1) == 0 else proof
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = parent(other, first), parent(other, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = parent(second, other)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == root


# --- signed checkpoints ------------------------------------------------------------------------------------------------------


class Wrong(Exception):
    """It is not proved. The message says why."""


class Unread(Exception):
    """It cannot be understood."""


def raw(text):
    return base64.b64decode(text, validate=True)


class Key:
    """A public key's line: name+id+base64(kind, key). Kind 1 signs checkpoints, kind 4 countersigns them."""

    def __init__(self, line):
        try:
            self.name, id_, key = line.strip().split("+", 2)
            self.kind, self.public = raw(key)[0], raw(key)[1:]
        except (ValueError, IndexError):
            raise Unread("This is no public key: " + line) from None
        self.id = hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]
        if self.id.hex() != id_ or len(self.public) != 32 or self.kind not in (1, 4):
            raise Unread("This public key is not whole: " + line)


class Checkpoint:
    def __init__(self, note):
        text, parted, signatures = note.rpartition("\n\n")
        self.text = text + "\n"
        try:
            self.name, size, root = self.text.split("\n")[:3]
            self.size, self.root = int(size), raw(root)
            self.signatures = [line.split(" ") for line in signatures.splitlines()]
            self.signatures = [(name, raw(said)) for dash, name, said in self.signatures if dash == "\u2014"]
            if not parted or str(self.size) != size or len(self.root) != 32:
                raise ValueError
        except ValueError:
            raise Unread("This is no signed checkpoint.") from None

    def said_by(self, key):
        return [said[4:] for name, said in self.signatures if name == key.name and said[:4] == key.id]

    def check_signed(self, key):
        if key.kind != 1 or key.name != self.name:
            raise Wrong("The checkpoint is of " + self.name + ", the key of " + key.name + ".")
        if not any(holds(key.public, said, self.text.encode()) for said in self.said_by(key)):
            raise Wrong("The checkpoint is not signed with the key that you gave.")

    def seen_by(self, key):
        """When a witness countersigned it."""
        for said in self.said_by(key):
            at = int.from_bytes(said[:8], "big")
            text = f"cosignature/v1\ntime {at}\n{self.text}"
            if key.kind == 4 and len(said) == 72 and holds(key.public, said[8:], text.encode()):
                return datetime.fromtimestamp(at, timezone.utc)  # noqa: UP017 (Python 3.9 knows no UTC)
        raise Wrong("The witness " + key.name + " has not countersigned this checkpoint.")


# --- what may be checked -------------------------------------------------------------------------------------------------------


def check_receipt(said, key):
    checkpoint = Checkpoint(said["checkpoint"])
    checkpoint.check_signed(key)
    leaf = leaf_of(said["record"]) if "record" in said else raw(said["leaf"])
    if (
        root_by_inclusion(leaf, said["place"], checkpoint.size, [raw(each) for each in said["proof"]])
        != checkpoint.root
    ):
        raise Wrong("The record does not stand in the signed ledger: it, its place or the proof was altered.")
    lines = [f"This record stands at place {said['place']} of {checkpoint.size} in {checkpoint.name}."]
    if "record" in said:
        lines += [
            f"  {name}: {value}" for name, value in json.loads(said["record"]).items() if value not in ("", [], {})
        ]
    else:
        lines += ["  fingerprint: " + leaf.hex()]
    return checkpoint, lines


def check_consistency(said, key):
    earlier, later = Checkpoint(said["earlier"]), Checkpoint(said["checkpoint"])
    earlier.check_signed(key)
    later.check_signed(key)
    if not is_consistent(earlier.size, earlier.root, later.size, later.root, [raw(each) for each in said["proof"]]):
        raise Wrong("The later checkpoint does not continue the earlier one: the past was rewritten.")
    return later, [f"The {later.size} records of {later.name} continue the earlier {earlier.size}, unchanged."]


def check_file(lines, key):
    last = None
    for number, line in enumerate(lines, 1):
        said = json.loads(line)
        here = Checkpoint(said["note"])
        here.check_signed(key)
        proof = [raw(each) for each in said["proof"]]
        if last and not (
            said["from"] == last.size and is_consistent(last.size, last.root, here.size, here.root, proof)
        ):
            raise Wrong(f"Line {number} does not continue the one before: the past was rewritten.")
        last = here
    if last is None:
        raise Unread("There is no checkpoint in it.")
    return last, [f"{number} checkpoints, each continuing the one before, up to {last.size} records."]


def check(text, key):
    if not text.lstrip().startswith("{"):
        checkpoint = Checkpoint(text)
        checkpoint.check_signed(key)
        return checkpoint, [f"A checkpoint of {checkpoint.size} records of {checkpoint.name}."]
    try:
        said = json.loads(text)
    except ValueError:
        return check_file(text.splitlines(), key)
    kinds = {"sightline-receipt/1": check_receipt, "sightline-consistency/1": check_consistency}
    if "note" in said:
        return check_file([text], key)
    if said.get("format") not in kinds:
        raise Unread("This version does not know the format " + repr(said.get("format")) + ".")
    return kinds[said["format"]](said, key)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "file", help="a receipt, a proof that nothing was rewritten, a checkpoint, or checkpoints.jsonl"
    )
    parser.add_argument("--key", required=True, help="the ledger's public key, from somebody whom you trust")
    parser.add_argument("--witness", action="append", default=[], help="a witness's public key; may be given again")
    args = parser.parse_args(arguments)
    try:
        with open(args.file, encoding="utf-8") as file:
            text = file.read()
        key, witnesses = Key(args.key), [Key(line) for line in args.witness]
        checkpoint, lines = check(text, key)
        for witness in witnesses:
            at = checkpoint.seen_by(witness)
            lines.append(f"Countersigned by {witness.name} at {at:%Y-%m-%d %H:%M:%S} UTC.")
    except Wrong as error:
        print("NOT PROVED. " + str(error))
        return 1
    except (Unread, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = error if isinstance(error, (Unread, OSError)) else "it is damaged, or no file of Sightline's ledger."
        print("It cannot be read: " + str(said), file=sys.stderr)
        return 2
    print("PROVED. " + "\n".join(lines))
    if not witnesses:
        print(
            "No witness was asked for: whoever holds the ledger's own key could have signed another past beside this one."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
