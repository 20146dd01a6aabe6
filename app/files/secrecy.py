"""Whether a file is stamped secret. The service keeps no state secrets: such a file is refused.

Only texts are read, all of them. A stamp inside a picture, as a scanner makes it, is not seen.
"""

from contextlib import closing
from typing import BinaryIO

from app.files import pdfs
from app.files.kinds import FileKind
from app.files.paragraphs import paragraphs
from app.files.stamps import (
    find_stamp,
    mentions_stamp,
    side_by_side,
    stamp_in_line,
    stamp_in_page,
)


def stamp_in_file(kind: FileKind, stream: BinaryIO) -> str | None:
    """The first stamp in the texts and titles of a recognised file; None for a picture."""
    if kind is FileKind.PDF:
        return _stamp_in_pdf(stream)
    if kind in (FileKind.DOCX, FileKind.XLSX):
        lines = (line for text in paragraphs(stream) for line in text.splitlines())
        return next(filter(None, map(stamp_in_line, lines)), None)
    return None


def _stamp_in_pdf(stream: BinaryIO) -> str | None:
    titled = next(filter(None, map(find_stamp, pdfs.titles(stream))), None)
    if titled:
        return titled
    with closing(pdfs.pages(stream)) as pages:
        return next(filter(None, map(_stamp_in_page, pages)), None)


def _stamp_in_page(page: pdfs.PageText) -> str | None:
    found = stamp_in_page(page.lines.splitlines())
    if not found and mentions_stamp(page.lines):
        found = stamp_in_page(side_by_side(page.columns()))
    return found or next(filter(None, map(stamp_in_line, page.notes)), None)
