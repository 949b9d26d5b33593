"""What a reader noticed and what did not stop it: told once each, with how often and where first. Never a value."""

from __future__ import annotations

MOST = 200
_COMMANDS = {sign: "\ufffd" for sign in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)}


def plain(text: str) -> str:
    """The text without signs that a terminal obeys or that break a line: a file's own names stand in what is told of it."""
    return text if text.isprintable() else text.translate(_COMMANDS)


class Notes:
    """Notes of one delivery. The same sentence is counted, not repeated."""

    def __init__(self) -> None:
        self._found: dict[str, list[int | str]] = {}
        self._left_out = 0
        self.kinds: set[str] = set()  # of a set of tables: the records of which its tables tell, though they be empty

    def add(self, sentence: str, position: str = "") -> None:
        sentence, position = plain(sentence), plain(position)
        known = self._found.get(sentence)
        if known is not None:
            known[0] += 1  # type: ignore[operator]
        elif len(self._found) < MOST:
            self._found[sentence] = [1, position]
        else:
            self._left_out += 1

    def sentences(self) -> list[str]:
        """`unknown element Child/Shoe (3 times, first at line 14)`, in the order in which they were first noticed."""
        out: list[str] = []
        for sentence, (count, position) in self._found.items():
            often = f"{count} times, first at {position}" if position else f"{count} times"
            where = often if count != 1 else (f"at {position}" if position else "")
            out.append(f"{sentence} ({where})" if where else sentence)
        if self._left_out:
            out.append(f"{self._left_out} more notes are left out")
        return out

    def told(self) -> list[list[int | str]]:
        """Everything as plain values, to be taken up elsewhere: sentence, how often, where first."""
        rest: list[int | str] = ["", self._left_out, " ".join(sorted(self.kinds))]
        return [*([sentence, *found] for sentence, found in self._found.items()), rest]

    def take(self, told: list[list[int | str]]) -> None:
        """Takes up what another has told, instead of what is here."""
        self._found = {str(sentence): [int(count), str(at)] for sentence, count, at in told if sentence}
        self._left_out = sum(int(count) for sentence, count, _ in told if not sentence)
        self.kinds = {kind for sentence, _, kinds in told if not sentence for kind in str(kinds).split()}

    def __len__(self) -> int:
        return len(self._found)
