"""A stamp of secrecy is seen however it is written; running text is none."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.files.stamps import find_stamp, stamp_in_line, stamp_in_name, stamp_in_page

STAMPS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")
FILLERS = " \u00a0\u200b\u200d\u2060\ufeff\u00ad.-_·*()[]|"


class TestLines:
    @pytest.mark.parametrize(
        ("line", "stamp"),
        [
            ("MẬT", "MẬT"),
            ("mật", "MẬT"),
            ("MAT", "MẬT"),
            ("MÂT", "MẬT"),
            ("Mạt", "MẬT"),
            ("M.Ậ.T", "MẬT"),
            ("[ M Ậ T ]", "MẬT"),
            ("*** MẬT ***", "MẬT"),
            ("\uff2d Ậ \uff34", "MẬT"),
            ("\u041c\u1eac\u0422", "MẬT"),
            ("\u039c\u0391\u03a4", "MẬT"),
            ("🄼🄰🅃", "MẬT"),
            (unicodedata.normalize("NFD", "MẬT"), "MẬT"),
            ("TỐI MẬT", "TỐI MẬT"),
            ("TOI MAT", "TỐI MẬT"),
            ("Tối-Mật", "TỐI MẬT"),
            ("TOÍ MẬT", "TỐI MẬT"),
            ("TUYỆT MẬT", "TUYỆT MẬT"),
            ("T U Y Ệ T  M Ậ T", "TUYỆT MẬT"),
            ("tuyet_mat", "TUYỆT MẬT"),
            ("MẬT   MẬT", "MẬT"),
            ("MẬT - KHẨN", "MẬT"),
            ("HỎA TỐC  TỐI MẬT", "TỐI MẬT"),
            ("Độ mật: Mật", "MẬT"),
            ("Mức độ mật: Tối mật", "TỐI MẬT"),
            ("DO MAT: MAT", "MẬT"),
            ("Cấp độ bảo mật: TUYỆT MẬT", "TUYỆT MẬT"),
            ("Số: 05-NQ/ĐU\tMẬT", "MẬT"),
            ("MẬT 2", "MẬT"),
            ("mËt", "MẬT"),
            ("Tèi mËt", "TỐI MẬT"),
            ("TUYEÄT MAÄT", "TUYỆT MẬT"),
            ("TUYỆT MẬT Kế hoạch phòng thủ 2026", "TUYỆT MẬT"),
            ("T U Y Ệ T  M Ậ T Kế hoạch", "TUYỆT MẬT"),
            ("Kế hoạch phòng thủ – TỐI MẬT.", "TỐI MẬT"),
            ("Số: 05-KH/ĐU TUYET-MAT", "TUYỆT MẬT"),
            ("MẬT (không phổ biến)", "MẬT"),
            ("TÀI LIỆU MẬT", "MẬT"),
            ("VĂN BẢN TỐI MẬT", "TỐI MẬT"),
            ("HO SO TUYET MAT", "TUYỆT MẬT"),
            ("HỒ SƠ MẬT (bản số 1)", "MẬT"),
        ],
    )
    def test_a_stamp_is_seen(self, line: str, stamp: str) -> None:
        assert stamp_in_line(line) == stamp

    @pytest.mark.parametrize(
        "line",
        [
            *("mặt", "mắt", "mất", "MẶT", "mát", "một", "mật khẩu", "Mét", "Tối", "TUYỆT"),
            *("bảo vệ bí mật nhà nước", "có mặt", "vắng mặt", "Công tác bảo mật", "BÍ MẬT"),
            *("Độ mật:", "Độ mật: Thường", "Mức độ mật", "Tôi mất thẻ", "tối mắt", "MẶT TRẬN"),
            *("", "   ", "12.05", "机密", "Mật " + "ong " * 600),
            *("Tuyệt mật là độ cao nhất", "văn bản tối mật", "Tài liệu mật", "MẶT TRẬN TỔ QUỐC"),
            *("MAT TRAN TO QUOC", "BẢO MẬT (quy chế)", "TÀI LIỆU BẢO MẬT", "HỒ SƠ BÍ MẬT"),
            *("Mật (ong rừng)", "TỐI MẶT (chiều)", "DANH SÁCH CÓ MẶT", "TÀI LIỆU MẶT TRẬN"),
            "DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TUYỆT MẬT",
        ],
    )
    def test_running_text_is_no_stamp(self, line: str) -> None:
        assert stamp_in_line(line) is None

    @settings(max_examples=80)
    @given(
        stamp=st.sampled_from(STAMPS),
        marks=st.lists(st.booleans(), min_size=24, max_size=24),
        fillers=st.lists(st.text(FILLERS, max_size=3), min_size=24, max_size=24),
        is_small=st.booleans(),
    )
    @example(stamp="TUYỆT MẬT", marks=[False] * 24, fillers=[" "] * 24, is_small=True)
    def test_fillers_and_lost_marks_never_hide_one(
        self, stamp: str, marks: list[bool], fillers: list[str], is_small: bool
    ) -> None:
        written = ""
        for letter, keeps, filler in zip(
            unicodedata.normalize("NFD", stamp), marks, fillers, strict=False
        ):
            if keeps or not unicodedata.combining(letter):
                written += letter + filler

        assert stamp_in_line(written.lower() if is_small else written) == stamp


class TestTitlesAndNames:
    @pytest.mark.parametrize(
        ("title", "stamp"),
        [
            ("[Tối mật] Kế hoạch", "TỐI MẬT"),
            ("Kế hoạch tuần tra (MẬT)", "MẬT"),
            ("05-KH/ĐU – Mật", "MẬT"),
            ("Tuyệt mật: phương án", "TUYỆT MẬT"),
            ("Kế hoạch MẬT năm 2026", "MẬT"),
            ("Kế hoạch\nTỐI MẬT", "TỐI MẬT"),
            ("KẾ HOẠCH TUẦN TRA TỐI MẬT", "TỐI MẬT"),
            ("TÀI LIỆU MẬT", "MẬT"),
        ],
    )
    def test_a_stamp_set_apart_in_a_title_is_seen(self, title: str, stamp: str) -> None:
        assert find_stamp(title) == stamp

    @pytest.mark.parametrize(
        ("name", "stamp"),
        [
            ("NQ 05 (MẬT).pdf", "MẬT"),
            ("NQ05-MẬT.pdf", "MẬT"),
            ("NQ.05.MAT.pdf", "MẬT"),
            ("TUYET_MAT_kehoach.docx", "TUYỆT MẬT"),
            ("toi-mat-ke-hoach.xlsx", "TỐI MẬT"),
            ("Mật - công văn 12.pdf", "MẬT"),
            ("kehoach_MAT.docx", "MẬT"),
            ("M.Ậ.T.pdf", "MẬT"),
            ("mat.pdf", "MẬT"),
        ],
    )
    def test_a_stamp_in_a_file_name_is_seen(self, name: str, stamp: str) -> None:
        assert stamp_in_name(name) == stamp

    @pytest.mark.parametrize(
        "name",
        [
            *("danh sach co mat.pdf", "DANH SÁCH CÓ MẶT.pdf", "danh_sach_co_mat.docx"),
            *("co-mat-2026.xlsx", "Quy chế bảo mật.docx", "QUY CHE BAO MAT.docx"),
            *("Quy chế BẢO MẬT.docx", "Bảo vệ bí mật nhà nước 2026.pdf", "MAT TRAN TO QUOC.pdf"),
            *("12 mặt hàng.xlsx", "Mật khẩu.txt", "Mặt - trái.pdf", "Tắt mắt (mất).pdf"),
            "Danh mục bí mật nhà nước độ Tuyệt mật, Tối mật, Mật.pdf",
        ],
    )
    def test_other_names_are_none(self, name: str) -> None:
        assert stamp_in_name(name) is None


class TestPages:
    @pytest.mark.parametrize(
        ("lines", "stamp"),
        [
            (["ĐẢNG BỘ XÃ MẪU", "TỐI", "MẬT", "Kế hoạch"], "TỐI MẬT"),
            (["Số 5", *"TUYỆT", *"MẬT", "Kế hoạch"], "TUYỆT MẬT"),
            (["M", "", "Ậ", "T"], "MẬT"),
            (["Các tài liệu sau đây có đóng dấu", "MẬT"], "MẬT"),
            (["ĐẢNG BỘ XÃ MẪU", "TUYỆT MẬT Kế hoạch phòng thủ"], "TUYỆT MẬT"),
            (["TÀI LIỆU MẬT", "Kế hoạch"], "MẬT"),
        ],
    )
    def test_a_stamp_may_stand_letter_below_letter(self, lines: list[str], stamp: str) -> None:
        assert stamp_in_page(lines) == stamp

    @pytest.mark.parametrize(
        "lines",
        [
            ["mọi đảng viên giữ gìn bí", "mật."],
            ["QUY CHẾ VỀ CÔNG TÁC BẢO", "MẬT"],
            ["QUY CHẾ VỀ CÔNG TÁC BẢO", "MẬT (sửa đổi)"],
            ["tài liệu có đóng dấu tối", "mật."],
            ["Có", "mặt"],
            ["Kế hoạch"],
            [],
        ],
    )
    def test_a_paragraph_cut_at_the_end_of_a_line_is_none(self, lines: list[str]) -> None:
        assert stamp_in_page(lines) is None
