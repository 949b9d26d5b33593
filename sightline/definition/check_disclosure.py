"""References of what leaves: recipients of packs, and what stands beside a decision to share."""

from __future__ import annotations

from typing import Any

from sightline.definition.faults import Faults
from sightline.definition.types import DURATION


def _recipient(faults: Faults, name: str, recipient: Any) -> None:
    _codes(faults, name, recipient)
    for index, record in enumerate(recipient.gives.records):
        faults.thing(name, ("gives", "records", index), record, "record", "any")
    for index, handling in enumerate(recipient.gives.handling):
        faults.code(name, ("gives", "handling", index), handling, "handling")
    for n, one in enumerate(recipient.withholds):
        for index, record in enumerate(one.records):
            faults.thing(name, ("withholds", n, "records", index), record, "record")
        for index, handling in enumerate(one.handling):
            faults.code(name, ("withholds", n, "handling", index), handling, "handling")
        faults.code(name, ("withholds", n, "because"), one.because, "withheld")
    for index, code in enumerate(recipient.redacts):
        faults.code(name, ("redacts", index), code, "withheld")
    for index, code in enumerate(recipient.tells):
        faults.code(name, ("tells", index), code, "withheld")
    for index, code in enumerate(recipient.checks):
        faults.code(name, ("checks", index), code, "pack-check")
    if recipient.within and not DURATION.match(recipient.within):
        faults.add(name, ("within",), recipient.within, "a length of time, such as `1 month`")


def _share(faults: Faults, name: str, share: Any) -> None:
    _codes(faults, name, share)
    for other in faults.partnership.share.values():
        if other.id < share.id:
            for index, purpose in enumerate(share.for_):
                if purpose in other.for_:
                    faults.add(name, ("for", index), purpose, f"a purpose that no other has ({other.id} has it)")


def _codes(faults: Faults, name: str, thing: Any) -> None:
    for index, purpose in enumerate(thing.for_):
        faults.code(name, ("for", index), purpose, "purpose")
    for index, basis in enumerate(thing.basis):
        faults.code(name, ("basis", index), basis, "lawful-basis", ours=True)


DISCLOSURE_CHECKS = {"recipient": _recipient, "share": _share}
