"""PDF files: whole, open, and only to be read."""

import re
import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import SEEK_END
from typing import Any, BinaryIO

from pypdf import PageObject, PdfReader, apply_configuration, get_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from app.core.errors import AppError, TooLarge
from app.files.refusals import unfit

SIGNATURE = b"%PDF-"
MAX_OBJECTS = 300_000
#: What takes longer to read is refused: 300 pages of text draw some 200,000 to 600,000 operators.
MAX_PAGES = 500
MAX_OPERATORS = 600_000

_EDGE = 1024
_END = re.compile(rb"%%EOF[\s\0]*\Z")
_MARKUP = re.compile(rb"<\s*(?:html|script|svg|body|\?php|!doctype)", re.IGNORECASE)
_LIMITS = get_configuration().with_overwrites(
    zlib_maximum_output_length=8 * 1024 * 1024,
    stream_parsing_work_maximum_count=1_000_000,
)

_ACTS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition"}
_ACTING_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
_CARRIERS = {"/FileAttachment", "/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"}
_METADATA = ("/Title", "/Subject", "/Keywords")
_NOTES = ("/Contents", "/V")  # the text of a note or a stamp laid over a page; a form's value


def inspect(stream: BinaryIO) -> None:
    """Nothing around it, no password, nothing that acts or hides another file."""
    _check_ends(stream)
    with _opened(stream) as reader:
        if not len(reader.pages):
            raise unfit("file_unreadable")
        for entry in _dictionaries(reader.trailer):
            if _acts(entry):
                raise unfit("file_active")


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says: line by line, and in the notes and fields that are laid over it."""

    page: PageObject
    lines: str
    notes: tuple[str, ...]

    def columns(self) -> str:
        """The lines with the gaps between columns kept as many spaces; slower to find."""
        return self.page.extract_text(
            extraction_mode="layout",
            layout_mode_space_vertically=False,
            layout_mode_strip_rotated=False,
        )


def titles(stream: BinaryIO) -> list[str]:
    """What the file says of itself."""
    with _opened(stream) as reader:
        known: Mapping[str, Any] = reader.metadata or {}
        return [str(known[key]) for key in _METADATA if key in known]


def pages(stream: BinaryIO) -> Generator[PageText, None, None]:
    """The pages in their order; `file_too_long` when they are more than can be read."""
    spent = 0

    def spend(*_: object) -> None:
        nonlocal spent
        spent += 1

    with _opened(stream) as reader:
        if len(reader.pages) > MAX_PAGES:
            raise unfit("file_too_long")
        for page in reader.pages:
            if spent > MAX_OPERATORS:
                raise unfit("file_too_long")
            lines = page.extract_text(visitor_operand_before=spend)
            yield PageText(page, lines, tuple(_notes(page)))


def _check_ends(stream: BinaryIO) -> None:
    stream.seek(0)
    if _MARKUP.search(stream.read(_EDGE)) or zipfile.is_zipfile(stream):
        raise unfit("file_disguised")
    size = stream.seek(0, SEEK_END)
    stream.seek(max(size - _EDGE, 0))
    tail = stream.read()
    if not _END.search(tail):
        raise unfit("file_disguised" if b"%%EOF" in tail else "file_unreadable")


@contextmanager
def _opened(stream: BinaryIO) -> Iterator[PdfReader]:
    """A reader of bounded appetite; whatever it trips over, the file is at fault."""
    stream.seek(0)
    try:
        with apply_configuration(_LIMITS):
            reader = PdfReader(stream)
            _refuse_encrypted(reader)
            yield reader
    except AppError:
        raise
    except LimitReachedError as error:
        raise TooLarge from error
    except Exception as error:
        raise unfit("file_unreadable") from error


def _refuse_encrypted(reader: PdfReader) -> None:
    if reader.is_encrypted:
        raise unfit("file_encrypted")


def _dictionaries(root: DictionaryObject) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached from the root, once."""
    waiting: list[Any] = [root]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            if value.idnum in seen:
                continue
            seen.add(value.idnum)
            value = value.get_object()
        if isinstance(value, DictionaryObject):
            yield value
            waiting.extend(dict.values(value))
        elif isinstance(value, ArrayObject):
            waiting.extend(list.__iter__(value))
        if len(seen) > MAX_OBJECTS or len(waiting) > MAX_OBJECTS:
            raise TooLarge


def _acts(entry: DictionaryObject) -> bool:
    return (
        not _ACTING_KEYS.isdisjoint(entry)
        or entry.get("/S") in _ACTS
        or entry.get("/Subtype") in _CARRIERS
    )


def _notes(page: PageObject) -> Iterator[str]:
    for note in page.get("/Annots") or ():
        entry = note.get_object()
        for key in _NOTES:
            if isinstance(entry.get(key), str):
                yield str(entry[key])
