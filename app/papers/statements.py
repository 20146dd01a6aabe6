"""Papers of a list or two: what is told of a unit or a member, and who signs. Not for editing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from docx.document import Document as Draft
from docx.shared import Pt

from app.papers.contexts import ReportHead
from app.papers.drafting import (
    CENTER,
    Column,
    blank_draft,
    bold,
    columns,
    fill,
    heading,
    italic,
    statement,
    table,
    to_bytes,
    turn,
    write,
)
from app.papers.language import Language
from app.papers.monthly_reports import write_report_head
from app.papers.rendering import fill as fill_in

#: The names of a row's cells, from the left.
CELLS: Final = ("a", "b", "c", "d", "e", "f", "g", "h", "i")
_WIDTH: Final = 26.0  # cm across


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    label: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One row of a list; what it does not need is empty."""

    a: str = ""
    b: str = ""
    c: str = ""
    d: str = ""
    e: str = ""
    f: str = ""
    g: str = ""
    h: str = ""
    i: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """At most two lists; the second may be none."""

    head: ReportHead
    title: str
    as_of: str
    facts: tuple[Fact, ...]
    first: tuple[Cells, ...]
    second: tuple[Cells, ...]


@dataclass(frozen=True, slots=True)
class TableForm:
    """The title of a list and of its columns, each with how wide it is beside the others."""

    title: str
    columns: Sequence[tuple[str, float]]


def write_statement(said: Statement, forms: Sequence[TableForm]) -> bytes:
    """As many forms as the statement has lists."""
    draft = blank_draft(said.title)
    turn(draft)
    write_report_head(draft)
    title = write(draft, bold("{{ title|upper }}"), align=CENTER)
    title.paragraph_format.space_before = Pt(12)
    write(draft, italic("(Tính đến {{ as_of }})"), align=CENTER)
    statement(draft, "for fact in facts")
    write(draft, "{{ fact.label }}: {{ fact.said }}")
    statement(draft, "endfor")
    for name, form in zip(("first", "second"), forms, strict=False):
        _write_table(draft, name, form)
    ((maker, approver),) = columns(draft, (_WIDTH / 2, _WIDTH / 2), rows=1)
    for cell, words in ((maker, "NGƯỜI LẬP BIỂU"), (approver, "DUYỆT BIỂU")):
        fill(cell, bold(words), italic("(ký, ghi rõ họ tên)"), "", "")
    return fill_in(to_bytes(draft), said, Language(Statement))


def cells(words: Sequence[str]) -> Cells:
    return Cells(**dict(zip(CELLS, words, strict=False)))


def _write_table(draft: Draft, name: str, form: TableForm) -> None:
    heading(draft, form.title)
    whole = sum(width for _, width in form.columns)
    table(
        draft,
        f"row in {name}",
        tuple(
            Column(title, _WIDTH * width / whole, f"{{{{ row.{letter} }}}}")
            for letter, (title, width) in zip(CELLS, form.columns, strict=False)
        ),
    )
