"""The pieces that default templates are put together from, in Word's own terms."""

from io import BytesIO
from typing import Final, NamedTuple

from docx import Document
from docx.document import Document as Draft
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

FONT: Final = "Times New Roman"
SIZE: Final = 14
TABLE_SIZE: Final = 13
LEFT, CENTER, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)


class Piece(NamedTuple):
    """Words of a paragraph that look alike."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_underlined: bool = False
    size: int = SIZE


class Column(NamedTuple):
    """`cell` is what each row says below the title."""

    title: str
    width: float  # cm
    cell: str
    is_centred: bool = False
    number: str = ""  # of a column in a form: "5=4/3"


class Group(NamedTuple):
    """Columns below one title; without a title, one column through both rows."""

    title: str
    columns: tuple[Column, ...]


def bold(text: str) -> Piece:
    return Piece(text, is_bold=True)


def italic(text: str) -> Piece:
    return Piece(text, is_italic=True)


def blank_draft(title: str) -> Draft:
    """A4, the margins of party papers, and the page number at the top from page 2 on."""
    draft = Document()
    draft.core_properties.title, draft.core_properties.author = title, ""
    section = draft.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    section.header_distance = Cm(1)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = CENTER
    _add_page_number(number)
    _set_normal(draft)
    return draft


def turn(draft: Draft) -> None:
    """A4 across, for tables of many columns."""
    section = draft.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.5)


def write(
    container: Draft | _Cell, *pieces: Piece | str, align: WD_ALIGN_PARAGRAPH = JUSTIFY
) -> Paragraph:
    """A paragraph; justified ones, which are the running text, begin with an indent."""
    paragraph = container.add_paragraph()
    paragraph.alignment = align
    if align == JUSTIFY:
        paragraph.paragraph_format.first_line_indent = Cm(1.27)
    _add(paragraph, pieces)
    return paragraph


def heading(draft: Draft, text: str) -> None:
    write(draft, bold(text)).paragraph_format.keep_with_next = True


def statement(draft: Draft, statement: str) -> None:
    """A paragraph that only rules its neighbours and vanishes."""
    write(draft, f"{{%p {statement} %}}", align=LEFT)


def write_each(draft: Draft, each: str, text: str) -> None:
    """One paragraph for each thing of a list."""
    statement(draft, f"for {each}")
    write(draft, text)
    statement(draft, "endfor")


def table(draft: Draft, each: str, columns: tuple[Column, ...]) -> None:
    """A ruled table: its titles on every page, one row for each thing of a list."""
    grid = _grid(draft, tuple(column.width for column in columns), rows=4)
    grid.style = draft.styles["Table Grid"]
    titles, begins, row, ends = grid.rows
    _mark(titles, "w:tblHeader")
    _mark(row, "w:cantSplit")
    for place, column in enumerate(columns):
        _put(titles.cells[place], bold(column.title), align=CENTER)
        _put(row.cells[place], column.cell, align=CENTER if column.is_centred else LEFT)
    _put(begins.cells[0], f"{{%tr for {each} %}}")
    _put(ends.cells[0], "{%tr endfor %}")
    write(draft, align=LEFT).paragraph_format.space_after = Pt(0)


def grouped_table(
    draft: Draft, each: str, groups: tuple[Group, ...], *, total: str, size: int
) -> None:
    """A wide table: titles in two rows and a row of numbers, on every page; its sum below.

    A cell that says `{{ line.x }}` says `{{ total.x }}` in the sum.
    """
    columns = [column for group in groups for column in group.columns]
    grid = _grid(draft, tuple(column.width for column in columns), rows=7)
    grid.style = draft.styles["Table Grid"]
    upper, lower, numbers, begins, row, ends, sum_row = grid.rows
    for head in (upper, lower, numbers):
        _mark(head, "w:tblHeader")
    _mark(row, "w:cantSplit")
    first = 0
    for group in groups:
        _put_group(upper.cells, lower.cells, first, group, size)
        first += len(group.columns)
    for place, column in enumerate(columns):
        align = CENTER if column.is_centred else LEFT
        _put(numbers.cells[place], _sized(column.number, size, is_italic=True), align=CENTER)
        _put(row.cells[place], _sized(column.cell, size), align=align)
        said = column.cell.replace("{{ line.", f"{{{{ {total}.")
        _put(sum_row.cells[place], _sized(said, size, is_bold=True), align=align)
    _put(begins.cells[0], f"{{%tr for {each} %}}")
    _put(ends.cells[0], "{%tr endfor %}")
    write(draft, align=LEFT).paragraph_format.space_after = Pt(0)


def columns(draft: Draft, widths: tuple[float, ...], rows: int) -> list[tuple[_Cell, ...]]:
    """Cells side by side without rules, each row kept on one page."""
    grid = _grid(draft, widths, rows)
    for row in grid.rows:
        _mark(row, "w:cantSplit")
    return [row.cells for row in grid.rows]


def fill(cell: _Cell, *lines: Piece | str, align: WD_ALIGN_PARAGRAPH = CENTER) -> None:
    """Lines one below the other."""
    for place, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.alignment = align
        paragraph.paragraph_format.space_after = Pt(0)
        _add(paragraph, (line,))


def to_bytes(draft: Draft) -> bytes:
    content = BytesIO()
    draft.save(content)
    return content.getvalue()


def _add(paragraph: Paragraph, pieces: tuple[Piece | str, ...]) -> None:
    for piece in pieces:
        said = Piece(piece) if isinstance(piece, str) else piece
        run = paragraph.add_run(said.text)
        run.bold, run.italic = said.is_bold or None, said.is_italic or None
        run.underline = said.is_underlined or None
        run.font.size = None if said.size == SIZE else Pt(said.size)


def _grid(draft: Draft, widths: tuple[float, ...], rows: int) -> Table:
    grid: Table = draft.add_table(rows=rows, cols=len(widths))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    for place, width in enumerate(widths):
        grid.columns[place].width = Cm(width)
        for cell in grid.columns[place].cells:
            cell.width = Cm(width)
    return grid


def _put_group(
    upper: tuple[_Cell, ...], lower: tuple[_Cell, ...], first: int, group: Group, size: int
) -> None:
    last = first + len(group.columns) - 1
    if not group.title:
        title = _sized(group.columns[0].title, size, is_bold=True)
        _put(upper[first].merge(lower[first]), title, align=CENTER)
        upper[first].vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        return
    _put(upper[first].merge(upper[last]), _sized(group.title, size, is_bold=True), align=CENTER)
    for place, column in enumerate(group.columns, start=first):
        _put(lower[place], _sized(column.title, size, is_bold=True), align=CENTER)


def _sized(text: str, size: int, *, is_bold: bool = False, is_italic: bool = False) -> Piece:
    return Piece(text, is_bold=is_bold, is_italic=is_italic, size=size)


def _put(cell: _Cell, piece: Piece | str, *, align: WD_ALIGN_PARAGRAPH = LEFT) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    said = Piece(piece) if isinstance(piece, str) else piece
    _add(paragraph, (said._replace(size=TABLE_SIZE) if said.size == SIZE else said,))


def _mark(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 - no other way in


def _add_page_number(paragraph: Paragraph) -> None:
    instruction = OxmlElement("w:instrText")
    instruction.text = "PAGE"
    for part in (_field_mark("begin"), instruction, _field_mark("end")):
        paragraph.add_run()._r.append(part)  # noqa: SLF001 - python-docx has no fields


def _field_mark(kind: str) -> BaseOxmlElement:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def _set_normal(draft: Draft) -> None:
    normal = draft.styles["Normal"]
    if not isinstance(normal, ParagraphStyle):
        raise TypeError("the normal style of a document is a style of paragraphs")
    normal.font.name, normal.font.size = FONT, Pt(SIZE)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.space_before = Pt(0)
    normal.paragraph_format.line_spacing = 1.1
