"""The office reminds whoever is missing from a figure: seen beforehand, once a day, and kept.

A cell is reminded through those who lead it; a member in the own inbox, or, who has no account
yet, through the same leaders in one notice for all of them. Delivery outside is left to the outbox.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core import database, periods
from app.core.clock import local_date
from app.core.ids import new_id
from app.core.paging import Filters, Order, Page
from app.core.selects import pick, portions
from app.models import Member, NotificationKind, Organization, OutboxEntry, Reminder
from app.policies.permissions import Permission
from app.schemas.base import OrganizationBrief
from app.schemas.dashboards import MissingMember
from app.schemas.reminders import (
    ReminderCreate,
    ReminderQuery,
    ReminderRead,
    ReminderResult,
    ReminderSubject,
    Skipped,
    SkipReason,
)
from app.services import branches, missing, notices, period_locks, recipients, reminder_words
from app.services.not_held import PeriodNotBegun
from app.services.notices import Notice, Subject
from app.services.recipients import Addressee
from app.work import Work

FILTERS: Filters = {
    "measure": lambda measure: col(Reminder.measure) == measure,
    "period": lambda period: col(Reminder.period) == period,
}
NEWEST_FIRST = Order((col(Reminder.id),), descending=True)
#: So many subjects are shown of what is or would be sent.
SHOWN = 50
_cell = aliased(Organization)


@dataclass(frozen=True)
class _Names:
    """What cells and members are called, by their ids."""

    cells: dict[UUID, OrganizationBrief]
    members: dict[UUID, str]


def search(work: Work, query: ReminderQuery) -> Page[ReminderRead]:
    statement = branches.within(work, Permission.REMINDER_READ, Reminder, query.organization_id)
    named = (
        statement.join(_cell, col(_cell.id) == Reminder.organization_id)
        .outerjoin(Member, col(Member.id) == Reminder.member_id)
        .add_columns(_cell, col(Member.full_name))
    )
    return work.search(named, query, FILTERS, NEWEST_FIRST, _view)


def create(work: Work, data: ReminderCreate) -> ReminderResult:
    """Remind everybody who is missing and was not reminded today; or say who would be."""
    unit = work.fetch(Permission.REMINDER_CREATE, Organization, data.organization_id)
    if data.period > periods.period_at(work.now):
        raise PeriodNotBegun
    period_locks.expect_open(work, unit.id, data.period)
    subjects = missing.subjects(work, unit.id, data.measure, data.period)
    addressees = recipients.of(work, data.measure, data.period, subjects)
    names = _names(work, addressees)
    message = data.message or reminder_words.usual(data.measure)
    if not data.dry_run:
        addressees = _send(work, data, message, addressees, names)
    result = _result(data, message, addressees, names)
    if not data.dry_run:
        _keep(work, unit, data, result)
    return result


def _send(
    work: Work,
    data: ReminderCreate,
    message: str,
    addressees: Sequence[Addressee],
    names: _Names,
) -> list[Addressee]:
    """Those who are reminded by somebody else meanwhile are left to them."""
    of_all: dict[str, Any] = {
        "day": local_date(work.now),
        "measure": data.measure,
        "period": data.period,
        "message": message,
        "sent_by": work.actor.account_id,
        "created_at": work.now,
    }
    rows = {
        each.subject_id: of_all
        | {
            "id": new_id(),
            "organization_id": each.cell_id,
            "subject_id": each.subject_id,
            "member_id": each.member_id,
            "recipients": len(each.members),
        }
        for each in addressees
        if each.skipped is None
    }
    in_order = [rows[subject_id] for subject_id in sorted(rows)]
    kept = database.insert_new(work.session, Reminder, in_order, Reminder.subject_id)
    sent = [
        each
        if each.skipped or each.subject_id in kept
        else replace(each, members=(), skipped=SkipReason.REMINDED_TODAY)
        for each in addressees
    ]
    title = reminder_words.title(data.measure, data.period)
    told = []
    for members, subject_id, body in _bodies(data, message, sent, names):
        subject = Subject(rows[subject_id]["organization_id"], rows[subject_id]["id"])
        told.append((members, Notice(NotificationKind.REMINDER, subject, title, body)))
    notices.tell_all(work, told)
    return sent


def _bodies(
    data: ReminderCreate, message: str, addressees: Iterable[Addressee], names: _Names
) -> Iterator[tuple[tuple[UUID, ...], UUID, str]]:
    """Who reads what, and of whom it speaks: members who read nothing, in one for each cell."""
    stood_for: dict[UUID, list[Addressee]] = defaultdict(list)
    for each in addressees:
        if each.skipped is None and each.is_stood_for:
            stood_for[each.cell_id].append(each)
        elif each.skipped is None:
            yield each.members, each.subject_id, _filled(data, message, each, names)
    for together in stood_for.values():
        called = [names.members[each.subject_id] for each in together]
        body = reminder_words.with_names(_filled(data, message, together[0], names), called)
        yield together[0].members, together[0].subject_id, body


def _filled(data: ReminderCreate, message: str, addressee: Addressee, names: _Names) -> str:
    cell = names.cells[addressee.cell_id].name
    return reminder_words.fill(message, data.measure, data.period, cell)


def _result(
    data: ReminderCreate, message: str, addressees: Sequence[Addressee], names: _Names
) -> ReminderResult:
    skipped = Counter(each.skipped for each in addressees if each.skipped)
    read = [body for _, _, body in _bodies(data, message, addressees, names)]
    return ReminderResult(
        dry_run=data.dry_run,
        subjects=len(addressees),
        reminded=len(addressees) - skipped.total(),
        recipients=len({member_id for each in addressees for member_id in each.members}),
        skipped=skipped.total(),
        skipped_by=[
            Skipped(reason=reason, count=skipped[reason])
            for reason in SkipReason
            if skipped[reason]
        ],
        message=message,
        example=next(iter(read), None),
        items=[_subject(each, names) for each in addressees[:SHOWN]],
    )


def _subject(addressee: Addressee, names: _Names) -> ReminderSubject:
    member_id = addressee.member_id
    return ReminderSubject(
        organization=names.cells[addressee.cell_id],
        member=MissingMember(id=member_id, full_name=names.members[member_id])
        if member_id
        else None,
        recipients=len(addressee.members),
        skipped=addressee.skipped,
    )


def _keep(work: Work, unit: Organization, data: ReminderCreate, result: ReminderResult) -> None:
    """A trace of the request, and what waits to be delivered of it."""
    facts = {
        "measure": data.measure.value,
        "period": data.period,
        "reminded": result.reminded,
        "recipients": result.recipients,
    }
    work.record("reminder.created", unit, **facts, skipped=result.skipped)
    if result.reminded:
        # Which rows these are: those of this account and moment.
        sent = {"sent_by": str(work.actor.account_id), "sent_at": work.now.isoformat()}
        content = {"organization_id": str(unit.id), "message": result.message, **facts, **sent}
        work.add(
            OutboxEntry(kind="reminder", content=content, due_at=work.now, created_at=work.now)
        )


def _names(work: Work, addressees: Sequence[Addressee]) -> _Names:
    names = _Names({}, {})
    for portion in portions({each.cell_id for each in addressees}):
        cells = pick(Organization).where(col(Organization.id).in_(portion))
        for cell in work.session.execute(_listed(cells)).scalars():
            names.cells[cell.id] = OrganizationBrief.model_validate(cell)
    for portion in portions(each.member_id for each in addressees if each.member_id):
        members = pick(Member.id, Member.full_name).where(col(Member.id).in_(portion))
        names.members.update(tuple(record) for record in work.session.execute(_listed(members)))
    return names


def _listed(statement: Any) -> Any:
    return statement.execution_options(scoped="of a list below a unit that was fetched")


def _view(record: Any) -> ReminderRead:
    reminder, cell, full_name = record[:3]
    member = None
    if reminder.member_id is not None:
        member = MissingMember(id=reminder.member_id, full_name=full_name)
    return ReminderRead(
        **reminder.model_dump(exclude={"version", "organization_id", "subject_id", "member_id"}),
        organization=OrganizationBrief.model_validate(cell),
        member=member,
    )
