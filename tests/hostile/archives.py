"""Zips that are made to harm."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from tests.hostile.corpus import changed, hostile, in_memory, police, repeated, row, written, zipped

CENTRAL, END = "PK\x01\x02", "PK\x05\x06"
GOOD = police(row(1), row(2))


@hostile("unpacks to more than")
def zip_bomb_flat(folder: Path) -> Path:
    return repeated(folder / "police.zip", "police.csv", [(police(), 1), (row(1), 1_500_000)], {})


@hostile("zip within a zip")
def zip_bomb_nested(folder: Path) -> Path:
    inner = b"0" * 1_000_000
    for n in range(6):
        inner = in_memory({f"{n}.zip": inner})
    return written(folder / "nested.zip", inner)


@hostile("zip within a zip")
def zip_that_holds_itself(folder: Path) -> Path:
    """As a quine does: whoever unpacks what is inside never ends. Here the inner is the outer's own shape."""
    inner = in_memory({"r.zip": b"PK\x05\x06" + b"\0" * 18})
    return written(folder / "r.zip", in_memory({"r.zip": inner}))


@hostile("share bytes")
def zip_bomb_overlapping(folder: Path) -> Path:
    path = zipped(folder / "over.zip", {f"police-{n}.csv": GOOD for n in range(20)})
    data = bytearray(path.read_bytes())
    place = -1
    while (place := data.find(CENTRAL.encode("latin-1"), place + 1)) >= 0:
        data[place + 42 : place + 46] = b"\0\0\0\0"  # each lies where the first does
    return written(path, bytes(data))


@hostile("more than 1000 files")
def zip_of_100_000_files(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        for n in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"{n}.csv"), b"")
    return folder / "many.zip"


@hostile("more than 1000 files")
def zip_that_claims_65_535_files(folder: Path) -> Path:
    return changed(zipped(folder / "claims.zip", {"police.csv": GOOD}), END, 10, "<H", 65_535)


@hostile("does not fit in it")
def zip_whose_contents_claim_3_gb(folder: Path) -> Path:
    return changed(zipped(folder / "claims.zip", {"police.csv": GOOD}), END, 12, "<I", 3_000_000_000)


@hostile("has a password")
def zip_with_a_password(folder: Path) -> Path:
    return changed(zipped(folder / "locked.zip", {"police.csv": GOOD}), CENTRAL, 8, "<H", 1)


@hostile("packed in a way that is not read")
def zip_packed_with_aes(folder: Path) -> Path:
    return changed(zipped(folder / "aes.zip", {"police.csv": GOOD}), CENTRAL, 10, "<H", 99)


@hostile("packed in a way that is not read")
def zip_packed_with_lzma(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "lzma.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("police.csv", GOOD)
    return folder / "lzma.zip"


@hostile("cut short")
def zip_cut_short(folder: Path) -> Path:
    path = zipped(folder / "cut.zip", {"police.csv": police(*(row(n) for n in range(500)))})
    return written(path, path.read_bytes()[:-60])


@hostile("broken or cut short")
def zip_with_a_wrong_check_sum(folder: Path) -> Path:
    return changed(zipped(folder / "crc.zip", {"police.csv": GOOD}), CENTRAL, 16, "<I", 12345)


@hostile("broken or cut short")
def zip_that_lies_about_its_sizes(folder: Path) -> Path:
    path = zipped(folder / "lies.zip", {"police.csv": police(*(row(n) for n in range(500)))})
    return changed(path, CENTRAL, 24, "<I", 400)


@hostile("broken|cut short")
def zip_whose_packed_bytes_are_garbage(folder: Path) -> Path:
    path = zipped(folder / "garbage.zip", {"police.csv": police(*(row(n) for n in range(500)))})
    data = bytearray(path.read_bytes())
    data[60:400] = bytes(range(256)) + b"\xff" * 84
    return written(path, bytes(data))


@hostile("heading", good=2)
def zip_that_climbs_out(folder: Path) -> Path:
    return zipped(folder / "slip.zip", {"../../../../etc/cron.d/police.csv": GOOD})


@hostile("heading", good=2)
def zip_with_a_drive_in_a_name(folder: Path) -> Path:
    return zipped(folder / "drive.zip", {"C:\\Windows\\System32\\police.csv": GOOD})


@hostile("heading", good=2)
def zip_with_a_turned_name(folder: Path) -> Path:
    return zipped(folder / "turned.zip", {"police\u202efdp.\u200bcsv": GOOD})


def _special(path: Path, kind: int) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("police.csv")
        info.create_system = 3
        info.external_attr = (kind | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return path


@hostile("link or device")
def zip_with_a_link(folder: Path) -> Path:
    return _special(folder / "link.zip", stat.S_IFLNK)


@hostile("link or device")
def zip_with_a_device(folder: Path) -> Path:
    return _special(folder / "device.zip", stat.S_IFCHR)


@hostile("two files of one name")
def zip_with_names_that_differ_in_case(folder: Path) -> Path:
    return zipped(folder / "case.zip", {"police.csv": GOOD, "POLICE.CSV": GOOD})


@hostile("two files of one name")
def zip_with_one_name_twice(folder: Path) -> Path:
    path = zipped(folder / "twice.zip", {"police-a.csv": GOOD, "police-b.csv": GOOD})
    return written(path, path.read_bytes().replace(b"police-b.csv", b"police-a.csv"))


@hostile("zip of 0 files|without a file")
def zip_without_anything(folder: Path) -> Path:
    return zipped(folder / "empty.zip", {})


@hostile("web page")
def zip_that_is_a_web_page_too(folder: Path) -> Path:
    path = zipped(folder / "page.zip", {"police.csv": GOOD})
    return written(path, b"<html><script>alert(1)</script>" + path.read_bytes())


@hostile("a program")
def zip_that_is_a_program_too(folder: Path) -> Path:
    path = zipped(folder / "setup.zip", {"police.csv": GOOD})
    return written(path, b"MZ" + b"\0" * 200 + path.read_bytes())


@hostile("7-Zip")
def seven_zip_named_zip(folder: Path) -> Path:
    return written(folder / "police.zip", b"7z\xbc\xaf\x27\x1c" + b"\0" * 300)
