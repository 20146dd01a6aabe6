"""A file is what its bytes say, all of it, and nothing besides."""

import struct
from collections.abc import Callable
from io import BytesIO

import pytest

from app.core.errors import AppError, TooLarge
from app.core.settings import DOCUMENT_LIMIT
from app.files.kinds import FileKind, recognise
from app.files.refusals import UnknownKind
from tests.factories import files as make

WHOLE: dict[FileKind, Callable[[], bytes]] = {
    FileKind.PDF: make.make_pdf,
    FileKind.DOCX: make.make_docx,
    FileKind.XLSX: make.make_xlsx,
    FileKind.PNG: make.make_png,
    FileKind.JPEG: make.make_jpeg,
}


def refusal_of(content: bytes, name: str) -> str:
    with pytest.raises(AppError) as refusal:
        recognise(BytesIO(content), name)
    errors = refusal.value.details.get("errors")
    return str(errors[0]["code"] if errors else refusal.value.code)


class TestWholeFiles:
    @pytest.mark.parametrize("kind", FileKind)
    def test_each_kind_is_told_by_its_content(self, kind: FileKind) -> None:
        assert recognise(BytesIO(WHOLE[kind]()), f"Báo cáo.{kind.upper()}") is kind
        assert "/" in kind.media_type

    def test_a_photograph_may_be_called_jpg_and_carry_a_second_picture(self) -> None:
        assert recognise(BytesIO(make.make_jpeg() * 2), "ảnh.jpg") is FileKind.JPEG

    @pytest.mark.parametrize("kind", FileKind)
    def test_a_name_must_not_claim_another_kind(self, kind: FileKind) -> None:
        assert refusal_of(WHOLE[kind](), "Báo cáo.txt") == "wrong_extension"
        assert refusal_of(WHOLE[kind](), "Báo cáo") == "wrong_extension"

    @pytest.mark.parametrize(
        "content",
        [
            b"<html>",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"MZ",
            b"GIF89a",
            make.make_zip({"a": ""}),
        ],
    )
    def test_other_kinds_are_not_taken(self, content: bytes) -> None:
        with pytest.raises(UnknownKind):
            recognise(BytesIO(content), "a.pdf")

    def test_nothing_and_too_much_are_not_taken(self) -> None:
        assert refusal_of(b"", "a.pdf") == "file_empty"
        assert refusal_of(b"%PDF-" + bytes(DOCUMENT_LIMIT), "a.pdf") == "too_large"


class TestDisguises:
    @pytest.mark.parametrize("kind", FileKind)
    def test_nothing_may_stand_behind_a_file(self, kind: FileKind) -> None:
        archive = make.make_zip({"a.txt": "invented"})
        for behind in (b"<script>invented()</script>", archive):
            assert refusal_of(WHOLE[kind]() + behind, f"a.{kind}") == "file_disguised"

    @pytest.mark.parametrize("kind", FileKind)
    def test_nothing_may_stand_before_a_file(self, kind: FileKind) -> None:
        assert refusal_of(b"<html>" + WHOLE[kind](), f"a.{kind}") == "unsupported_media_type"

    def test_a_page_of_the_web_is_no_pdf(self) -> None:
        page = b"%PDF-1.7\n<html><script>invented()</script>" + make.make_pdf()

        assert refusal_of(page, "a.pdf") == "file_disguised"

    def test_an_archive_in_an_archive_is_seen(self) -> None:
        first = make.make_zip({"a.txt": "invented"})

        assert refusal_of(first + make.make_docx(), "a.docx") == "file_disguised"

    def test_a_comment_behind_an_archive_is_seen(self) -> None:
        content = make.make_docx()
        commented = content[:-2] + struct.pack("<H", 7) + b"<html/>"

        assert refusal_of(commented, "a.docx") == "file_disguised"


class TestDamagedFiles:
    @pytest.mark.parametrize("kind", FileKind)
    @pytest.mark.parametrize("share", [0.3, 0.95])
    def test_half_a_file_is_refused(self, kind: FileKind, share: float) -> None:
        content = WHOLE[kind]()

        assert refusal_of(content[: int(len(content) * share)], f"a.{kind}") == "file_unreadable"

    @pytest.mark.parametrize(
        "inside", [b"", b"1 0 obj", b"trailer << /Root 1 0 R >>\nstartxref\n9999\n", b"\0" * 99]
    )
    def test_a_pdf_of_nothing_is_refused(self, inside: bytes) -> None:
        assert refusal_of(b"%PDF-1.7\n" + inside + b"\n%%EOF", "a.pdf") == "file_unreadable"

    @pytest.mark.parametrize(
        ("content", "name"),
        [(make.make_png(20_001, 1), "a.png"), (make.make_jpeg(1, 20_001), "a.jpeg")],
    )
    def test_a_picture_has_bounded_sides(self, content: bytes, name: str) -> None:
        assert refusal_of(content, name) == "image_too_big"

    def test_a_picture_has_sides(self) -> None:
        assert refusal_of(make.make_png(0, 1), "a.png") == "file_unreadable"


class TestPackages:
    def test_an_archive_of_small_size_and_great_volume_is_refused(self) -> None:
        with pytest.raises(TooLarge):
            recognise(BytesIO(make.make_package(word__document_xml=" " * 2**21)), "a.docx")

    @pytest.mark.parametrize("name", ["/a.xml", "../a.xml", "word/../../a.xml", "C:\\a.xml"])
    def test_a_part_lies_inside(self, name: str) -> None:
        content = make.make_zip({"[Content_Types].xml": "<Types/>", name: ""})

        assert refusal_of(content, "a.docx") == "file_disguised"

    def test_no_two_parts_have_one_name(self) -> None:
        content = make.make_package(word__document_xml="<a/>", WORD__document_xml="<b/>")

        assert refusal_of(content, "a.docx") == "file_disguised"

    def test_a_part_without_the_others_is_no_document(self) -> None:
        both = "".join(f'<Override ContentType="{main}"/>' for main in make.MAIN_TYPES.values())
        archive = make.make_zip({"[Content_Types].xml": f"<Types>{both}</Types>"})

        assert refusal_of(archive, "a.docx") == "file_disguised"

    def test_an_archive_with_a_password_is_refused(self) -> None:
        content = bytearray(make.make_package())
        content[content.rindex(b"PK\x01\x02") + 8] |= 1

        assert refusal_of(bytes(content), "a.docx") == "file_encrypted"

    def test_entities_are_not_expanded(self) -> None:
        bomb = '<!DOCTYPE a [<!ENTITY b "c">]><Types>&b;</Types>'

        assert refusal_of(make.make_zip({"[Content_Types].xml": bomb}), "a.docx") == (
            "file_unreadable"
        )


class TestActiveContent:
    @pytest.mark.parametrize(
        "part",
        [
            "word__vbaProject_bin",
            "xl__embeddings__a_xlsx",
            "word__activeX__a_xml",
            "oleObject1_bin",
        ],
    )
    def test_a_part_that_acts_is_refused(self, part: str) -> None:
        assert refusal_of(make.make_package(**{part: ""}), "a.docx") == "file_active"

    @pytest.mark.parametrize(
        "type_",
        [
            "application/vnd.ms-word.document.macroEnabled.main+xml",
            "application/vnd.ms-office.vbaProject",
            "application/vnd.ms-excel.macrosheet+xml",
        ],
    )
    def test_a_type_that_acts_is_refused(self, type_: str) -> None:
        types = f'<Types><Override ContentType="{type_}"/></Types>'

        assert refusal_of(make.make_zip({"[Content_Types].xml": types}), "a.docx") == "file_active"

    def test_what_is_fetched_from_elsewhere_is_refused_but_links_are_not(self) -> None:
        relation = '<r><R Type="http://invented/{}" TargetMode="External" Target="x"/></r>'
        template, link = (
            make.make_package(word___rels__settings_xml_rels=relation.format(what))
            for what in ("attachedTemplate", "hyperlink")
        )

        assert refusal_of(template, "a.docx") == "file_active"
        assert recognise(BytesIO(link), "a.docx") is FileKind.DOCX

    @pytest.mark.parametrize(
        ("act", "code"),
        [
            *((act, "file_active") for act in ("JavaScript", "Launch", "attachment")),
            ("password", "file_encrypted"),
        ],
    )
    def test_a_pdf_is_only_paper(self, act: str, code: str) -> None:
        assert refusal_of(make.make_pdf_with(act), "a.pdf") == code
