"""A file that is stamped secret is known by its texts, wherever in it they stand."""

from collections.abc import Callable
from io import BytesIO

import pytest

from app.core.errors import Invalid, TooLarge
from app.files import pdfs
from app.files.kinds import FileKind, recognise
from app.files.secrecy import stamp_in_file
from tests.factories import files as make

HARMLESS = ["Kế hoạch bảo vệ bí mật nhà nước", "Danh sách có mặt", "Công tác bảo mật"]
_ROW = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
_WORD = "<w:document xmlns:w='w' xmlns:v='v' xmlns:a='a'>{}</w:document>"


def stamp(kind: FileKind, content: bytes) -> str | None:
    file = BytesIO(content)
    assert recognise(file, f"a.{kind}") is kind
    return stamp_in_file(kind, file)


class TestWord:
    def test_a_paragraph_or_a_header_or_a_title_is_read(self) -> None:
        assert stamp(FileKind.DOCX, make.make_docx([*HARMLESS, "TỐI MẬT"])) == "TỐI MẬT"
        assert stamp(FileKind.DOCX, make.make_docx(HARMLESS, header="Độ mật: Mật")) == "MẬT"
        assert stamp(FileKind.DOCX, make.make_docx(HARMLESS, title="Tuyệt mật")) == "TUYỆT MẬT"
        assert stamp(FileKind.DOCX, make.make_docx(HARMLESS)) is None

    @pytest.mark.parametrize(
        "inside",
        [
            "<w:p><w:r><w:t>M</w:t></w:r><w:r><w:t>Ậ</w:t><w:t>T</w:t></w:r></w:p>",
            "<w:p><w:t>Số 5</w:t><w:txbxContent><w:p><w:t>MẬT</w:t></w:p></w:txbxContent></w:p>",
            "<w:p><w:t>Số 5</w:t><w:tab/><w:t>MẬT</w:t></w:p>",
            "<w:p><w:t>Số 5</w:t><w:br/><w:t>MẬT</w:t></w:p>",
            "<w:tbl><w:tc><w:p><w:t>MẬT</w:t></w:p></w:tc></w:tbl>",
            _ROW.format("<w:p><w:t>M</w:t></w:p>", "<w:p><w:t>Ậ T</w:t></w:p>"),
            "<v:textpath string='MẬT'/>",
            "<a:p><a:r><a:t>MẬT</a:t></a:r></a:p>",
        ],
    )
    def test_every_place_of_a_stamp_is_read(self, inside: str) -> None:
        content = make.make_package(word__document_xml=_WORD.format(inside))

        assert stamp(FileKind.DOCX, content) == "MẬT"

    def test_cells_that_say_something_else_together_are_none(self) -> None:
        row = _ROW.format("<w:p><w:t>BÍ</w:t></w:p>", "<w:p><w:t>MẬ</w:t></w:p>")
        content = make.make_package(
            word__document_xml=_WORD.format(row + "<w:p><w:t>T</w:t></w:p>")
        )

        assert stamp(FileKind.DOCX, content) is None

    def test_what_cannot_be_read_is_refused(self) -> None:
        with pytest.raises(Invalid):
            stamp(FileKind.DOCX, make.make_package(word__document_xml="<w:document>"))


class TestExcel:
    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (make.make_xlsx([["Kế hoạch", "MẬT"]]), "MẬT"),
            (make.make_xlsx([["Kế hoạch"]], sheet="Tối mật"), "TỐI MẬT"),
            (make.make_xlsx([["Kế hoạch"], ["Số 5", "TỐI MẬ", "T"]]), "TỐI MẬT"),
            (make.make_xlsx([["a"]], header='&L&"Arial,Bold"&14TUYỆT MẬT&RTrang &P'), "TUYỆT MẬT"),
            (make.make_xlsx([HARMLESS], header="&LTrang &P"), None),
        ],
    )
    def test_cells_sheets_and_headers_are_read(self, content: bytes, found: str | None) -> None:
        assert stamp(FileKind.XLSX, content) == found


class TestPdf:
    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            (["#text(tracking: 0.5em)[TUYỆT MẬT]", *HARMLESS], "TUYỆT MẬT"),
            (["Số 5", "M Ậ T", *HARMLESS], "MẬT"),
            (["#grid(columns: (1fr, 1fr))[Số 5][Xã Mẫu, ngày 5][*MẬT*][ĐẢNG BỘ XÃ MẪU]"], "MẬT"),
            (["#rotate(45deg)[TỐI MẬT]", *HARMLESS], "TỐI MẬT"),
            (["#table(columns: 3)[Số][Độ mật][Ngày][05][Tối mật][5/5]"], "TỐI MẬT"),
            (["Kế hoạch", "#pagebreak()", "MẬT"], "MẬT"),
            ([*HARMLESS, "Giữ bí *mật* và giữ *BÍ MẬT*", "#block(width: 2em)[giữ bí mật]"], None),
            (["#set par(justify: true)", f"đóng dấu MẬT của cơ quan {'dài' * 30} như vậy"], None),
            (["#lorem(300)"], None),
        ],
    )
    def test_pages_are_read(self, lines: list[str], found: str | None) -> None:
        assert stamp(FileKind.PDF, make.make_pdf(lines)) == found

    def test_a_title_is_read(self) -> None:
        assert stamp(FileKind.PDF, make.make_pdf(title="Kế hoạch (mật)")) == "MẬT"

    def test_a_note_laid_over_a_page_is_read(self) -> None:
        assert stamp(FileKind.PDF, make.make_pdf_page(note="Tối mật")) == "TỐI MẬT"

    @pytest.mark.parametrize("limit", ["MAX_PAGES", "MAX_OPERATORS"])
    def test_what_is_too_long_to_be_read_is_refused(
        self, limit: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pdfs, limit, 1)

        with pytest.raises(Invalid) as refused:
            stamp(FileKind.PDF, make.make_pdf(["Kế hoạch", "#pagebreak()", "MẬT"]))
        assert refused.value.details["errors"][0]["code"] == "file_too_long"
        assert stamp(FileKind.PDF, make.make_pdf(HARMLESS)) is None

    def test_a_page_that_unpacks_to_too_much_is_refused(self) -> None:
        with pytest.raises(TooLarge):
            stamp(FileKind.PDF, make.make_pdf_page(b"q Q\n" * 3 * 2**20))


class TestPictures:
    @pytest.mark.parametrize(
        ("kind", "make_picture"),
        [(FileKind.PNG, make.make_png), (FileKind.JPEG, make.make_jpeg)],
    )
    def test_a_picture_has_no_text(self, kind: FileKind, make_picture: Callable[[], bytes]) -> None:
        assert stamp(kind, make_picture()) is None
