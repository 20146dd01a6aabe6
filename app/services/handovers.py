"""What one row of a person holds and the other takes over: which rows, and back again."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, exists

from app.core.selects import pick
from app.models import (
    AbsenceReport,
    Activity,
    Alert,
    Attendance,
    AttendanceEvent,
    CheckIn,
    Correction,
    DocumentReading,
    Exemption,
    Meeting,
    Notification,
    Objection,
    Office,
    RosterExclusion,
    Task,
    Transfer,
)
from app.work import Work


class Holding(NamedTuple):
    """Rows of `model` belong to who stands in `column`; `alone` are the columns that may be
    repeated by nobody else's row: where both have one, the duplicate keeps its own.
    """

    model: type[SQLModel]
    column: str = "member_id"
    alone: tuple[str, ...] = ()


HOLDINGS = {
    holding.model.__tablename__: holding
    for holding in (
        Holding(Attendance),
        Holding(AttendanceEvent),
        Holding(RosterExclusion, alone=("meeting_id",)),
        Holding(AbsenceReport),
        Holding(Objection),
        Holding(CheckIn),
        Holding(Exemption),
        Holding(Office),
        Holding(Task, "owner_id"),
        Holding(Notification),
        Holding(Transfer),
        Holding(Correction),
        Holding(Alert, alone=("organization_id", "rule", "year", "level")),
    )
}


class Sharing(NamedTuple):
    """Facts of a person and a `thing`, said once of each: they are copied and not moved.

    `read` makes the key of the thing of its text.
    """

    model: type[SQLModel]
    thing: str
    read: Callable[[str], Any]
    facts: tuple[str, ...]


SHARINGS = {
    sharing.model.__tablename__: sharing
    for sharing in (
        Sharing(Activity, "period", str, ("first_at",)),
        Sharing(DocumentReading, "document_id", UUID, ("opened_at", "acknowledged_at")),
    )
}


def counts(work: Work, member_id: UUID) -> dict[str, int]:
    """How many rows of each kind a member holds."""
    found = {}
    for name, holding in HOLDINGS.items():
        own = getattr(holding.model, holding.column) == member_id
        statement = pick(func.count()).select_from(holding.model).where(own)
        found[str(name)] = work.session.execute(_scoped(statement)).scalar_one()
    return {name: count for name, count in found.items() if count}


def hand_over(work: Work, giver: UUID, taker: UUID) -> dict[str, list[str]]:
    """Give one member's rows to another; their ids, by table."""
    moved = {name: _move(work.session, each, giver, taker) for name, each in HOLDINGS.items()}
    copied = {name: _copy(work.session, each, giver, taker) for name, each in SHARINGS.items()}
    return {str(name): ids for name, ids in (moved | copied).items() if ids}


def hand_back(work: Work, moved: dict[str, list[str]], giver: UUID, taker: UUID) -> None:
    """The reverse: those rows of `taker` are `giver`'s again, and copies are gone."""
    for name, ids in moved.items():
        if name in SHARINGS:
            _take_copies(work.session, SHARINGS[name], ids, giver, taker)
            continue
        holding = HOLDINGS[name]
        own = [UUID(one) for one in ids]
        statement = update(holding.model).where(_id(holding.model).in_(own))
        work.session.execute(_scoped(statement.values({holding.column: giver})))


def shared_meetings(work: Work, one: UUID, other: UUID) -> list[UUID]:
    """Meetings on whose sheet, or among whose absence reports, both of them stand."""
    found: set[UUID] = set()
    sheets: tuple[type[Attendance] | type[AbsenceReport], ...] = (Attendance, AbsenceReport)
    for model in sheets:
        beside = aliased(model)
        twice = exists().where(
            col(beside.meeting_id) == col(model.meeting_id), col(beside.member_id) == other
        )
        statement = pick(model.meeting_id).where(col(model.member_id) == one, twice)
        found.update(work.session.execute(_scoped(statement)).scalars())
    return sorted(found)


def attended(work: Work, *member_ids: UUID) -> list[Meeting]:
    """The meetings on whose sheet one of these members stands, in their order."""
    return _meetings(work, col(Attendance.member_id).in_(member_ids))


def handed_over(work: Work, moved: dict[str, list[str]]) -> list[Meeting]:
    """The meetings on whose sheet a line changed hands."""
    lines = [UUID(one) for one in moved.get("attendances", ())]
    return _meetings(work, col(Attendance.id).in_(lines))


def _meetings(work: Work, lines: ColumnElement[bool]) -> list[Meeting]:
    joined = pick(Meeting).join(Attendance, col(Attendance.meeting_id) == Meeting.id)
    ordered = joined.where(lines).order_by(col(Meeting.starts_at))
    return list(work.session.execute(_scoped(ordered)).scalars())


def _move(session: Session, holding: Holding, giver: UUID, taker: UUID) -> list[str]:
    model = holding.model
    statement = pick(_id(model)).where(getattr(model, holding.column) == giver)
    if holding.alone:
        other = aliased(model)
        same = [getattr(other, name) == getattr(model, name) for name in holding.alone]
        statement = statement.where(~exists().where(getattr(other, holding.column) == taker, *same))
    ids = list(session.execute(_scoped(statement)).scalars())
    if ids:
        moved = update(model).where(_id(model).in_(ids)).values({holding.column: taker})
        session.execute(_scoped(moved))
    return [str(one) for one in ids]


def _copy(session: Session, sharing: Sharing, giver: UUID, taker: UUID) -> list[str]:
    """Who used or read something by either row has done so; the duplicate's facts stay as well."""
    model, other = sharing.model, aliased(sharing.model)
    names = (sharing.thing, *sharing.facts)
    same = getattr(other, sharing.thing) == getattr(model, sharing.thing)
    known = exists().where(_is_of(other, taker), same)
    own = pick(*(getattr(model, name) for name in names)).where(_is_of(model, giver), ~known)
    rows = [
        {"member_id": taker} | dict(zip(names, record, strict=True))
        for record in session.execute(_scoped(own))
    ]
    if rows:
        session.execute(insert(model), rows)
    return [str(row[sharing.thing]) for row in rows]


def _take_copies(
    session: Session, sharing: Sharing, things: list[str], giver: UUID, taker: UUID
) -> None:
    """Those that still say the same; what was said since stays with the member."""
    model, other = sharing.model, aliased(sharing.model)
    thing = getattr(model, sharing.thing)
    said = [
        getattr(other, name).is_not_distinct_from(getattr(model, name)) for name in sharing.facts
    ]
    alike = exists().where(_is_of(other, giver), getattr(other, sharing.thing) == thing, *said)
    copies = delete(model).where(
        _is_of(model, taker), thing.in_([sharing.read(one) for one in things]), alike
    )
    session.execute(_scoped(copies))


def _is_of(model: Any, member_id: UUID) -> ColumnElement[bool]:
    return col(model.member_id) == member_id


def _id(model: type[SQLModel]) -> ColumnElement[UUID]:
    own: ColumnElement[UUID] = model.id  # type: ignore[attr-defined]  # every one of these has one
    return own


def _scoped(statement: Any) -> Any:
    return statement.execution_options(
        scoped="of members already reached", synchronize_session=False
    )
