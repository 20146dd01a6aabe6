"""The texts of a Word or Excel file: paragraphs, cells, text boxes, headers, notes, titles.

And what short neighbouring cells of a row say together: a text may be torn over two of them.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import BinaryIO
from zipfile import ZipFile

from app.files.markup import Attributes, walk
from app.files.packages import opened

# A text box stands inside the paragraph that holds it, so paragraphs nest.
_BLOCKS = {"p", "si", "is", "text"}
_RUNS = {"t"}
_ROWS = {"tr", "row"}
_CELLS = {"tc", "c"}
_SHARED = "sharedstrings.xml"  # the texts of Excel's cells, which name them by their places
_TOO_LONG = 20  # for two neighbours to be read as one
# Elements whose own text is a paragraph: computed cells, headers of a sheet, titles of the file.
_LEAVES = {
    *("v", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"),
    *("title", "subject", "keywords", "category", "contentStatus", "description"),
    *("lpwstr", "lpstr"),
}
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n"}
_ATTRIBUTES = {"textpath": "string", "sheet": "name"}  # a watermark of Word, a sheet of Excel
_HEADER_PLACE = re.compile(r"&[LCR]")
_HEADER_STYLE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|[0-9]+|[A-Z])')


def paragraphs(stream: BinaryIO) -> Iterator[str]:
    """Every text, part by part; what a picture shows is none."""
    with opened(stream) as package:
        parts = [name for name in package.namelist() if name.lower().endswith((".xml", ".vml"))]
        shared: Mapping[str, str] = {}
        for part in sorted(parts, key=_is_of_cells):
            found = _texts(package, part, shared)
            if part.lower().endswith(_SHARED):
                shared = {str(place): text for place, text in enumerate(found)}
            yield from found


def _is_of_cells(part: str) -> bool:
    """Sorts the texts that cells share before the cells."""
    return not part.lower().endswith(_SHARED)


def _texts(package: ZipFile, part: str, shared: Mapping[str, str]) -> list[str]:
    reading = _Reading(shared)
    with package.open(part) as source:
        walk(source, start=reading.start, end=reading.end, text=reading.text)
    return reading.found


class _Reading:
    """One part, as its elements begin and end."""

    def __init__(self, shared: Mapping[str, str]) -> None:
        self.found: list[str] = []
        self._shared = shared
        self._open: list[list[str]] = [[]]
        self._rows: list[list[str]] = []
        self._is_text = False
        self._is_shared = False

    def start(self, name: str, given: Attributes) -> None:
        if name in _BLOCKS or name in _LEAVES:
            self._open.append([])
        self._is_text = name in _RUNS or name in _LEAVES
        if name in _BREAKS:
            self._open[-1].append(_BREAKS[name])
        if name in _ATTRIBUTES:
            self.found.append(given.get(_ATTRIBUTES[name], ""))
        if name in _ROWS:
            self._rows.append([])
        elif name in _CELLS and self._rows:
            self._rows[-1].append("")
            self._is_shared = given.get("t") == "s"

    def end(self, name: str) -> None:
        self._is_text = False
        if name in _BLOCKS or name in _LEAVES:
            self._end_text(name)
        elif name in _ROWS:
            pairs = map("".join, pairwise(self._rows.pop()))
            self.found += [text for text in pairs if len(text) < _TOO_LONG]

    def text(self, data: str) -> None:
        if self._is_text:
            self._open[-1].append(data)

    def _end_text(self, name: str) -> None:
        text = "".join(self._open.pop())
        if name.endswith(("Header", "Footer")):
            text = _HEADER_STYLE.sub("", _HEADER_PLACE.sub("\n", text))
        self.found.append(text)
        if self._rows and self._rows[-1]:
            said = self._shared.get(text, text) if self._is_shared else text
            self._rows[-1][-1] = (self._rows[-1][-1] + said[:_TOO_LONG])[:_TOO_LONG]
