"""Places on the map in a text: in degrees, with a sign or with the letter of a hemisphere, and in minutes and seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import cos, radians

from sightline.sharing.release.types import NORMALISED, Found
from sightline.sharing.release.values import Probes

METRES = 150.0
_DECIMALS = re.compile(r"-?\d{1,3}\.\d{3,}")
_ANGLE = re.compile(
    r"""(?<![A-Za-z0-9.])(?P<before>[NSEW])?[ ]{0,2}
    (?P<degrees>-?\d{1,3}(?:\.\d{1,15})?)[ ]{0,2}(?:(?:[°º˚*d]|deg(?:rees)?)[ ]{0,2})?
    (?:(?<=[ °º˚*d])(?P<minutes>\d{1,2}(?:\.\d{1,15})?)[ ]{0,2}(?:['’′´m][ ]{0,2})?
    (?:(?<=[ '’′´m])(?P<seconds>\d{1,2}(?:\.\d{1,15})?)[ ]{0,2}(?:(?:"|”|″|''|s)[ ]{0,2})?)?)?
    (?P<after>[NSEW])?(?![A-Za-z0-9])""",
    re.I | re.X,
)


def points(text: str, probes: Probes) -> Iterator[Found]:
    """Where a text names a place within 150 metres of one that is protected."""
    if not probes.points:
        return
    plain = [(float(m.group()), m.start(), m.end()) for m in _DECIMALS.finditer(text)]
    for numbers in (plain, list(_angles(text))):
        for (one, start, _), (other, _, end) in zip(numbers, numbers[1:], strict=False):
            for (lat, lon), value in probes.points:
                if any(_metres(a, b, lat, lon) <= METRES for a, b in ((one, other), (other, one))):
                    yield Found(start, end, "point", NORMALISED, value)


def _angles(text: str) -> Iterator[tuple[float, int, int]]:
    """Angles that say on which side of the globe they are: 53°48'2.1"N, 53 48.035 N, N53.80058, 1.54912W."""
    for match in _ANGLE.finditer(text):
        before, after = match["before"] or "", match["after"] or ""
        if bool(before) == bool(after):
            continue
        told = float(match["degrees"]) + float(match["minutes"] or 0) / 60 + float(match["seconds"] or 0) / 3600
        yield (-told if (before or after).upper() in "SW" else told), match.start(), match.end()


def _metres(one_lat: float, one_lon: float, lat: float, lon: float) -> float:
    """Distance of two points in metres, on a plane that is good enough for a street."""
    up, across = (one_lat - lat) * 111_195, (one_lon - lon) * 111_195 * cos(radians(lat))
    return (up * up + across * across) ** 0.5
