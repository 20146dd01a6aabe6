"""Templates of an office: used when they are sound, refused with a reason when they are not."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from docx.document import Document as Draft

from app.core.errors import Invalid
from app.papers.contexts import PaperKind
from app.papers.defaults import default
from app.papers.examples import example
from app.papers.rendering import render
from app.papers.validation import OBLIGATORY, Omission, validate
from tests.factories.papers import both_forms, edit_default, make_template, with_part

DOCUMENT = "word/document.xml"
RELATIONSHIPS = "word/_rels/document.xml.rels"
LIST = PaperKind.ATTENDANCE_LIST


def errors_of(kind: PaperKind, docx: bytes) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        validate(kind, docx)
    errors: list[dict[str, str]] = refused.value.details["errors"]
    assert {error["pointer"] for error in errors} == {"/file"}
    return [(error["code"], error["vi"]) for error in errors]


def codes_of(docx: bytes) -> set[str]:
    return {code for code, _ in errors_of(LIST, docx)}


def in_body(xml: str) -> bytes:
    """A template with raw XML of Word in its only paragraph."""
    return with_part(
        make_template("đây"),
        DOCUMENT,
        lambda part: part.replace("<w:t>đây</w:t>".encode(), xml.encode()),
    )


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda part: part.replace(old, new)


class TestUse:
    @pytest.mark.parametrize("kind", PaperKind)
    def test_a_default_template_may_be_uploaded_as_it_is(self, kind: PaperKind) -> None:
        assert validate(kind, default(kind)) == ()

    def test_an_edited_heading_stands_in_both_forms(self) -> None:
        def edit(draft: Draft) -> None:
            heading = next(p for p in draft.paragraphs if p.text == "BIÊN BẢN")
            heading.runs[0].text = "BIÊN BẢN HỌP"
            draft.add_paragraph("Mẫu của Đảng ủy, chủ trì {{ chair }}")

        template = edit_default(PaperKind.MINUTES, edit)
        validate(PaperKind.MINUTES, template)

        for said in both_forms(render(template, example(PaperKind.MINUTES))):
            assert "BIÊN BẢN HỌP Sinh hoạt chi bộ" in said
            assert "Mẫu của Đảng ủy, chủ trì Nguyễn Thị Đào" in said

    def test_a_name_that_word_cut_into_runs_is_still_a_name(self) -> None:
        template = in_body(
            "<w:t>{</w:t></w:r><w:r><w:t>{ ti</w:t></w:r><w:r><w:rPr><w:b/></w:rPr>"
            "<w:t>tle }</w:t></w:r><w:r><w:t>}</w:t>"
        )

        said, _ = both_forms(render(template, example(LIST)))

        assert said == "Sinh hoạt chi bộ thường kỳ tháng 5 năm 2026"

    def test_what_the_pdf_will_lack_is_told(self) -> None:
        xml = "<w:pict/></w:r><w:r><w:footnoteReference w:id='0'/>"
        template = with_part(default(LIST), DOCUMENT, replaced(b"<w:t>*</w:t>", xml.encode()))

        assert validate(LIST, template) == (Omission.PICTURES, Omission.NOTES)


class TestRefusals:
    @pytest.mark.parametrize(
        ("code", "lines"),
        [
            ("template_empty", []),
            ("template_empty", ["", "  ", "{% if is_blank %}x{% endif %}"]),
            ("template_unknown_name", ["{{ titel }}"]),
            ("template_unknown_name", ["{% if is_blank %}{{ head.cel }}{% endif %}"]),
            ("template_unknown_name", ["{% for line in lines %}{{ line.name }}{% endfor %}"]),
            ("template_unknown_name", ["{% for line in lines %}{% endfor %}{{ line.number }}"]),
            ("template_unknown_name", ["{{ title.__class__ }}"]),
            ("template_unknown_name", ["{{ range }}{{ cycler }}{{ self }}"]),
            ("template_broken", ["{{ title"]),
            ("template_broken", ["{{ title {{ title }}"]),
            ("template_broken", ["{% if is_blank %}"]),
            ("template_broken", ["{{ totals }}"]),
            ("template_broken", ["{{ is_blank }}"]),
            ("template_broken", ["{% if totals.present > title %}{% endif %}"]),
            ("template_broken", ["{{ " + "(" * 240 + "1" + ")" * 240 + " }}"]),
            ("template_broken", ["{% if title %}" * 900 + "{% endif %}" * 900]),
            ("template_forbidden", ["{% for i in range(10**9) %}x{% endfor %}"]),
            ("template_forbidden", ["{{ range(9) }}"]),
            ("template_forbidden", ["{{ ''.__class__.__mro__ }}"]),
            ("template_forbidden", ["{{ title['__class__'] }}"]),
            ("template_forbidden", ["{{ title|attr('__class__') }}"]),
            ("template_forbidden", ["{{ title|safe }}"]),
            ("template_forbidden", ["{{ '%999999999d'|format(1) }}"]),
            ("template_forbidden", ["{{ 'a' * 10**10 }}"]),
            ("template_forbidden", ["{{ 9**9**9 }}"]),
            ("template_forbidden", ["{{ title ~ title }}"]),
            ("template_forbidden", ["{{ [title, title] }}"]),
            ("template_forbidden", ["{{ loop.cycle('a') }}"]),
            ("template_forbidden", ["{% for a in title %}x{% endfor %}"]),
            ("template_forbidden", ["{% for a in lines|list %}{{ range(9) }}{% endfor %}"]),
            ("template_forbidden", ["{% for a in (head or head).x %}{{ range(9) }}{% endfor %}"]),
            ("template_forbidden", ["{% for a in lines recursive %}{{ loop(lines) }}{% endfor %}"]),
            ("template_forbidden", ["{% for a in lines %}" * 3 + "x" + "{% endfor %}" * 3]),
            ("template_forbidden", ["{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"]),
            ("template_forbidden", ["{% set x = title %}"]),
            ("template_forbidden", ["{% include 'x' %}"]),
            ("template_forbidden", ["{% raw %}{% endraw %}"]),
            ("template_forbidden", ["{% vm %}"]),
            ("template_forbidden", ["{%- if title -%}x{%- endif -%}"]),
            ("template_forbidden", ["-%} " * 50_000]),
            ("template_too_large", ["{{" * 100_000]),
            ("template_too_large", ["chữ " * 150_000]),
        ],
    )
    def test_each_fault_has_its_code(self, code: str, lines: list[str]) -> None:
        assert codes_of(make_template(*lines)) == {code}

    @pytest.mark.parametrize(
        ("code", "docx"),
        [
            ("template_unreadable", b""),
            ("template_unreadable", "Không phải Word".encode()),
            ("template_unreadable", default(LIST)[:-100]),
            ("template_too_large", b"PK" * 3_000_000),
            (
                "template_broken",
                in_body(
                    "<w:t>{% if is_blank %}một</w:t></w:r><w:hyperlink><w:r>"
                    "<w:t>hai{% endif %}</w:t></w:r></w:hyperlink><w:r>"
                ),
            ),
            ("template_broken", in_body('<w:rPr><w:sz w:val="{{ title }}"/></w:rPr>')),
            (
                "template_active",
                in_body("<w:instrText>DD</w:instrText><w:instrText>EAUTO x</w:instrText>"),
            ),
            ("template_active", in_body('</w:r><w:fldSimple w:instr="INCLUDETEXT x"/><w:r>')),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_file_must_be_a_plain_word_document(self, code: str, docx: bytes) -> None:
        assert codes_of(docx) == {code}

    @pytest.mark.parametrize(
        ("code", "name", "change"),
        [
            ("template_active", "word/vbaProject.bin", lambda _: b"x"),
            ("template_active", "word/embeddings/oleObject1.bin", lambda _: b"x"),
            (
                "template_active",
                "[Content_Types].xml",
                replaced(b"wordprocessingml.document.main", b"document.macroEnabled.main"),
            ),
            (
                "template_active",
                RELATIONSHIPS,
                replaced(b'Target="styles.xml"', b'Target="https://x.vn" TargetMode="External"'),
            ),
            (
                "template_unreadable",
                "[Content_Types].xml",
                replaced(b"wordprocessingml.document.main", b"spreadsheetml.sheet.main"),
            ),
            (
                "template_unreadable",
                DOCUMENT,
                replaced(b"<w:document", b'<!DOCTYPE x [<!ENTITY a "aa">]><w:document'),
            ),
            (
                "template_unreadable",
                DOCUMENT,
                lambda part: part.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
            ),
            ("template_unreadable", DOCUMENT, replaced(b"</w:body>", b"")),
            ("template_too_large", "word/media/image1.png", lambda _: b"0" * 20_000_000),
        ],
    )
    def test_nothing_acts_swells_or_hides_in_it(
        self, code: str, name: str, change: Callable[[bytes], bytes]
    ) -> None:
        assert codes_of(with_part(default(LIST), name, change)) == {code}

    def test_an_archive_may_not_name_a_part_twice(self) -> None:
        twice = BytesIO(default(LIST))
        with zipfile.ZipFile(twice, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
            package.writestr(DOCUMENT, b"")

        assert codes_of(twice.getvalue()) == {"template_unreadable"}

    @pytest.mark.parametrize(
        "xml",
        [
            '<w:p w:x="1"/>' * 8_000,
            "<w:p>" + '<w:r w:x="1"/>' * 8_000 + "</w:p>",
            "<w:p><w:r>" + '<w:t w:x="1"/>' * 8_000 + "</w:r></w:p>",
        ],
        ids=["paragraphs", "runs", "texts"],
    )
    def test_a_crowd_of_empty_elements_costs_no_more_than_its_length(self, xml: str) -> None:
        crowded = with_part(
            make_template("{{ title }}"),
            DOCUMENT,
            replaced(b"<w:sectPr", xml.encode() + b"<w:sectPr"),
        )

        assert codes_of(crowded) == {"template_missing_field"}

    @pytest.mark.parametrize("kind", PaperKind)
    def test_every_lacking_field_is_named(self, kind: PaperKind) -> None:
        errors = errors_of(kind, make_template("{{ head.parent }}"))

        assert [vi.split(": ")[1].rstrip(".") for _, vi in errors] == list(OBLIGATORY[kind])

    def test_all_unknown_names_are_told_at_once_with_their_place(self) -> None:
        unknown = errors_of(LIST, make_template("{{ titel }} và {{ head.parnt }} và {{ titel }}"))
        broken = errors_of(LIST, make_template("Dòng đầu", "Có mặt {{ totals.present present }}"))

        assert [vi.split(": ")[1] for _, vi in unknown] == ["titel.", "head.parnt."]
        assert "Có mặt {{ totals.present present }}" in broken[0][1]

    def test_a_list_must_loop_over_its_lines(self) -> None:
        def unroll(draft: Draft) -> Any:
            for table in draft.tables:
                for row in table.rows:
                    for cell in row.cells:
                        if "line." in cell.text:
                            cell.text = ""

        errors = errors_of(LIST, edit_default(LIST, unroll))

        assert [code for code, _ in errors] == ["template_missing_field"] * 2
        assert "lines.full_name" in errors[0][1]
