"""Reports are stored when they are made, and made again from what was stored, as of that day."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import defer
from sqlmodel import and_, col, select

from app.core import database
from app.core.clock import day_ends_at
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.paging import Filters, Order, Page
from app.core.periods import period_at
from app.core.selects import pick
from app.models import Organization, Report, ReportFormat, ReportKind
from app.policies.permissions import Permission
from app.schemas.reports import MonthlyQuery, ReportCreate, ReportQuery, ReportRead
from app.services import (
    branches,
    call_lists,
    cell_years,
    committee_exports,
    member_years,
    monthly_reports,
    replicas,
    spans,
)
from app.services.not_held import PeriodNotBegun
from app.services.report_drafts import Draft, expect_asked
from app.work import Work

COMPOSERS: Final[Mapping[ReportKind, Callable[[Work, ReportCreate], Draft]]] = {
    ReportKind.MONTHLY: monthly_reports.compose,
    ReportKind.CELL_YEAR: cell_years.compose,
    ReportKind.MEMBER_YEAR: member_years.compose,
    ReportKind.COMMITTEE: committee_exports.compose,
    ReportKind.CALL_LIST: call_lists.compose,
}
FORMATS: Final[Mapping[ReportKind, tuple[ReportFormat, ...]]] = {
    ReportKind.MONTHLY: (ReportFormat.XLSX, ReportFormat.DOCX, ReportFormat.CSV),
    ReportKind.CELL_YEAR: (ReportFormat.XLSX, ReportFormat.DOCX),
    ReportKind.MEMBER_YEAR: (ReportFormat.XLSX, ReportFormat.DOCX),
    ReportKind.COMMITTEE: (ReportFormat.XLSX,),
    ReportKind.CALL_LIST: (ReportFormat.XLSX, ReportFormat.DOCX, ReportFormat.CSV),
}
FILTERS: Filters = {
    "kind": lambda kinds: col(Report.kind).in_(kinds),
    "period": lambda period: and_(
        col(Report.first_period) <= period, col(Report.last_period) >= period
    ),
    "member_id": lambda member_id: col(Report.member_id) == member_id,
}
NEWEST_FIRST = Order((col(Report.created_at), col(Report.id)), descending=True)


def make(work: Work, data: ReportCreate) -> Report:
    """Compose it and keep it, in the transaction of `work`; the same figures are the same row."""
    return keep(work, compose(work, data))


def compose(work: Work, data: ReportCreate) -> Draft:
    """What the report says, by the rights of whoever asks; nothing is written."""
    expect_asked(data)
    return _begun(work, COMPOSERS[data.kind](work, data))


def keep(work: Work, draft: Draft) -> Report:
    """Store it, unless the last one that was asked for alike says the same."""
    last = _last(work, draft)
    follows = last.digest if last else None
    if last is not None and last.digest == _digest(draft, last.follows):
        return _read(work, last.id)
    report_id, digest = new_id(), _digest(draft, follows)
    is_first = database.insert_once(
        work.session,
        Report,
        {
            "id": report_id,
            "created_at": work.now,
            "version": 1,
            "organization_id": draft.organization_id,
            "kind": draft.kind,
            "first_period": draft.first,
            "last_period": draft.last,
            "parameters": dict(draft.parameters),
            "content": dict(draft.content),
            "digest": digest,
            "follows": follows,
            "member_id": draft.member_id,
            "made_by": work.actor.account_id,
        },
    )
    report = _by_digest(work, draft, digest)
    if is_first:
        work.record("report.created", report, kind=draft.kind, digest=digest)
    return report


def note(work: Work, data: ReportCreate) -> Report:
    """Make it while reading: written in a transaction of its own, and only if it is new."""
    return _note(work, replicas.read_level(partial(compose, data=data), _last_month(data), work))


def _last_month(data: ReportCreate) -> str:
    """The last that the report is about; of one that names none, no month is over."""
    return f"{data.year}-12" if data.year else data.to or data.period or "9999-12"


def note_own_year(work: Work, year: int) -> Report:
    """The same, of the year of the member who asks."""
    return _note(work, _begun(work, member_years.compose_own(work, year)))


def _begun(work: Work, draft: Draft) -> Draft:
    """Nothing is kept of what lies ahead."""
    if draft.first > period_at(work.now):
        raise PeriodNotBegun
    return draft


def _note(work: Work, draft: Draft) -> Report:
    last = _last(work, draft)
    if last is not None and last.digest == _digest(draft, last.follows):
        return _read(work, last.id)
    with database.writing() as writer:
        return keep(Work(writer, work.actor, work.now), draft)


def search(work: Work, query: ReportQuery) -> Page[ReportRead]:
    statement = branches.within(work, Permission.REPORT_READ, Report, query.organization_id)
    without_content = statement.options(defer(Report.content))  # type: ignore[arg-type]  # a column
    return work.search(
        without_content, query, FILTERS, NEWEST_FIRST, lambda record: read(record[0])
    )


def get(work: Work, report_id: UUID) -> Report:
    return work.fetch(Permission.REPORT_READ, Report, report_id)


def monthly_as_of(work: Work, query: MonthlyQuery, day: date) -> Report:
    """The last one stored on or before a local day; `NotFound` when there was none yet."""
    unit = work.fetch(Permission.REPORT_READ, Organization, query.organization_id)
    months = spans.of(query).months
    statement = work.within_reach(Permission.REPORT_READ, Report).where(
        col(Report.organization_id) == unit.id,
        col(Report.kind) == ReportKind.MONTHLY,
        col(Report.first_period) == months[0],
        col(Report.last_period) == months[-1],
        col(Report.created_at) < day_ends_at(day),
    )
    newest = statement.order_by(col(Report.created_at).desc(), col(Report.id).desc()).limit(1)
    report: Report | None = work.session.execute(newest).scalar_one_or_none()
    if report is None:
        raise NotFound
    return report


def read(report: Report) -> ReportRead:
    shown = {name: getattr(report, name) for name in ReportRead.model_fields if name != "formats"}
    return ReportRead(**shown, formats=list(FORMATS[report.kind]))


def _last(work: Work, draft: Draft) -> Any:
    """The last report that answered the same question."""
    statement = (
        pick(Report.id, Report.digest, Report.follows, Report.parameters)
        .where(
            col(Report.organization_id) == draft.organization_id,
            col(Report.kind) == draft.kind,
            col(Report.first_period) == draft.first,
            col(Report.last_period) == draft.last,
            col(Report.member_id).is_not_distinct_from(draft.member_id),
        )
        .order_by(col(Report.created_at).desc(), col(Report.id).desc())
    )
    records = work.session.execute(_scoped(statement))
    return next((each for each in records if each.parameters == draft.parameters), None)


def _digest(draft: Draft, follows: str | None) -> str:
    said = {
        "organization_id": str(draft.organization_id),
        "kind": draft.kind,
        "span": [draft.first, draft.last],
        "member_id": draft.member_id and str(draft.member_id),
        "parameters": draft.parameters,
        "content": draft.content,
        "follows": follows,
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def _read(work: Work, report_id: UUID) -> Report:
    statement = select(Report).where(col(Report.id) == report_id)
    report: Report = work.session.exec(_scoped(statement)).one()
    return report


def _by_digest(work: Work, draft: Draft, digest: str) -> Report:
    statement = select(Report).where(
        col(Report.organization_id) == draft.organization_id,
        col(Report.kind) == draft.kind,
        col(Report.digest) == digest,
    )
    report: Report = work.session.exec(_scoped(statement)).one()
    return report


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="of the unit or member that was fetched")
