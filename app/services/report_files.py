"""The files of a stored report, each made from what was stored alone: again, and byte for byte."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Final

from app.core import numbers
from app.core.clock import local_date
from app.core.errors import Conflict, Invalid
from app.models import PaperKind, Report, ReportFormat, ReportKind
from app.papers.statements import Fact, Statement, TableForm, cells, write_statement
from app.policies.permissions import Permission
from app.services import call_lists, monthly_files, reports, templates
from app.services.report_drafts import expect_proof, span_words
from app.services.spans import Span
from app.services.statements import listing_of
from app.work import Work
from app.workbooks.csv_files import write_csv
from app.workbooks.listings import Heading, ListTooLong, words_of, write_listings
from app.workbooks.printing import Letterhead

_F, _K = ReportFormat, ReportKind
_NAMES: Final = {
    _K.MONTHLY: "bao-cao",
    _K.CELL_YEAR: "chi-bo-nam",
    _K.MEMBER_YEAR: "dang-vien-nam",
    _K.COMMITTEE: "du-lieu",
    _K.CALL_LIST: "danh-sach-lien-he",
}


class TemplateRefused(Conflict):
    code = "template_failed"
    vi = "Mẫu báo cáo không dùng được cho số liệu này; hãy báo văn phòng."
    en = "The template cannot take what this report says; tell the office."


@dataclass(frozen=True)
class Source:
    """All that a file is made of; making it needs no database."""

    kind: ReportKind
    format: ReportFormat
    name: str
    content: Mapping[str, Any]
    span: Span
    made_on: date
    template: bytes = b""


def gather(work: Work, report: Report, form: ReportFormat) -> Source:
    """Of a report that was reached."""
    if form not in reports.FORMATS[report.kind]:
        raise Invalid.at(
            "/query/format",
            "no_such_format",
            "Loại báo cáo này không có dạng tệp đó.",
            "There is no such file of this kind of report.",
        )
    if report.kind is _K.COMMITTEE:  # as when it is made: it holds everybody's name
        work.fetch(Permission.REPORT_CREATE, Report, report.id)
    expect_proof(work, report.kind)
    made_on = local_date(report.created_at)
    template, content = b"", report.content
    if report.kind is _K.MONTHLY and form is _F.DOCX:
        template = b"".join(templates.content(PaperKind.MONTHLY_REPORT, content["template"]))
    if report.kind is _K.CALL_LIST:
        content = call_lists.with_phones(work, report)
    ends = dict.fromkeys((report.first_period, report.last_period))
    name = "-".join((_NAMES[report.kind], *ends))
    span = Span(list(ends))
    return Source(report.kind, form, f"{name}.{form}", content, span, made_on, template)


def kept_file(report: Report) -> str | None:
    """The digest of a file that was kept whole, since it is too much for a row."""
    digest: str | None = report.content.get("file")
    return digest


def write(source: Source) -> bytes:
    writers = _MONTHLY if source.kind is _K.MONTHLY else _WRITERS
    return writers[source.format](source)


def _monthly_paper(source: Source) -> bytes:
    span = span_words(source.span)
    try:
        return monthly_files.paper(source.content, span, source.made_on, source.template)
    except Invalid as error:  # the template is at fault, and not the request
        raise TemplateRefused from error


def _workbook(source: Source) -> bytes:
    content, target = source.content, BytesIO()
    letterhead = Letterhead(content["parent"], content["organ"], content["place"], source.made_on)
    facts = [(label, said) for label, said in content["facts"]]
    heading = Heading(letterhead, content["title"], facts)
    write_listings(target, content["title"], [*map(listing_of, content["tables"])], heading)
    return target.getvalue()


def _paper(source: Source) -> bytes:
    content = source.content
    listings = [listing_of(each) for each in content["tables"]]
    rows = [tuple(cells(list(map(words_of, row))) for row in each.rows) for each in listings]
    said = Statement(
        head=monthly_files.head_of(content, source.made_on, form=""),
        title=content["title"],
        as_of=numbers.day(source.made_on),
        facts=tuple(Fact(label=label, said=words) for label, words in content["facts"]),
        first=rows[0],
        second=rows[1] if len(rows) > 1 else (),
    )
    forms = [
        TableForm(each.title, [(column.title, column.width) for column in each.columns])
        for each in listings
    ]
    try:
        return write_statement(said, forms)
    except Invalid as error:  # the form is the service's own, so that it can only be too long
        raise ListTooLong from error


def _csv_file(source: Source) -> bytes:
    listing = listing_of(source.content["tables"][0])
    titles = [column.title for column in listing.columns]
    return write_csv([titles, *(list(map(words_of, row)) for row in listing.rows)])


_WRITERS: Final[Mapping[ReportFormat, Callable[[Source], bytes]]] = {
    _F.XLSX: _workbook,
    _F.DOCX: _paper,
    _F.CSV: _csv_file,
}
_MONTHLY: Final[Mapping[ReportFormat, Callable[[Source], bytes]]] = {
    _F.XLSX: lambda source: monthly_files.workbook(
        source.content, span_words(source.span), source.made_on
    ),
    _F.DOCX: _monthly_paper,
    _F.CSV: lambda source: monthly_files.csv_file(source.content),
}
