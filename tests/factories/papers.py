"""Templates as an office would make them, papers as the service fills them, and their words."""

import zipfile
from collections.abc import Callable
from io import BytesIO

from docx import Document
from docx.document import Document as Draft
from docx.oxml.ns import qn
from pypdf import PdfReader

from app.papers.contexts import PaperKind
from app.papers.defaults import default
from app.papers.pdf import to_pdf


def make_template(*lines: str) -> bytes:
    """A Word file with these paragraphs."""
    draft = Document()
    for line in lines:
        draft.add_paragraph(line)
    return saved(draft)


def edit_default(kind: PaperKind, edit: Callable[[Draft], object]) -> bytes:
    """The default template, as somebody opens, changes and saves it."""
    draft = Document(BytesIO(default(kind)))
    edit(draft)
    return saved(draft)


def with_part(docx: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with one of its parts changed, or added."""
    repacked = BytesIO()
    with zipfile.ZipFile(BytesIO(docx)) as old, zipfile.ZipFile(repacked, "w", 8) as new:
        parts = {entry: old.read(entry) for entry in old.namelist()}
        for entry, part in (parts | {name: change(parts.get(name, b""))}).items():
            new.writestr(entry, part)
    return repacked.getvalue()


def saved(draft: Draft) -> bytes:
    content = BytesIO()
    draft.save(content)
    return content.getvalue()


def paragraphs_of(docx: bytes) -> list[str]:
    """Every paragraph of the body, also those of tables, in its order."""
    body = Document(BytesIO(docx)).element.body
    return [
        "".join(text.text or "" for text in paragraph.iter(qn("w:t")))
        for paragraph in body.iter(qn("w:p"))
    ]


def words_of(docx: bytes) -> list[str]:
    return " ".join(paragraphs_of(docx)).split()


def words_of_pdf(pdf: bytes) -> list[str]:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split()


def both_forms(docx: bytes) -> tuple[str, str]:
    """The words of a DOCX and of the PDF made of it, each as one text with single spaces."""
    return " ".join(words_of(docx)), " ".join(words_of_pdf(to_pdf(docx)))
