"""Finding the addresses of mailboxes in one folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz.distance import OSA

from sightline.sharing.release.folding import Folded
from sightline.sharing.release.spans import AROUND, LEAST_LOOKS, every, found
from sightline.sharing.release.types import FUZZY, NORMALISED, Found
from sightline.sharing.release.values import Probes

TELLING = 10  # characters of a mailbox's name with figures in it, from which it is somebody's own
_AT = re.compile(r"\s*[\[({<]?\s*(?:@|\bat\b)\s*[\])}>]?\s*")
_DOT = re.compile(r"\s*[\[({<]?\s*(?:\.|\bdot\b)\s*[\])}>]?\s*")
_MAIL = re.compile(
    r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]{1,64}(?:\s*[\[({<]?\s*\bdot\b\s*[\])}>]?\s*[a-z0-9_%+\-]+)*(?:\s*[\[({<]?\s*(?:@|\bat\b)\s*[\])}>]?\s*)[a-z0-9\-]+(?:\s*[\[({<]?\s*(?:\.|\bdot\b)\s*[\])}>]?\s*[a-z0-9\-]+)+"
)

# After `at`, which is no part of it:
_PLAIN_MAIL = re.compile(r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]{1,64}@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+")


def emails(text: Folded, probes: Probes, fuzzy: bool) -> Iterator[Found]:
    """Where an address of mail stands: as it is, spelt with `at` and `dot`, broken, or with a slip or two."""
    if not probes.emails:
        return
    for match in (*_MAIL.finditer(text.folded), *_PLAIN_MAIL.finditer(text.folded)):
        said = _DOT.sub(".", _AT.sub("@", match.group(), count=1)).strip(".")
        said = re.sub(r"\+[^@]*@", "@", said)  # name+news@ reaches name@
        for address, value in probes.emails:
            if said == address or said.startswith(address + "."):
                yield found(text, match.start(), match.end(), "email", NORMALISED, value, probes)
            elif fuzzy and len(address) > 9 and _nearly(address, said):
                yield found(text, match.start(), match.end(), "email", FUZZY, value, probes)
    if fuzzy:
        yield from _mail_in_two(text, probes)
    wanted = {address: "".join(c for c in address if c.isalnum()) for address, _ in probes.emails}
    for address, value in probes.emails:  # broken over lines or cells
        for at in every(wanted[address], text.plain):
            first = text.word_at(text.plain_at, at)
            last = text.word_at(text.plain_at, at + len(wanted[address]) - 1)
            yield found(text, text.starts[first], text.ends[last], "email", NORMALISED, value, probes)


def _nearly(address: str, said: str) -> bool:
    """Whether it is this address with a slip or two; in the name of a file something follows its last point."""
    most = 1 if len(address) < 14 else 2
    return any(OSA.distance(one, address, score_cutoff=2) <= most for one in (said, said.rpartition(".")[0]))


def _mail_in_two(text: Folded, probes: Probes) -> Iterator[Found]:
    """The name of a mailbox, and its host near by: `Mailbox: lena.marsh27, host: example.org`."""
    for address, value in probes.emails:
        name, _, host = address.partition("@")
        if len(name) < LEAST_LOOKS or name not in text.folded:
            continue
        telling = len(name) >= TELLING and any(c.isdigit() for c in name)  # nobody else's, whatever the host
        if host not in text.folded and not telling:
            continue
        for at in every(name, text.folded):
            end = at + len(name)
            near = text.folded[max(0, at - AROUND) : end + AROUND]
            if (
                not text.folded[max(0, at - 1) : at].isalnum()
                and not text.folded[end : end + 1].isalnum()
                and (telling or host in near)
            ):
                yield found(text, at, end, "email", FUZZY, value, probes)
