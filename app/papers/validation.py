"""What an uploaded template must pass before a paper is ever made from it."""

from enum import Enum
from io import BytesIO
from typing import Final

from docx import Document
from docx.oxml.ns import qn

from app.core.errors import Invalid
from app.papers.contexts import CONTEXTS, PaperKind
from app.papers.examples import empty, example
from app.papers.faults import Fault, refuse
from app.papers.language import Language
from app.papers.package import check_package
from app.papers.pdf import to_pdf
from app.papers.rendering import fill

#: Without these a paper of the kind says nothing; a name after a list stands for each of its rows.
OBLIGATORY: Final = {
    PaperKind.MINUTES: (
        *("head.cell", "title", "chair", "minute_taker"),
        *("totals.summoned", "totals.present", "totals.absent", "absences.full_name"),
    ),
    PaperKind.RESOLUTION: ("head.cell", "title", "content", "signature.full_name"),
    PaperKind.ATTENDANCE_LIST: ("head.cell", "title", "lines.full_name", "lines.status"),
    PaperKind.MONTHLY_REPORT: (
        *("head.organ", "span", "as_of", "lines.unit"),
        *("lines.cells", "lines.cells_met", "total.cells_met"),
    ),
}


class Omission(Enum):
    """What a template holds that only its DOCX will show."""

    PICTURES = (
        "pictures",
        "Hình ảnh, hình vẽ và khung chữ chỉ có trong bản Word, không có trong bản PDF.",
        "Pictures, drawings and text boxes stand in the DOCX, not in the PDF.",
    )
    NOTES = (
        "notes",
        "Chú thích cuối trang và cuối văn bản chỉ có trong bản Word, không có trong bản PDF.",
        "Footnotes and endnotes stand in the DOCX, not in the PDF.",
    )
    FORMULAS = (
        "formulas",
        "Công thức chỉ có trong bản Word, không có trong bản PDF.",
        "Formulas stand in the DOCX, not in the PDF.",
    )

    def __init__(self, code: str, vi: str, en: str) -> None:
        self.code = code
        self.vi = vi
        self.en = en


_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SIGNS: Final = {
    Omission.PICTURES: (*map(qn, ("w:drawing", "w:pict", "w:object")), f"{_MC}AlternateContent"),
    Omission.NOTES: tuple(map(qn, ("w:footnoteReference", "w:endnoteReference"))),
    Omission.FORMULAS: (f"{_MATH}oMath",),
}


def validate(kind: PaperKind, docx: bytes) -> tuple[Omission, ...]:
    """Refuse a template that could fail later; tell what its PDF will lack."""
    check_package(docx)
    language = Language(CONTEXTS[kind])
    papers = [fill(docx, paper, language) for paper in (example(kind), empty(kind))]
    _check_text(papers[0])
    missing = [name for name in OBLIGATORY[kind] if name not in language.used]
    if missing:
        raise refuse(Fault.MISSING_FIELD, *missing)
    for paper in papers:
        _check_pdf(paper)
    return _omissions(docx)


def _check_text(docx: bytes) -> None:
    body = Document(BytesIO(docx)).element.body
    if not "".join(text.text or "" for text in body.iter(qn("w:t"))).strip():
        raise refuse(Fault.EMPTY)


def _check_pdf(docx: bytes) -> None:
    try:
        to_pdf(docx)
    except Invalid:
        raise
    except Exception as error:  # whatever Word allows and the typesetter does not
        raise refuse(Fault.BROKEN, str(error)) from error


def _omissions(docx: bytes) -> tuple[Omission, ...]:
    body = Document(BytesIO(docx)).element.body
    return tuple(
        omission for omission, signs in _SIGNS.items() if next(body.iter(*signs), None) is not None
    )
