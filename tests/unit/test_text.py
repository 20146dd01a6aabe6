"""One spelling to store, one to search by, one to sort by."""

import unicodedata

import pytest

from app.core.text import fold, has_forbidden_characters, nfc, sort_key


class TestFold:
    @pytest.mark.parametrize(
        "text",
        [
            "Nguyễn Thị Đào",
            unicodedata.normalize("NFD", "Nguyễn Thị Đào"),
            "NGUYỄN  THỊ\u00a0ĐÀO ",
            "nguyen thi dao",
        ],
    )
    def test_every_spelling_of_a_name_folds_alike(self, text: str) -> None:
        assert fold(text) == "nguyen thi dao"

    def test_both_normal_forms_are_stored_as_one(self) -> None:
        composed = "Nguyễn Thị Đào"

        assert nfc(unicodedata.normalize("NFD", composed)) == composed


class TestSortKey:
    def test_names_stand_in_the_order_of_a_vietnamese_list(self) -> None:
        ordered = [
            "Lê Thị An",
            "Nguyễn Văn An",
            "Lê Ánh",
            "Trần Ăn",
            "Lê Thị Ân",
            "Vũ Ân",
            "Đỗ Ấn",
            "Nguyễn Văn Ba",
            "Lê Bình",
            "Lê An Bình",
            "Hoàng Dào",
            "Hoàng Đào",
            "Lý Hoa",
            "Lý Hòa",
            "Lý Hoả",
            "Lý Hoã",
            "Lý Hoá",
            "Lý Hoạ",
            "Vũ Tô",
            "Vũ Tơ",
            "Vũ Tu",
            "Vũ Tư",
        ]
        mixed = ordered[1::2] + ordered[::2]

        assert sorted(mixed, key=sort_key) == ordered

    def test_the_key_is_plain_so_that_every_collation_agrees(self) -> None:
        key = sort_key("Đỗ Thị Ường-Ø 3")

        assert key.isascii()
        assert key.isalnum()
        assert key == key.lower()

    def test_both_normal_forms_sort_alike(self) -> None:
        name = "Nguyễn Thị Đào"

        assert sort_key(unicodedata.normalize("NFD", name)) == sort_key(name)

    def test_a_missing_name_has_a_key_too(self) -> None:
        assert sort_key("") < sort_key("An")


class TestForbiddenCharacters:
    @pytest.mark.parametrize(
        "character",
        ["\x00", "\x07", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff", "\ud800", "\u00ad", "\n"],
    )
    def test_what_hides_or_turns_text_is_found(self, character: str) -> None:
        assert has_forbidden_characters(f"Đào{character}")

    @pytest.mark.parametrize("text", ["Nguyễn Thị Đào", "Nguye\u0302\u0303n", "a – b’s", "😀"])
    def test_honest_text_passes(self, text: str) -> None:
        assert not has_forbidden_characters(text)

    def test_minutes_may_have_lines_but_nothing_hidden(self) -> None:
        assert not has_forbidden_characters("I.\tĐánh giá\r\nII.", keep_lines=True)
        assert has_forbidden_characters("I.\n\u202eII.", keep_lines=True)
