"""The default forms: what they say, alike as DOCX and as PDF."""

from collections import Counter
from dataclasses import replace
from typing import cast

import pytest

from app.papers.contexts import (
    Absence,
    AttendanceList,
    Minutes,
    PaperKind,
    Resolution,
    Signature,
)
from app.papers.defaults import default
from app.papers.examples import empty, example
from app.papers.pdf import to_pdf
from app.papers.rendering import render
from tests.factories.papers import both_forms, paragraphs_of, words_of, words_of_pdf

MINUTES = cast(Minutes, example(PaperKind.MINUTES))
RESOLUTION = cast(Resolution, example(PaperKind.RESOLUTION))
ATTENDANCE_LIST = cast(AttendanceList, example(PaperKind.ATTENDANCE_LIST))

HOSTILE_NAMES = [
    "{{ title }} {% if x %} {# x #} {_{ }_} %}",
    "<b>Đào</b> & Kha <w:t> \"Ước\" 'Ổn' &amp; ]]>",
    "#let x = 1; #panic() $a$ *b* _c_ @d `e` <f> ~ = - + / [g] ]",
    'Kha\\ \\" \\u{41} "); panic("x")',
    "// chú thích /* x */",
]


class TestBothForms:
    @pytest.mark.parametrize("kind", PaperKind)
    def test_docx_and_pdf_have_the_same_words(self, kind: PaperKind) -> None:
        docx = render(default(kind), example(kind))
        pages = {"2", "3"}  # the numbers above the later pages

        more = Counter(words_of_pdf(to_pdf(docx)))
        more.subtract(words_of(docx))

        assert {word for word, count in more.items() if count} <= pages

    @pytest.mark.parametrize("kind", PaperKind)
    def test_a_paper_without_anything_is_still_a_paper(self, kind: PaperKind) -> None:
        docx, pdf = both_forms(render(default(kind), empty(kind)))

        assert "ĐẢNG CỘNG SẢN VIỆT NAM" in docx
        assert "ĐẢNG CỘNG SẢN VIỆT NAM" in pdf

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_a_name_is_never_taken_for_anything_but_a_name(self, name: str) -> None:
        line = replace(ATTENDANCE_LIST.lines[0], full_name=name, reason="")
        paper = replace(ATTENDANCE_LIST, title=name, lines=(line,))

        docx = render(default(PaperKind.ATTENDANCE_LIST), paper)

        assert paragraphs_of(docx).count(name) == 2
        assert "".join(name.split()) in "".join(words_of_pdf(to_pdf(docx)))

    def test_the_lines_of_a_text_are_paragraphs_of_their_own(self) -> None:
        paper = replace(MINUTES, assessment="Việc một\r\nViệc hai\x00\x0b\n\tViệc ba")

        said = paragraphs_of(render(default(PaperKind.MINUTES), paper))

        assert said[said.index("Việc một") :][:3] == ["Việc một", "Việc hai", "Việc ba"]

    def test_one_paper_makes_the_same_bytes_again(self) -> None:
        docx = render(default(PaperKind.RESOLUTION), RESOLUTION)

        assert to_pdf(docx) == to_pdf(docx)


class TestMinutes:
    def test_they_tell_who_came_and_who_did_not_and_why(self) -> None:
        for said in both_forms(render(default(PaperKind.MINUTES), MINUTES)):
            assert "ĐẢNG BỘ XÃ BÌNH MINH" in said
            assert "CHI BỘ THÔN ĐÔNG HÀ" in said
            assert "Số 05-BB/CB" in said
            assert "Bình Minh, ngày 05 tháng 5 năm 2026" in said
            assert "triệu tập: 6 (chính thức: 4; dự bị: 1; sinh hoạt tạm thời: 1)" in said
            assert "Có mặt: 4 (đạt 66,67 %). Vắng: 2; có lý do: 1; không lý do: 1." in said
            assert "Vũ Thị Ngọc Ánh: Vắng có lý do (Đi công tác)." in said
            assert "Bùi Văn Sửu: Vắng không lý do." in said
            assert "Miễn sinh hoạt: 1 (Đặng Văn Ổn)" in said
            assert "Khách mời: Hoàng Thị Ước, Trưởng thôn." in said

    def test_they_tell_what_was_decided_and_who_signs(self) -> None:
        said, _ = both_forms(render(default(PaperKind.MINUTES), MINUTES))

        assert "Thông qua nghị quyết tháng 5 3 0 1 4 75,00 % Thông qua" in said
        assert "Rà soát hộ khó khăn Đỗ Thị Hường 25/05/2026" in said
        assert "Số điểm: 92. Xếp loại: Tốt" in said
        assert "THƯ KÝ (ký, ghi rõ họ tên) Đã xác nhận lúc 20:40 ngày 05/05/2026" in said
        assert "CHỦ TRÌ (ký, ghi rõ họ tên) Đã xác nhận lúc 20:15 ngày 05/05/2026" in said
        assert said.index("PHỤ LỤC") < said.index("1. Lê Văn Bảy: Đề nghị khởi công")

    def test_what_is_missing_leaves_no_trace(self) -> None:
        unsigned = Signature(full_name="Nguyễn Thị Đào", confirmed_at="")
        absence = Absence(full_name="Bùi Văn Sửu", status="Vắng không lý do", reason="")
        paper = replace(
            MINUTES, opinions=(), votes=(), absences=(absence,), chair_signature=unsigned
        )

        said, _ = both_forms(render(default(PaperKind.MINUTES), paper))

        assert "PHỤ LỤC" not in said
        assert "Biểu quyết" not in said
        assert "()" not in said
        assert said.count("Đã xác nhận") == 1


class TestResolution:
    def test_it_rests_on_its_bases_and_says_how_it_was_voted(self) -> None:
        for said in both_forms(render(default(PaperKind.RESOLUTION), RESOLUTION)):
            assert "Căn cứ Điều lệ Đảng Cộng sản Việt Nam;" in said
            assert "3/4 đảng viên tán thành (đạt 75,00 %)" in said
            assert "Nghị quyết có hiệu lực từ ngày ký." in said
            assert "T/M CHI BỘ BÍ THƯ" in said
            assert "Nơi nhận:" in said

    def test_a_conclusion_has_the_same_form(self) -> None:
        paper = replace(RESOLUTION, form="Kết luận")

        said, _ = both_forms(render(default(PaperKind.RESOLUTION), paper))

        assert "KẾT LUẬN" in said
        assert "NGHỊ QUYẾT" not in said


class TestAttendanceList:
    def test_it_lists_everybody_the_absent_too(self) -> None:
        for said in both_forms(render(default(PaperKind.ATTENDANCE_LIST), ATTENDANCE_LIST)):
            assert "3 Nguyễn Thị Đào Chính thức 19:15 Có mặt" in said
            assert "6 Bùi Văn Sửu Dự bị Vắng không lý do" in said
            assert "Tỷ lệ có mặt: 66,67 %" in said
        exempt, guests = said.index("Đặng Văn Ổn"), said.index("Phạm Quốc Tường")
        assert said.index("Tỷ lệ có mặt") < exempt < guests

    def test_a_blank_one_leaves_open_what_is_not_known_yet(self) -> None:
        paper = ATTENDANCE_LIST.as_blank()

        for said in both_forms(render(default(PaperKind.ATTENDANCE_LIST), paper)):
            assert "1 Vũ Thị Ngọc Ánh Chính thức 2 Lê Văn Bảy Chính thức 3" in said
            assert "Có mặt: ……. Vắng: ……; có lý do: ……" in said
            assert "triệu tập" in said.lower()
            assert not {"19:15", "66,67"} & set(said.split())
            assert "Đi công tác" not in said
