"""The texts of a Word or Excel file: paragraphs, cells, text boxes, headers, notes, titles."""

import re
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import ZipFile

from app.files.markup import Attributes, walk
from app.files.packages import opened

# A text box stands inside the paragraph that holds it, so paragraphs nest.
_BLOCKS = {"p", "si", "is", "text"}
_RUNS = {"t"}
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
        for part in package.namelist():
            if part.lower().endswith((".xml", ".vml")):
                yield from _texts(package, part)


def _texts(package: ZipFile, part: str) -> list[str]:
    reading = _Reading()
    with package.open(part) as source:
        walk(source, start=reading.start, end=reading.end, text=reading.text)
    return reading.found


class _Reading:
    """One part, as its elements begin and end."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._open: list[list[str]] = [[]]
        self._is_text = False

    def start(self, name: str, given: Attributes) -> None:
        if name in _BLOCKS or name in _LEAVES:
            self._open.append([])
        self._is_text = name in _RUNS or name in _LEAVES
        if name in _BREAKS:
            self._open[-1].append(_BREAKS[name])
        if name in _ATTRIBUTES:
            self.found.append(given.get(_ATTRIBUTES[name], ""))

    def end(self, name: str) -> None:
        self._is_text = False
        if name in _BLOCKS or name in _LEAVES:
            text = "".join(self._open.pop())
            if name.endswith(("Header", "Footer")):
                text = _HEADER_STYLE.sub("", _HEADER_PLACE.sub("\n", text))
            self.found.append(text)

    def text(self, data: str) -> None:
        if self._is_text:
            self._open[-1].append(data)
