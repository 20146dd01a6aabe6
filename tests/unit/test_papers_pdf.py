"""What of Word the PDF understands: every letter, and the shapes that offices use."""

import unicodedata
from io import BytesIO
from typing import cast

import pytest
from docx import Document
from docx.document import Document as Draft
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from app.papers.contexts import PaperKind
from app.papers.defaults import default
from app.papers.examples import example
from app.papers.numbering import Numbering
from app.papers.pdf import to_pdf
from app.papers.rendering import render
from tests.factories.papers import make_template, saved, words_of_pdf

TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LETTERS = "".join(
    unicodedata.normalize("NFC", letter + tone)
    for letter in "aăâbcdđeêghiklmnoôơpqrstuưvxy"
    for tone in (TONES if letter in "aăâeêioôơuưy" else TONES[:1])
)


def said(draft: Draft) -> str:
    return " ".join(words_of_pdf(to_pdf(saved(draft))))


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


class TestLetters:
    @pytest.mark.parametrize("style", ["bold", "italic", "underline", "strike", "superscript"])
    def test_every_vietnamese_letter_is_set(self, style: str) -> None:
        draft = Document()
        setattr(draft.add_paragraph().add_run(LETTERS).font, style, True)
        draft.add_paragraph(LETTERS.upper())

        written = said(draft).replace(" ", "")

        assert len(LETTERS) == 12 * 6 + 17
        assert LETTERS in written
        assert LETTERS.upper() in written

    def test_the_same_letters_come_from_the_same_font_everywhere(self) -> None:
        reader = PdfReader(BytesIO(to_pdf(make_template(LETTERS))))
        fonts = cast(DictionaryObject, reader.pages[0]["/Resources"])["/Font"]

        names = {font.get_object()["/BaseFont"] for font in cast(DictionaryObject, fonts).values()}

        assert [name.partition("+")[2] for name in names] == ["LibertinusSerif-Regular-Identity-H"]

    def test_capitals_hidden_words_and_special_signs_are_as_in_word(self) -> None:
        draft = Document()
        paragraph = draft.add_paragraph()
        paragraph.add_run("chi bộ").font.all_caps = True
        paragraph.add_run("giấu").font.hidden = True
        paragraph.add_run(" Đông\nHà\tMột\u00a0hai – “ba” … ☐")

        assert said(draft) == "CHI BỘ Đông Hà Một hai – “ba” … ☐"


class TestPages:
    def test_a_page_break_breaks_and_later_pages_are_numbered(self) -> None:
        minutes = to_pdf(render(default(PaperKind.MINUTES), example(PaperKind.MINUTES)))

        first, second, third = pages(minutes)

        assert not first.startswith("1")
        assert (second[0], third[:9]) == ("2", "3 PHỤ LỤC")

    def test_it_is_a4_standing_or_lying_whatever_the_template_says(self) -> None:
        draft = Document()
        section = draft.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.left_margin = Cm(1), Cm(90)
        draft.add_paragraph("ngang")

        page = PdfReader(BytesIO(to_pdf(saved(draft)))).pages[0]

        assert [round(side) for side in page.mediabox[2:]] == [842, 595]
        assert page.extract_text() == "ngang"

    def test_headers_and_footers_count_the_pages(self) -> None:
        draft = Document()
        footer = draft.sections[0].footer.paragraphs[0]
        footer.add_run("Trang ")
        for instruction in (" PAGE \\* MERGEFORMAT ", "NUMPAGES"):
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), instruction)
            footer._p.append(field)  # noqa: SLF001 - python-docx has no fields
        draft.add_paragraph("một").add_run().add_break()
        draft.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        draft.add_paragraph("hai")

        assert pages(to_pdf(saved(draft))) == ["một Trang 12", "hai Trang 22"]


class TestNumbering:
    def test_words_own_numbers_are_counted(self) -> None:
        draft = Document()
        for text, style in (
            *(("Một", "List Number"), ("Hai", "List Number")),
            *(("Gạch", "List Bullet"), ("Ba", "List Number")),
        ):
            draft.add_paragraph(text, style=style)

        assert said(draft) == "1. Một 2. Hai – Gạch 3. Ba"

    def test_levels_count_within_each_other(self) -> None:
        numbering = OxmlElement("w:numbering")
        kind, one = OxmlElement("w:abstractNum"), OxmlElement("w:num")
        kind.set(qn("w:abstractNumId"), "0")
        one.set(qn("w:numId"), "1")
        link = OxmlElement("w:abstractNumId")
        link.set(qn("w:val"), "0")
        one.append(link)
        for depth, form, text in (
            (0, "upperRoman", "%1."),
            (1, "decimal", "%1.%2"),
            (2, "lowerLetter", "%3)"),
        ):
            level = OxmlElement("w:lvl")
            level.set(qn("w:ilvl"), str(depth))
            for name, value in (("numFmt", form), ("lvlText", text)):
                part = OxmlElement(f"w:{name}")
                part.set(qn("w:val"), value)
                level.append(part)
            kind.append(level)
        numbering.extend([kind, one])
        counted = Numbering(numbering)

        labels = [counted.label((1, depth)) for depth in (0, 1, 1, 2, 2, 0, 1, 9)]

        assert labels == ["I.", "I.1", "I.2", "a)", "b)", "II.", "II.1", ""]
        assert counted.label((7, 0)) == ""


class TestTables:
    def test_merged_cells_say_their_words_once(self) -> None:
        draft = Document()
        grid = draft.add_table(rows=3, cols=3)
        grid.style = "Table Grid"
        for number, cell in enumerate(cell for row in grid.rows for cell in row.cells):
            cell.text = f"ô{number}"
        grid.cell(0, 0).merge(grid.cell(0, 1)).text = "ngang"
        grid.cell(0, 2).merge(grid.cell(2, 2)).text = "dọc"
        inner = grid.cell(2, 0).add_table(1, 1)
        inner.cell(0, 0).text = "trong"

        assert sorted(said(draft).split()) == ["dọc", "ngang", "trong", "ô3", "ô4", "ô6", "ô7"]

    def test_a_table_of_uneven_rows_is_set_whole(self) -> None:
        draft = Document()
        grid = draft.add_table(rows=2, cols=3)
        for number, cell in enumerate(cell for row in grid.rows for cell in row.cells):
            cell.text = f"ô{number}"
        last = grid.rows[1]._tr  # noqa: SLF001 - python-docx keeps rows even
        last.remove(last.tc_lst[-1])

        assert said(draft) == "ô0 ô1 ô2 ô3 ô4"

    def test_titles_stand_on_every_page(self) -> None:
        draft = Document()
        grid = draft.add_table(rows=120, cols=1)
        for row in grid.rows:
            row.cells[0].text = "dòng"
        grid.rows[0].cells[0].text = "Tiêu đề"
        grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - no other way in

        set_pages = pages(to_pdf(saved(draft)))

        assert len(set_pages) > 2
        assert all(page.startswith("Tiêu đề dòng") for page in set_pages)
