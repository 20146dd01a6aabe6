"""The numbers that Word counts by itself in front of paragraphs."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from app.papers.wordml import Element, attribute, children, integer, value

_PLACE = re.compile(r"%([1-9])")
_BULLET: Final = "–"
_ROMANS: Final = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


class _Level(NamedTuple):
    form: str
    text: str
    start: int


class Numbering:
    """Counts on from label to label, in the order of the document."""

    def __init__(self, root: Element | None) -> None:
        self._lists = {} if root is None else _read(root)
        self._counts: Counter[tuple[int, int]] = Counter()

    def label(self, place: tuple[int, int]) -> str:
        """What stands before the next paragraph at this place; empty where nothing is counted."""
        number, depth = place
        levels = self._lists.get(number, {})
        if depth not in levels:
            return ""
        self._counts[place] += 1
        for deeper in [key for key in self._counts if key[0] == number and key[1] > depth]:
            del self._counts[deeper]
        level = levels[depth]
        if level.form == "bullet":
            return _BULLET
        return _PLACE.sub(lambda found: self._figure(number, levels, int(found[1]) - 1), level.text)

    def _figure(self, number: int, levels: Mapping[int, _Level], depth: int) -> str:
        if depth not in levels:
            return ""
        count = max(1, self._counts[(number, depth)]) - 1 + levels[depth].start
        return _FORMS.get(levels[depth].form, str)(count)


def _read(root: Element) -> dict[int, dict[int, _Level]]:
    kinds = {
        attribute(kind, "abstractNumId"): _levels(kind) for kind in children(root, "abstractNum")
    }
    found = {}
    for one in children(root, "num"):
        number = integer(attribute(one, "numId"))
        if number:
            found[number] = kinds.get(value(one, "abstractNumId"), {})
    return found


def _levels(kind: Element) -> dict[int, _Level]:
    levels = {}
    for level in children(kind, "lvl"):
        start = integer(value(level, "start"))
        levels[integer(attribute(level, "ilvl")) or 0] = _Level(
            form=value(level, "numFmt") or "decimal",
            text=value(level, "lvlText") or "",
            start=1 if start is None else start,
        )
    return levels


def _letter(count: int) -> str:
    """a to z, then aa to zz, as Word does."""
    place = max(0, count - 1)
    return chr(ord("a") + place % 26) * (place // 26 % 10 + 1)


def _roman(count: int) -> str:
    written, left = "", count % 4000
    for figure, letters in _ROMANS:
        written += letters * (left // figure)
        left %= figure
    return written


_FORMS: Final[dict[str, Callable[[int], str]]] = {
    "decimal": str,
    "none": lambda _: "",
    "lowerLetter": _letter,
    "upperLetter": lambda count: _letter(count).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
}
