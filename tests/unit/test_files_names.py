"""A file's name is safe to keep and to give back."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.text import has_forbidden_characters
from app.files.names import LONGEST, attachment, extension, safe_name


class TestSafeName:
    @pytest.mark.parametrize(
        ("given_name", "kept"),
        [
            ("Nghị quyết 05.pdf", "Nghị quyết 05.pdf"),
            (unicodedata.normalize("NFD", "Nghị quyết.pdf"), "Nghị quyết.pdf"),
            ("../../etc/passwd", "passwd"),
            (r"C:\Users\Đào\Biên bản.docx", "Biên bản.docx"),
            ("...ẩn.pdf", "ẩn.pdf"),
            ("báo\u202ecáo\u200b.pdf", "báocáo.pdf"),
            ("a\r\nX-Header: b.pdf", "aX-Header_ b.pdf"),
            ("con.pdf", "_con.pdf"),
            ("LPT1", "_LPT1"),
            ("concept.pdf", "concept.pdf"),
            ('a"b<c>.pdf', "a_b_c_.pdf"),
            ("cuối.  ", "cuối"),
            ("dài" * 100 + ".pdf", ("dài" * 100)[: LONGEST - 4] + ".pdf"),
            ("d" * 200, "d" * LONGEST),
        ],
    )
    def test_only_what_is_safe_stays(self, given_name: str, kept: str) -> None:
        assert safe_name(given_name) == kept

    @pytest.mark.parametrize("given_name", ["", "  ", "..", "folder/", "\u200b"])
    def test_a_name_of_nothing_is_refused(self, given_name: str) -> None:
        with pytest.raises(Invalid) as refusal:
            safe_name(given_name)

        assert refusal.value.details["errors"][0]["code"] == "file_name_missing"

    @settings(max_examples=50)
    @given(st.text(min_size=1, max_size=200))
    def test_any_name_is_made_safe_once_and_for_all(self, given_name: str) -> None:
        try:
            name = safe_name(given_name)
        except Invalid:
            return

        assert safe_name(name) == name
        assert 0 < len(name) <= LONGEST
        assert not name.startswith(".")
        assert not set(name) & set("/\\")
        assert not has_forbidden_characters(name)
        attachment(name).encode("ascii")


class TestExtension:
    @pytest.mark.parametrize(
        ("name", "known"),
        [("a.PDF", "pdf"), ("a.b.docx", "docx"), ("pdf", ""), (".pdf", ""), ("a.", "")],
    )
    def test_it_is_what_follows_the_last_dot(self, name: str, known: str) -> None:
        assert extension(name) == known


class TestAttachment:
    def test_a_name_is_given_back_in_both_spellings(self) -> None:
        assert attachment("Đề án 5%.pdf") == (
            'attachment; filename="De an 5_.pdf"; '
            "filename*=UTF-8''%C4%90%E1%BB%81%20%C3%A1n%205%25.pdf"
        )
