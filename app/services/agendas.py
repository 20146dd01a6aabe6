"""The agenda of a meeting: filled when it is drafted, written as a whole, settled once it opens."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col, select

from app.core.clock import local_date
from app.core.errors import Conflict, Invalid, InvalidTransition
from app.core.selects import pick
from app.models import (
    HELD_STATUSES,
    NOT_YET_OPENED,
    AgendaAudience,
    AgendaItem,
    AgendaStatus,
    Meeting,
    MeetingStatus,
    Organization,
    Task,
    TaskStatus,
)
from app.policies.permissions import Permission
from app.schemas.agendas import AgendaItemWrite, AgendaWrite
from app.services import lines, looks, rules
from app.services.versions import expect_version
from app.work import Work

CLOSED = (MeetingStatus.SUBMITTED, MeetingStatus.ACCEPTED, MeetingStatus.CANCELLED)
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


class _Begun(NamedTuple):
    """The last position of an agenda, and the items and tasks that were ever brought to it."""

    last: int
    brought: set[UUID]


def get(work: Work, meeting_id: UUID) -> Agenda:
    """Items for the leaders are seen by whoever may read the minutes."""
    meeting = work.fetch(Permission.AGENDA_READ, Meeting, meeting_id)
    looks.note(work, meeting)
    confided = work.within_reach(Permission.MINUTES_READ, AgendaItem, AgendaItem.id)
    statement = (
        work.within_reach(Permission.AGENDA_READ, AgendaItem)
        .where(
            _stands_in(meeting),
            or_(
                col(AgendaItem.audience) == AgendaAudience.EVERYBODY,
                col(AgendaItem.id).in_(confided),
            ),
        )
        .order_by(col(AgendaItem.position))
    )
    return Agenda(meeting, work.session.execute(statement).scalars().all())


def write(work: Work, meeting_id: UUID, data: AgendaWrite, if_match: int | None) -> Agenda:
    """The whole list in its order; until the meeting opens, items that are not named go."""
    meeting = work.fetch(Permission.AGENDA_WRITE, Meeting, meeting_id)
    lines.hold(work, meeting)
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
        unnamed.withdrawn_at = work.now
    flag_modified(meeting, "status")  # the agenda is part of the meeting, and of its version
    work.record("agenda.written", meeting, items=len(items), removed=len(known))
    work.session.flush()
    return Agenda(meeting, items)


def begin(work: Work, drafts: Sequence[tuple[Meeting, Organization]]) -> None:
    """Begin each with the usual items of its kind."""
    work.session.flush()  # items name their meetings
    rulebook = rules.load(work.session, {cell.path for _, cell in drafts})
    for meeting, cell in drafts:
        decided = rulebook.at(cell.path, local_date(meeting.starts_at))
        usual = decided.agendas.get(meeting.kind, ())
        for position, planned in enumerate(usual, start=1):
            _add(work, meeting, planned.model_dump() | {"position": position})


def carry(work: Work, meetings: Sequence[Meeting]) -> list[Meeting]:
    """Add what the last such meeting left open, and open tasks; the meetings that got any.

    Whatever it is comes to an agenda once, by whichever meeting, and stays off when taken off.
    """
    work.session.flush()
    begun = _begun(work, meetings)
    left_open, tasks = _left_open(work, meetings), _open_tasks(work, meetings)
    origins = _origins(work, [item.id for items in left_open.values() for item in items])
    reached = []
    for meeting in meetings:
        last, known = begun[meeting.id]
        fresh = [_carried(item) for item in left_open[meeting.id] if not origins[item.id] & known]
        asked = tasks[meeting.organization_id]
        fresh += [_asking(task) for task in asked if task.id not in known]
        for position, facts in enumerate(fresh, start=last + 1):
            _add(work, meeting, facts | {"position": position})
        if fresh:
            reached.append(meeting)
    return reached


def _add(work: Work, meeting: Meeting, facts: dict[str, Any]) -> AgendaItem:
    return work.add(
        AgendaItem(
            organization_id=meeting.organization_id,
            meeting_id=meeting.id,
            created_at=work.now,
            **facts,
        )
    )


def _stands_in(meeting: Meeting) -> ColumnElement[bool]:
    return and_(col(AgendaItem.meeting_id) == meeting.id, col(AgendaItem.withdrawn_at).is_(None))


def _items_of(work: Work, meeting: Meeting) -> dict[UUID, AgendaItem]:
    """In their order."""
    statement = (
        select(AgendaItem)
        .where(_stands_in(meeting))
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


def _begun(work: Work, meetings: Sequence[Meeting]) -> dict[UUID, _Begun]:
    """How far the agenda of each has come."""
    statement = select(AgendaItem).where(
        col(AgendaItem.meeting_id).in_([meeting.id for meeting in meetings])
    )
    items: dict[UUID, list[AgendaItem]] = defaultdict(list)
    for item in work.session.exec(statement.execution_options(scoped="of reached meetings")):
        items[item.meeting_id].append(item)
    return {
        meeting.id: _Begun(
            max((item.position for item in items[meeting.id] if not item.withdrawn_at), default=0),
            {each for item in items[meeting.id] for each in _sources_of(item)},
        )
        for meeting in meetings
    }


def _sources_of(item: AgendaItem) -> list[UUID]:
    return [each for each in (item.carried_from_id, item.task_id) if each is not None]


def _origins(work: Work, item_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Each item with all those that it was carried from, one after another."""
    chain = (
        pick(col(AgendaItem.id).label("item_id"), col(AgendaItem.id).label("origin_id"))
        .where(col(AgendaItem.id).in_(item_ids))
        .cte("chain", recursive=True)
    )
    earlier = pick(chain.c.item_id, AgendaItem.carried_from_id).where(
        col(AgendaItem.id) == chain.c.origin_id, col(AgendaItem.carried_from_id).is_not(None)
    )
    whole = chain.union_all(earlier)
    statement = pick(whole.c.item_id, whole.c.origin_id)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    scoped = statement.execution_options(scoped="of reached meetings")
    for item_id, origin_id in work.session.execute(scoped):
        found[item_id].add(origin_id)
    return found


def _left_open(work: Work, drafts: Sequence[Meeting]) -> dict[UUID, list[AgendaItem]]:
    """By each cell's last meeting of the draft's kind; what asks about a task comes with it."""
    draft = aliased(Meeting)
    latest = (
        select(Meeting.id)
        .where(
            col(Meeting.organization_id) == draft.organization_id,
            col(Meeting.kind) == draft.kind,
            col(Meeting.status).in_(HELD_STATUSES),
            col(Meeting.starts_at) < draft.starts_at,
        )
        .order_by(col(Meeting.starts_at).desc(), col(Meeting.id).desc())
        .limit(1)
        .correlate(draft)
        .scalar_subquery()
    )
    statement = (
        pick(draft.id, AgendaItem)
        .join(AgendaItem, col(AgendaItem.meeting_id) == latest)
        .where(
            col(draft.id).in_([each.id for each in drafts]),
            col(AgendaItem.status) == AgendaStatus.OPEN,
            col(AgendaItem.withdrawn_at).is_(None),
            col(AgendaItem.task_id).is_(None),
        )
        .order_by(col(AgendaItem.position))
    )
    found: dict[UUID, list[AgendaItem]] = defaultdict(list)
    scoped = statement.execution_options(scoped="of reached meetings")
    for draft_id, item in work.session.execute(scoped):
        found[draft_id].append(item)
    return found


def _carried(item: AgendaItem) -> dict[str, Any]:
    kept = item.model_dump(include={"title", "planned_minutes", "presenter", "audience"})
    return kept | {"carried_from_id": item.id}


def _open_tasks(work: Work, drafts: Sequence[Meeting]) -> dict[UUID, list[Task]]:
    """Of their cells."""
    cells = {draft.organization_id for draft in drafts}
    statement = (
        select(Task)
        .where(col(Task.organization_id).in_(cells), col(Task.status) == TaskStatus.OPEN)
        .order_by(col(Task.id))
    )
    found: dict[UUID, list[Task]] = defaultdict(list)
    for task in work.session.exec(statement.execution_options(scoped="of reached meetings")):
        found[task.organization_id].append(task)
    return found


def _asking(task: Task) -> dict[str, Any]:
    return {"title": f"Kết quả nhiệm vụ: {task.title}"[:TITLE_LENGTH], "task_id": task.id}
