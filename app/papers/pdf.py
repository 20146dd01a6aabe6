"""A rendered DOCX set as PDF: the same words in the same order, with the fonts of the typesetter.

Paragraphs, tables, numbering, headers and footers are understood; `omissions` names the rest.
"""

from functools import cache
from io import BytesIO
from typing import Final

import typst
from docx import Document
from docx.document import Document as Source
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.parts.numbering import NumberingPart
from docx.section import _Footer, _Header
from docx.shared import Length

from app.papers.faults import Fault, refuse
from app.papers.numbering import Numbering
from app.papers.paragraphs import PAGE_BREAK, Paragraphs
from app.papers.styles import Styles
from app.papers.tables import write_table
from app.papers.typesetting import length, literal, sequence
from app.papers.wordml import Element, local_name, within

FONT: Final = "Libertinus Serif"
MAX_NESTING: Final = 3  # tables in tables
MAX_TYPST: Final = 4 * 1024 * 1024

_SHORT, _LONG = 595.28, 841.89  # A4, in points
_LEAST_MARGIN, _MOST_MARGIN = 20.0, 200.0
_CONTAINERS: Final = ("sdt", "sdtContent", "customXml", "ins")


def to_pdf(docx: bytes) -> bytes:
    """Set a document that `render` made; the same document makes the same bytes."""
    written = _Setter(Document(BytesIO(docx))).write()
    if len(written) > MAX_TYPST:
        raise refuse(Fault.TOO_LARGE)
    return typst.compile(written.encode(), font_paths=_fonts(), format="pdf")


@cache
def _fonts() -> typst.Fonts:
    """Those that come with the library: every machine sets alike."""
    return typst.Fonts(include_system_fonts=False)


class _Setter:
    """Sets one document, from its first block to its last."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.section = source.sections[-1]
        self.styles = Styles(source.styles.element)
        self.paragraphs = Paragraphs(self.styles, Numbering(_numbering(source)))
        is_wide = self.section.orientation == WD_ORIENT.LANDSCAPE
        self.page = (_LONG, _SHORT) if is_wide else (_SHORT, _LONG)

    def write(self) -> str:
        body = self.blocks(self.source.element.body, self._width())
        title = literal(self.source.core_properties.title or "")
        rules = [
            f"#set document(title: {title}, date: none)",
            f"#set page({self._page()})",
            f'#set text(font: "{FONT}", lang: "vi", hyphenate: false, ligatures: false, '
            "top-edge: 0.95em, bottom-edge: -0.2em)",
        ]
        return "\n".join([*rules, f"#{sequence(body)}"])

    def blocks(self, container: Element, width: float, depth: int = 0) -> list[str]:
        """`width` is in points, `depth` how many tables are around."""
        blocks: list[str] = []
        for element in container.iterchildren():
            name = local_name(element)
            if name == "p":
                blocks += self.paragraphs.blocks(element)
            elif name == "tbl":
                blocks.append(self._table(element, width, depth + 1))
            elif name in _CONTAINERS:
                blocks += self.blocks(element, width, depth)
        return [block for block in blocks if block and not (depth and block == PAGE_BREAK)]

    def _table(self, element: Element, width: float, depth: int) -> str:
        if depth > MAX_NESTING:
            raise refuse(Fault.TOO_LARGE)
        return write_table(
            element, self.styles, width, lambda cell, own: self.blocks(cell, own, depth)
        )

    def _width(self) -> float:
        left, right = self.section.left_margin, self.section.right_margin
        return self.page[0] - _margin(left) - _margin(right)

    def _page(self) -> str:
        section = self.section
        margins = ", ".join(
            f"{side}: {length(_margin(written))}"
            for side, written in (
                ("left", section.left_margin),
                ("right", section.right_margin),
                ("top", section.top_margin),
                ("bottom", section.bottom_margin),
            )
        )
        width, height = self.page
        return (
            f"width: {length(width)}, height: {length(height)}, margin: ({margins}), "
            f"header: {self._margins(section.header, section.first_page_header)}, "
            f"footer: {self._margins(section.footer, section.first_page_footer)}"
        )

    def _margins(self, usual: _Header | _Footer, first: _Header | _Footer) -> str:
        """What stands above or below the text, which may differ on the first page."""
        written = self._margin_blocks(usual)
        if not self.section.different_first_page_header_footer:
            return written
        other = self._margin_blocks(first)
        return f"context if counter(page).get().first() == 1 {{{other}}} else {{{written}}}"

    def _margin_blocks(self, words: _Header | _Footer) -> str:
        """Inherited ones are those of an earlier section; the first inherits nothing."""
        if words.is_linked_to_previous:
            return "[]"
        blocks = self.blocks(words.part.element, self._width(), depth=1)
        return sequence(blocks) if blocks else "[]"


def _margin(written: Length | None) -> float:
    return within(_LEAST_MARGIN if written is None else written.pt, _LEAST_MARGIN, _MOST_MARGIN)


def _numbering(source: Source) -> Element | None:
    try:
        part = source.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
    except KeyError:  # nothing is numbered
        return None
    return part.element if isinstance(part, NumberingPart) else None
