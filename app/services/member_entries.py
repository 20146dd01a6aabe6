"""Carries out what the plans of a member list say: all rows at once, table by table."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from app.core import periods
from app.core.clock import local_date
from app.core.confidential import seal
from app.core.ids import new_id
from app.core.selects import pick, portions
from app.core.text import fold, sort_key
from app.models import EndReason, Exemption, Import, Member, Membership, MembershipKind, RowState
from app.services import correction_ends, figures, take_backs
from app.services.import_journals import Change, Journal, Values
from app.services.member_plans import MemberPlan
from app.work import Work

#: A cell, and the day from which it counts otherwise.
Touch = tuple[UUID | None, date]
_MEMBERSHIP = tuple(
    getattr(Membership, name)
    for name in ("id", "version", "member_id", "organization_id", "kind", "valid_from")
)


def carry_out(work: Work, _imported: Import, plans: Sequence[MemberPlan], journal: Journal) -> None:
    """Enter and change members, then bring the figures of every cell touched up to date."""
    new = [each for each in plans if each.state is RowState.NEW]
    changed = [each for each in plans if each.state is RowState.CHANGED]
    journal.insert(Member, ((each.row_number, _new_member(work, each)) for each in new))
    _change_members(journal, changed)
    correction_ends.settle(work, [each.known.id for each in changed if each.known])
    ended = _end_memberships(work, changed, journal)
    opened = [*new, *(each for each in changed if each.moves or each.returns)]
    journal.insert(Membership, ((each.row_number, _new_membership(work, each)) for each in opened))
    exempted = [each for each in plans if each.exempted]
    journal.insert(Exemption, ((each.row_number, _new_exemption(work, each)) for each in exempted))
    today = local_date(work.now)
    touched = [(each.place_id, today) for each in opened] + ended
    touched += [(each.place_id, each.line.state_on or today) for each in exempted]
    _recount(work, touched)


def take_back(work: Work, changes: Sequence[Change], since: datetime) -> None:
    """Members as they were before, in the figures too; nothing is left of who was new."""
    members = _members_of(work, changes)
    days = [day for model in (Membership, Exemption) for day in _days_of(work, changes, model)]
    cells = _cells_of(work, members)
    first = min([*days, local_date(since)])
    take_backs.undo(work, changes, take_backs.locked(work, cells, first, since))
    figures.recount(work, cells, figures.from_day(work, first))


def _new_member(work: Work, each: MemberPlan) -> Values:
    each.subject_id = new_id()
    return {
        "id": each.subject_id,
        "created_at": work.now,
        "version": 1,
        **_facts(each, each.subject_id),
        "phone_sealed": None,
        "phone_index": None,
    }


def _facts(each: MemberPlan, member_id: UUID) -> Values:
    line = each.line
    return each.facts._asdict() | {
        "search_text": fold(line.full_name),
        "sort_key": sort_key(line.full_name),
        "personal_id_sealed": seal(line.personal_id, "members.personal_id", member_id),
        "card_number_sealed": seal(line.card_number, "members.card_number", member_id),
    }


def _change_members(journal: Journal, changed: Iterable[MemberPlan]) -> None:
    """Also where only the cell or the state changes: a member is read with both."""
    rows = [
        (
            each.row_number,
            {"of_id": each.known.id, "of_version": each.known.version}
            | {f"new_{name}": value for name, value in _facts(each, each.known.id).items()},
        )
        for each in changed
        if each.known
    ]
    names = (
        [name.removeprefix("new_") for name in rows[0][1] if name.startswith("new_")]
        if rows
        else []
    )
    journal.update(Member, names, rows)


def _end_memberships(work: Work, changed: Sequence[MemberPlan], journal: Journal) -> list[Touch]:
    """Close the cell that a member moves from, and every cell of one who is gone."""
    today = local_date(work.now)
    ends: dict[UUID, tuple[int, EndReason, date]] = {}
    for each in changed:
        if each.known and (each.moves or each.ends):
            day = each.line.state_on if each.ends else None
            ends[each.known.id] = (each.row_number, each.ends or EndReason.MOVED, day or today)
    rows: list[tuple[int, Values]] = []
    touched: list[Touch] = []
    for membership in _open_memberships(work, ends):
        number, reason, day = ends[membership.member_id]
        if reason is EndReason.MOVED and membership.kind is MembershipKind.TEMPORARY:
            continue
        change = {
            "of_id": membership.id,
            "of_version": membership.version,
            "new_valid_to": max(day, membership.valid_from),
            "new_end_reason": reason,
        }
        rows.append((number, change))
        touched.append((membership.organization_id, day))
    journal.update(Membership, ["valid_to", "end_reason"], rows)
    return touched


def _open_memberships(work: Work, members: Iterable[UUID]) -> Iterator[Any]:
    today = local_date(work.now)
    for portion in portions(members):
        statement = select(*_MEMBERSHIP).where(
            col(Membership.member_id).in_(portion),
            or_(col(Membership.valid_to).is_(None), col(Membership.valid_to) > today),
        )
        scoped = statement.execution_options(scoped="of members in the plan")
        yield from work.session.execute(scoped)


def _new_membership(work: Work, each: MemberPlan) -> Values:
    return {
        "id": new_id(),
        "created_at": work.now,
        "version": 1,
        "organization_id": each.place_id,
        "member_id": each.subject_id,
        "kind": MembershipKind.OFFICIAL_RESIDENCE,
        "valid_from": local_date(work.now),
        "valid_to": None,
        "end_reason": None,
    }


def _new_exemption(work: Work, each: MemberPlan) -> Values:
    return {
        "id": new_id(),
        "created_at": work.now,
        "version": 1,
        "organization_id": each.place_id,
        "member_id": each.subject_id,
        "kind": each.exempted,
        "reason": None,
        "decision": None,
        "valid_from": each.line.state_on,
        "valid_to": None,
    }


def _members_of(work: Work, changes: Sequence[Change]) -> set[UUID]:
    """Whom the changes concern: the members themselves, and whose memberships and the like."""
    members = {change.row_id for change in changes if change.table == Member.__tablename__}
    for model in (Membership, Exemption):
        members.update(_column_of(work, changes, model, model.member_id))
    return members


def _days_of(work: Work, changes: Sequence[Change], model: Any) -> list[date]:
    """The days on which what was written begins or ends."""
    found = _column_of(work, changes, model, model.valid_from, of_new=True)
    found += _column_of(work, changes, model, model.valid_to)
    return [day for day in found if day is not None]


def _cells_of(work: Work, members: Iterable[UUID]) -> set[UUID]:
    cells: set[UUID] = set()
    for portion in portions(members):
        statement = pick(Membership.organization_id).where(col(Membership.member_id).in_(portion))
        cells.update(work.session.connection().execute(statement.distinct()).scalars())
    return cells


def _column_of(
    work: Work, changes: Sequence[Change], model: Any, column: Any, *, of_new: bool = False
) -> list[Any]:
    wanted = [
        change.row_id
        for change in changes
        if change.table == model.__tablename__ and (change.before is None or not of_new)
    ]
    return [
        value
        for portion in portions(wanted)
        for value in work.session.connection()
        .execute(pick(column).where(col(model.id).in_(portion)))
        .scalars()
    ]


def _recount(work: Work, touched: Iterable[Touch]) -> None:
    """Each cell from the first day on which something is new there."""
    since: dict[UUID, date] = {}
    for cell, day in touched:
        if cell:
            since[cell] = min(day, since.get(cell, day))
    if not since:
        return
    for period in figures.opened(work, figures.from_day(work, min(since.values()))):
        last = periods.last_day(period)
        figures.recount(work, [cell for cell, day in since.items() if day <= last], [period])
