"""A template and what a paper says make a DOCX."""

import re
from dataclasses import fields
from io import BytesIO
from itertools import pairwise
from typing import Any, Final

from docx.oxml.parser import parse_xml
from docxtpl.template import DocxTemplate

from app.core.errors import Invalid
from app.papers.contexts import Paper
from app.papers.faults import Fault, refuse
from app.papers.language import Language
from app.papers.package import settled

MAX_PART: Final = 512 * 1024  # characters of XML
MAX_MARKS: Final = 2_000
MAX_MARK: Final = 500

_TAG = re.compile(r"<[^<>]*>")
_MARK_IN_TAG = re.compile(r"<[^<>]*(?:\{[{%#]|[}%#]\})[^<>]*>")
_MARK = re.compile(r"\{([{%#])")
_CLOSING: Final = {"{": "}}", "%": "%}", "#": "#}"}
_SELF_CLOSED = re.compile(r"<w:([prt])((?: [^<>]*)?)/>")
_STATEMENT = re.compile(r"\{%(?:tr|tc|p|r)?\s+(?:for|endfor|if|elif|else|endif)\b")


def render(template: bytes, paper: Paper) -> bytes:
    """The template filled in; refused when it asks for what the paper does not offer."""
    return fill(template, paper, Language(type(paper)))


def fill(template: bytes, paper: Any, language: Language) -> bytes:
    """`paper` is a frozen context, of the type that the language offers."""
    said = {field.name: getattr(paper, field.name) for field in fields(paper)}
    filled = BytesIO()
    try:
        document = _Template(BytesIO(template))
        document.render(said, language)
        document.save(filled)
    except Invalid:
        raise
    except Exception as error:  # whatever the libraries trip over, the template is at fault
        raise refuse(Fault.BROKEN, str(error)) from error
    return settled(filled.getvalue())


class _Template(DocxTemplate):
    """docxtpl, which searches a part many times over: so it is only given parts of known cost."""

    def patch_xml(self, src_xml: str) -> str:
        _check_marks(src_xml)
        # docxtpl would take an empty element for the beginning of the next.
        whole = _SELF_CLOSED.sub(r"<w:\1\2></w:\1>", src_xml)
        patched: str = super().patch_xml(whole)  # type: ignore[no-untyped-call]  # docxtpl has no types
        return patched

    def fix_tables(self, xml: str) -> Any:
        """docxtpl would mend broken XML by losing words; here it is refused."""
        parse_xml(xml)
        return super().fix_tables(xml)  # type: ignore[no-untyped-call]  # docxtpl has no types

    def render_properties(self, *_: Any) -> None:
        """The properties of a document are no part of the template."""


def _check_marks(xml: str) -> None:
    """Every mark stands in the text, is short, and is closed before the next begins."""
    if len(xml) > MAX_PART:
        raise refuse(Fault.TOO_LARGE)
    if found := _MARK_IN_TAG.search(xml):
        raise refuse(Fault.BROKEN, found[0])
    text = _TAG.sub("", xml)
    starts = [mark.start() for mark in _MARK.finditer(text)]
    if len(starts) > MAX_MARKS:
        raise refuse(Fault.TOO_LARGE)
    if "-%}" in text:  # docxtpl would search the rest of the part for each of them
        raise refuse(Fault.FORBIDDEN, "-%}")
    for start, following in pairwise([*starts, len(text)]):
        mark = text[start : min(start + MAX_MARK, following)]
        if _CLOSING[mark[1]] not in mark[2:]:
            raise refuse(Fault.BROKEN, mark)
        if mark[1] == "%" and not _STATEMENT.match(mark):
            raise refuse(Fault.FORBIDDEN, mark[: mark.index("%}") + 2])
