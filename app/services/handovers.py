"""What one row of a person holds and the other takes over: which rows, and back again."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, update
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
        Holding(Alert, alone=("organization_id", "rule", "year", "level")),
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
    return {
        str(name): moved
        for name, holding in HOLDINGS.items()
        if (moved := _move(work.session, holding, giver, taker))
    } | {"activities": _share_activity(work.session, giver, taker)}


def hand_back(work: Work, moved: dict[str, list[str]], giver: UUID, taker: UUID) -> None:
    """The reverse: those rows of `taker` are `giver`'s again."""
    for name, ids in moved.items():
        if name == "activities":
            shared = [Activity.member_id == taker, col(Activity.period).in_(ids)]
            work.session.execute(_scoped(Activity.__table__.delete().where(*shared)))  # type: ignore[attr-defined]  # a table
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


def attended(work: Work, member_id: UUID) -> list[Meeting]:
    """The meetings on whose sheet a member stands."""
    statement = (
        pick(Meeting)
        .join(Attendance, col(Attendance.meeting_id) == Meeting.id)
        .where(col(Attendance.member_id) == member_id)
    )
    return list(work.session.execute(_scoped(statement)).scalars())


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


def _share_activity(session: Session, giver: UUID, taker: UUID) -> list[str]:
    """Who used the service by either row has used it; the duplicate's facts stay where they are."""
    other = aliased(Activity)
    known = exists().where(col(other.member_id) == taker, col(other.period) == col(Activity.period))
    own = pick(Activity.period, Activity.first_at).where(col(Activity.member_id) == giver, ~known)
    rows = [
        {"member_id": taker, "period": period, "first_at": first_at}
        for period, first_at in session.execute(_scoped(own))
    ]
    if rows:
        session.execute(insert(Activity), rows)
    return [str(row["period"]) for row in rows]


def _id(model: type[SQLModel]) -> ColumnElement[UUID]:
    own: ColumnElement[UUID] = model.id  # type: ignore[attr-defined]  # every one of these has one
    return own


def _scoped(statement: Any) -> Any:
    return statement.execution_options(
        scoped="of members already reached", synchronize_session=False
    )
