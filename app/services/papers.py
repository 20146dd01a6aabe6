"""The papers of a meeting: what was recorded of it, laid into the template that is in force."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from app.core import numbers
from app.core.clock import local_date
from app.core.errors import Conflict
from app.models import (
    AttendanceStatus,
    Document,
    GuestKind,
    Meeting,
    Member,
    MinutesPart,
    PaperKind,
    Task,
    TaskStatus,
)
from app.papers import contexts, words
from app.policies.permissions import Permission
from app.schemas.minutes import MinutesRead, VoteRead
from app.services import agendas, attendances, minutes
from app.services.manuscripts import (
    BLANK,
    RATINGS,
    Manuscript,
    all_of,
    cell_of,
    guest_of,
    guests_of,
    head_of,
    lay_out,
    reasons_of,
    records,
    totals_of,
)
from app.work import Work

_S = AttendanceStatus
_ABSENT = (_S.ABSENT_EXCUSED, _S.ABSENT_UNEXCUSED)
_NO_VOTE = contexts.Vote(
    subject="", in_favour=0, against=0, abstained=0, base=0, percent="", outcome=""
)


class NoResolution(Conflict):
    code = "no_resolution"
    vi = "Biên bản chưa có nội dung nghị quyết."
    en = "The minutes hold no resolution."


def minutes_of(work: Work, meeting_id: UUID) -> Manuscript:
    """The minutes as they stand, a form before they are written."""
    meeting = work.fetch(Permission.MINUTES_READ, Meeting, meeting_id)
    read = minutes.get(work, meeting_id)
    cell = cell_of(work, meeting)
    sheet = attendances.get(work, meeting_id).items
    reasons = reasons_of(work, meeting, sheet)
    guests = guests_of(work, meeting)
    ended_at = meeting.ended_at or meeting.ends_at
    items = agendas.get(work, meeting_id).items
    paper = contexts.Minutes(
        head=head_of(work, cell, read.number, "BB", local_date(meeting.starts_at)),
        title=meeting.title,
        day=numbers.long_day(local_date(meeting.starts_at)),
        began_at=words.time_of_day(_began_at(meeting)),
        ended_at=words.time_of_day(ended_at) if ended_at else "",
        minutes_long=read.totals.minutes_long or 0,
        place=meeting.place or meeting.online_url or "",
        held_as=words.HELD[meeting.held_as],
        totals=totals_of(read.totals),
        absences=tuple(
            contexts.Absence(
                full_name=line.full_name,
                status=words.STATUSES[line.status],
                reason=reasons.get(line.member_id, ""),
            )
            for line in sheet
            if line.status in _ABSENT
        ),
        exempt=tuple(line.full_name for line in sheet if line.status is _S.EXEMPT),
        chair=read.chair or BLANK,
        minute_taker=read.minute_taker or BLANK,
        superiors=tuple(guest_of(each) for each in guests if each.kind is GuestKind.SUPERIOR),
        guests=tuple(guest_of(each) for each in guests if each.kind is GuestKind.GUEST),
        agenda=tuple(item.title for item in items),
        past_tasks=_past_tasks(work, [item.task_id for item in items if item.task_id]),
        assessment=read.assessment or "",
        direction=read.direction or "",
        tasks=_tasks(work, meeting),
        discussion=read.text,
        votes=tuple(map(_vote, read.votes)),
        score=numbers.decimal(read.self_score) if read.self_score is not None else "",
        rating=RATINGS[read.self_rating] if read.self_rating else "",
        documents=_documents(work, meeting),
        conclusion=read.conclusion or "",
        opinions=_opinions(read.opinions or ""),
        minute_taker_signature=_signature(read, MinutesPart.SECRETARY, read.minute_taker),
        chair_signature=_signature(read, MinutesPart.CHAIR, read.chair),
    )
    return lay_out(work, cell, meeting, PaperKind.MINUTES, paper)


def resolution_of(work: Work, meeting_id: UUID) -> Manuscript:
    """What the meeting resolved; `NoResolution` while the minutes say none."""
    meeting = work.fetch(Permission.MINUTES_READ, Meeting, meeting_id)
    read = minutes.get(work, meeting_id)
    if not read.resolution:
        raise NoResolution
    cell = cell_of(work, meeting)
    paper = contexts.Resolution(
        head=head_of(work, cell, read.number, "NQ", local_date(meeting.starts_at)),
        form="Nghị quyết",
        title=meeting.title,
        meeting=f"sinh hoạt ngày {numbers.day(local_date(meeting.starts_at))}",
        bases=("Điều lệ Đảng Cộng sản Việt Nam", *_documents(work, meeting)),
        content=read.resolution,
        vote=next((_vote(vote) for vote in read.votes if vote.on_resolution), _NO_VOTE),
        tasks=_tasks(work, meeting),
        effect="Nghị quyết có hiệu lực từ ngày ký.",
        recipients=("Cấp ủy cấp trên (để báo cáo)", "Đảng viên trong chi bộ", "Lưu chi bộ"),
        position="Bí thư",
        signature=_signature(read, MinutesPart.CHAIR, read.chair),
    )
    return lay_out(work, cell, meeting, PaperKind.RESOLUTION, paper)


def _began_at(meeting: Meeting) -> datetime:
    """As announced; one that was over before that began when it was opened."""
    was_early = meeting.ended_at is not None and meeting.ended_at < meeting.starts_at
    return (was_early and meeting.opened_at) or meeting.starts_at


def _past_tasks(work: Work, task_ids: Sequence[UUID]) -> tuple[contexts.PastTask, ...]:
    """The tasks that the agenda asks about."""
    rows = all_of(work, select(Task).where(col(Task.id).in_(task_ids)).order_by(col(Task.id)))
    return tuple(
        contexts.PastTask(task=row.title, result=row.result or _STATES[row.status]) for row in rows
    )


_STATES = {
    TaskStatus.OPEN: "Đang thực hiện",
    TaskStatus.DONE: "Hoàn thành",
    TaskStatus.DROPPED: "Không thực hiện",
}


def _tasks(work: Work, meeting: Meeting) -> tuple[contexts.Task, ...]:
    """What this meeting decided."""
    statement = (
        select(Task, Member.full_name)
        .outerjoin(Member, col(Member.id) == Task.owner_id)
        .where(Task.meeting_id == meeting.id)
        .order_by(col(Task.id))
    )
    return tuple(
        contexts.Task(
            task=task.title,
            owner=owner or "",
            due_on=numbers.day(task.due_on) if task.due_on else "",
        )
        for task, owner in records(work, statement)
    )


def _vote(vote: VoteRead) -> contexts.Vote:
    return contexts.Vote(
        subject=vote.subject,
        in_favour=vote.in_favour,
        against=vote.against,
        abstained=vote.abstained,
        base=vote.base or 0,
        percent=numbers.percentage(vote.percent.percent if vote.percent else None),
        outcome="Thông qua" if vote.is_carried else "Không thông qua",
    )


def _documents(work: Work, meeting: Meeting) -> tuple[str, ...]:
    statement = select(Document).where(
        Document.meeting_id == meeting.id,
        col(Document.published_at).is_not(None),
        col(Document.withdrawn_at).is_(None),
    )
    rows = all_of(work, statement.order_by(col(Document.id)))
    return tuple(f"{row.title} ({row.number})" if row.number else row.title for row in rows)


def _opinions(text: str) -> tuple[contexts.Opinion, ...]:
    """One a line, the speaker before the first colon."""
    lines = (line.partition(":") for line in text.splitlines() if line.strip())
    return tuple(
        contexts.Opinion(full_name=name.strip(), text=said.strip())
        if colon
        else contexts.Opinion(full_name="", text=name.strip())
        for name, colon, said in lines
    )


def _signature(read: MinutesRead, part: MinutesPart, name: str | None) -> contexts.Signature:
    """Who vouches for this very version, and since when."""
    for said in read.confirmations:
        if said.part is part and said.is_current:
            at = words.moment(said.confirmed_at)
            return contexts.Signature(full_name=said.full_name, confirmed_at=at)
    return contexts.Signature(full_name=name or "", confirmed_at="")
