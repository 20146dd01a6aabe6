"""Who is behind a figure, by name, and what is known that helps to mend it.

Each list is selected by the predicate that counts it, so that its length is the difference.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_
from sqlmodel import col, func, select

from app.core.paging import Order, paginate
from app.core.selects import pick
from app.models import AccessWay, NotHeld, Organization, Reminder
from app.policies.permissions import Permission
from app.schemas.base import OrganizationBrief
from app.schemas.dashboards import (
    Contact,
    Measure,
    MissingItem,
    MissingMember,
    MissingPage,
    MissingQuery,
    MissingSummary,
)
from app.services import contacts, lacks, misses, missing_lists, spans
from app.services.lacks import Lack
from app.services.measures import OF_CELLS
from app.services.missing_lists import Listing
from app.services.spans import Span
from app.work import Work

#: A cell or a member, and the period.
Times = tuple[UUID, str]


class Subject(NamedTuple):
    """A cell that is missing from a figure, or a member of it; whether it was mended since."""

    cell_id: UUID
    member_id: UUID | None
    is_mended: bool


def subjects(work: Work, organization_id: UUID, measure: Measure, period: str) -> list[Subject]:
    """Everybody on the list, unpaged."""
    unit = work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)
    listing = missing_lists.of(work, unit, measure, Span([period]))
    records = work.session.execute(_scoped(listing.statement.order_by(*listing.order)))
    return [
        Subject(record.cell_id, record.member_id, record.resolved_at is not None)
        for record in records
    ]


def listed(
    work: Work, unit: Organization, measure: Measure, period: str, at_most: int
) -> list[MissingItem]:
    """The list as it is read, without telephones: nobody looks at them yet."""
    span = Span([period])
    listing = missing_lists.of(work, unit, measure, span)
    statement = listing.statement.order_by(*listing.order).limit(at_most)
    records = work.session.execute(_scoped(statement)).all()
    found = contacts.of_cells(work, {record.cell_id for record in records})
    called = {
        cell_id: contact.model_copy(update={"phone": None}) for cell_id, contact in found.items()
    }
    return _items(work, measure, span, records, called)


def search(work: Work, organization_id: UUID, query: MissingQuery) -> MissingPage:
    """One page of who is missing below a unit in a period, and how many there are in all.

    While reading: the look at phones is noted in a transaction of its own.
    """
    span = spans.of(query)
    unit = work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)
    listing = missing_lists.of(work, unit, query.measure, span)
    count = _count(work, listing)
    records, cursor = _page(work, unit, listing, query, span)
    called = contacts.of_cells(work, {record.cell_id for record in records})
    contacts.note(work, unit, called.values(), AccessWay.CONTACT)
    items = _items(work, query.measure, span, records, called)
    summary = _summary(work, listing, count) if query.measure is Measure.CELLS_MET else None
    return MissingPage(items=items, next_cursor=cursor, count=count, summary=summary)


def _count(work: Work, listing: Listing) -> int:
    rows = listing.statement.order_by(None).subquery()
    statement = select(func.count()).select_from(rows)
    counted: int = work.session.execute(_scoped(statement)).scalar_one()
    return counted


def _page(
    work: Work, unit: Organization, listing: Listing, query: MissingQuery, span: Span
) -> tuple[Sequence[Any], str | None]:
    columns = listing.order
    if query.sort is not None:
        columns = (-misses.in_a_row(query.measure, _last(work, span)), *columns)
    order = Order(columns, of=unit.id)
    return paginate(work.session, _scoped(listing.statement), query, order)


def _last(work: Work, span: Span) -> str:
    """The month at whose end accounts are read."""
    return (span.opened(work.now) or span.months)[-1]


def _items(
    work: Work,
    measure: Measure,
    span: Span,
    records: Sequence[Any],
    called: Mapping[UUID, Contact],
) -> list[MissingItem]:
    times = misses.of_page(work, measure, _last(work, span), records)
    reminded = _reminders(work, measure, records)
    lacking = _lacks(work, measure, records) if measure in OF_CELLS else {}
    items = []
    for record in records:
        lack = lacking.get((record.cell_id, record.period)) or _lack_of_member(measure, record)
        items.append(
            MissingItem(
                organization=OrganizationBrief(
                    id=record.cell_id, code=record.code, name=record.name, kind=record.kind
                ),
                member=_member(record),
                period=record.period,
                failing_item=lack.item,
                consecutive_misses=times[misses.key_of(measure, record)],
                reason=lack.reason,
                is_excused=lack.is_excused,
                contact=called.get(record.cell_id),
                last_reminder_at=reminded.get(_subject(record)),
                resolved_at=record.resolved_at or lack.resolved_at,
            )
        )
    return items


def _member(record: Any) -> MissingMember | None:
    if record.member_id is None:
        return None
    return MissingMember(id=record.member_id, full_name=record.full_name)


def _lack_of_member(measure: Measure, record: Any) -> Lack:
    return Lack(_MEMBER_LACKS.get(measure) or str(record.status))


def _lacks(work: Work, measure: Measure, records: Iterable[Any]) -> dict[Times, Lack]:
    paths: dict[str, dict[UUID, str]] = defaultdict(dict)
    for record in records:
        paths[record.period][record.cell_id] = record.cell_path
    return {
        (cell_id, period): lack
        for period, cells in paths.items()
        for cell_id, lack in lacks.of_cells(work, measure, period, cells).items()
    }


def _subject(record: Any) -> Times:
    return record.member_id or record.cell_id, record.period


def _reminders(work: Work, measure: Measure, records: Sequence[Any]) -> dict[Times, datetime]:
    """When each was last reminded of this measure and period."""
    asked = {_subject(record) for record in records}
    statement = (
        pick(Reminder.subject_id, Reminder.period, func.max(Reminder.created_at))
        .where(
            col(Reminder.subject_id).in_({subject_id for subject_id, _ in asked}),
            col(Reminder.period).in_({period for _, period in asked}),
            col(Reminder.measure) == measure,
        )
        .group_by(col(Reminder.subject_id), col(Reminder.period))
    )
    return {
        (subject_id, period): newest
        for subject_id, period, newest in work.session.execute(_scoped(statement))
    }


def _summary(work: Work, listing: Listing, count: int) -> MissingSummary:
    rows = listing.statement.order_by(None).subquery()
    said: Select[Any] = (
        pick(func.count(), func.count(col(NotHeld.excused_at)))
        .select_from(rows)
        .join(
            NotHeld,
            and_(
                col(NotHeld.organization_id) == rows.c.cell_id,
                col(NotHeld.period) == rows.c.period,
                col(NotHeld.withdrawn_at).is_(None),
            ),
        )
    )
    declared, excused = work.session.execute(_scoped(said)).one()
    return MissingSummary(declared=declared, excused=excused, silent=count - declared)


_MEMBER_LACKS = {
    Measure.ACCOUNTS_ACTIVATED: "not_activated",
    Measure.ACCOUNTS_ACTIVE: "not_active",
    Measure.QUIZ_PARTICIPATION: "not_submitted",
}


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
