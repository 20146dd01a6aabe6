"""The agenda of a meeting: filled when it is drafted, written as a whole, settled once it opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col, select

from app.core.clock import local_date
from app.core.errors import Conflict, Invalid, InvalidTransition
from app.models import (
    HELD_STATUSES,
    AgendaAudience,
    AgendaItem,
    AgendaStatus,
    Meeting,
    MeetingStatus,
    Organization,
    Task,
    TaskStatus,
)
from app.policies.roles import Permission
from app.schemas.agendas import AgendaItemWrite, AgendaWrite
from app.services import rules
from app.services.versions import expect_version
from app.work import Work

CLOSED = (MeetingStatus.SUBMITTED, MeetingStatus.ACCEPTED, MeetingStatus.CANCELLED)
NOT_YET_OPENED = (MeetingStatus.DRAFT, MeetingStatus.SCHEDULED, MeetingStatus.POSTPONED)
TITLE_LENGTH = 500


class AgendaSettled(Conflict):
    code = "agenda_settled"
    vi = "Cuộc họp đã mở: chỉ thêm nội dung và cập nhật trạng thái, không bỏ, không sửa."
    en = "The meeting has opened: items are added and get their status, nothing else changes."


@dataclass(frozen=True)
class Agenda:
    meeting: Meeting
    items: Sequence[AgendaItem]

    @property
    def meeting_id(self) -> UUID:
        return self.meeting.id

    @property
    def version(self) -> int:
        return self.meeting.version


def get(work: Work, meeting_id: UUID) -> Agenda:
    """Items for the leaders are seen by whoever may read the minutes."""
    meeting = work.fetch(Permission.AGENDA_READ, Meeting, meeting_id)
    confided = work.within_reach(Permission.MINUTES_READ, AgendaItem, AgendaItem.id)
    statement = (
        work.within_reach(Permission.AGENDA_READ, AgendaItem)
        .where(col(AgendaItem.meeting_id) == meeting.id)
        .where(
            or_(
                col(AgendaItem.audience) == AgendaAudience.EVERYBODY,
                col(AgendaItem.id).in_(confided),
            )
        )
        .order_by(col(AgendaItem.position))
    )
    return Agenda(meeting, work.session.execute(statement).scalars().all())


def write(work: Work, meeting_id: UUID, data: AgendaWrite, if_match: int | None) -> Agenda:
    """The whole list in its order; until the meeting opens, items that are not named go."""
    meeting = work.fetch(Permission.AGENDA_WRITE, Meeting, meeting_id)
    expect_version(meeting.version, if_match)
    if meeting.status in CLOSED:
        raise InvalidTransition(allowed=meeting.allowed())
    known = _items_of(work, meeting)
    _refuse_unknown(data.items, known)
    if meeting.status not in NOT_YET_OPENED:
        _expect_settled(data.items, known)
    items = []
    for position, said in enumerate(data.items, start=1):
        facts = said.model_dump(exclude={"id"}) | {"position": position}
        if said.id is None:
            items.append(_add(work, meeting, facts))
        else:
            items.append(known.pop(said.id).sqlmodel_update(facts))
    for unnamed in known.values():
        work.session.delete(unnamed)
    flag_modified(meeting, "status")  # the agenda is part of the meeting, and of its version
    work.record("agenda.written", meeting, items=len(items), removed=len(known))
    work.session.flush()
    return Agenda(meeting, items)


def fill(work: Work, meeting: Meeting, cell: Organization) -> None:
    """Begin with the kind's usual items, what the last such meeting left open, and open tasks."""
    day = local_date(meeting.starts_at)
    usual = rules.of(work.session, cell, day).agendas.get(meeting.kind, ())
    begun = [planned.model_dump() for planned in usual]
    begun += [_carried(item) for item in _left_open(work, meeting)]
    begun += [_asking(task) for task in _open_tasks(work, cell)]
    work.session.flush()  # items name their meeting
    for position, facts in enumerate(begun, start=1):
        _add(work, meeting, facts | {"position": position})


def _add(work: Work, meeting: Meeting, facts: dict[str, Any]) -> AgendaItem:
    return work.add(
        AgendaItem(
            organization_id=meeting.organization_id,
            meeting_id=meeting.id,
            created_at=work.now,
            **facts,
        )
    )


def _items_of(work: Work, meeting: Meeting) -> dict[UUID, AgendaItem]:
    """In their order."""
    statement = (
        select(AgendaItem)
        .where(col(AgendaItem.meeting_id) == meeting.id)
        .order_by(col(AgendaItem.position))
        .execution_options(scoped="of a reached meeting")
    )
    return {item.id: item for item in work.session.exec(statement)}


def _refuse_unknown(given: Sequence[AgendaItemWrite], known: dict[UUID, AgendaItem]) -> None:
    seen: set[UUID] = set()
    for at, said in enumerate(given):
        if said.id is None:
            continue
        if said.id not in known:
            vi, en = "Không thuộc chương trình này.", "Not an item of this agenda."
            raise Invalid.at(f"/items/{at}/id", "unknown_item", vi, en)
        if said.id in seen:
            vi, en = "Nội dung này được nêu hai lần.", "This item is named twice."
            raise Invalid.at(f"/items/{at}/id", "duplicate", vi, en)
        seen.add(said.id)


def _expect_settled(given: Sequence[AgendaItemWrite], known: dict[UUID, AgendaItem]) -> None:
    """Every item is still there, in its place, and nothing but its status has changed."""
    named = [(said.id, said) for said in given if said.id is not None]
    is_whole = [item_id for item_id, _ in named] == list(known)
    if not is_whole or any(_rewrites(said, known[item_id]) for item_id, said in named):
        raise AgendaSettled


def _rewrites(said: AgendaItemWrite, item: AgendaItem) -> bool:
    facts = said.model_dump(exclude={"id", "status"})
    return any(getattr(item, name) != value for name, value in facts.items())


def _left_open(work: Work, meeting: Meeting) -> Sequence[AgendaItem]:
    """By the cell's last meeting of this kind; what asks about a task comes with the task."""
    latest = (
        select(Meeting.id)
        .where(
            col(Meeting.organization_id) == meeting.organization_id,
            col(Meeting.kind) == meeting.kind,
            col(Meeting.status).in_(HELD_STATUSES),
            col(Meeting.starts_at) < meeting.starts_at,
        )
        .order_by(col(Meeting.starts_at).desc(), col(Meeting.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(AgendaItem)
        .where(
            col(AgendaItem.meeting_id) == latest,
            col(AgendaItem.status) == AgendaStatus.OPEN,
            col(AgendaItem.task_id).is_(None),
        )
        .order_by(col(AgendaItem.position))
    )
    return work.session.exec(statement.execution_options(scoped="of a reached cell")).all()


def _carried(item: AgendaItem) -> dict[str, Any]:
    kept = item.model_dump(include={"title", "planned_minutes", "presenter", "audience"})
    return kept | {"carried_from_id": item.id}


def _open_tasks(work: Work, cell: Organization) -> Sequence[Task]:
    statement = (
        select(Task)
        .where(col(Task.organization_id) == cell.id, col(Task.status) == TaskStatus.OPEN)
        .order_by(col(Task.id))
    )
    return work.session.exec(statement.execution_options(scoped="of a reached cell")).all()


def _asking(task: Task) -> dict[str, Any]:
    return {"title": f"Kết quả nhiệm vụ: {task.title}"[:TITLE_LENGTH], "task_id": task.id}
