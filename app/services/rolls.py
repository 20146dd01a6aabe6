"""The attendance list of a meeting: with the absent, or blank, to be ticked by hand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.core import numbers
from app.core.clock import local_date
from app.models import AttendanceStatus, Meeting, PaperKind, RosterReason
from app.papers import contexts, words
from app.policies.permissions import Permission
from app.services import attendances, summons, totals
from app.services.manuscripts import (
    Manuscript,
    cell_of,
    guest_of,
    guests_of,
    head_of,
    lay_out,
    reasons_of,
    totals_of,
)
from app.services.sheets import Line
from app.work import Work

_S = AttendanceStatus


def attendance_list_of(work: Work, meeting_id: UUID, *, blank: bool) -> Manuscript:
    """The sheet with the absent; before the roll is opened, or `blank`, one to tick by hand."""
    meeting = work.fetch(Permission.ATTENDANCE_READ, Meeting, meeting_id)
    cell = cell_of(work, meeting)
    sheet = attendances.get(work, meeting_id).items
    reasons = reasons_of(work, meeting, sheet)
    lines = [_on_the_sheet(line, reasons) for line in sheet] or _expected(work, meeting)
    counts = totals.count(work, meeting).totals
    paper = contexts.AttendanceList(
        head=head_of(work, cell, None, "DS", local_date(meeting.starts_at)),
        title=meeting.title,
        starts_at=words.time_of_day(meeting.starts_at),
        day=numbers.long_day(local_date(meeting.starts_at)),
        place=meeting.place or meeting.online_url or "",
        is_blank=blank or not sheet,
        lines=_numbered(line for line in lines if not _stands_apart(line)),
        exempt=_numbered(filter(_stands_apart, lines)),
        guests=tuple(map(guest_of, guests_of(work, meeting))),
        totals=totals_of(counts) if sheet else _totals_expected(lines),
        minute_taker_signature=contexts.Signature(full_name="", confirmed_at=""),
        chair_signature=contexts.Signature(full_name="", confirmed_at=""),
    )
    shown = paper.as_blank() if paper.is_blank else paper
    return lay_out(work, cell, meeting, PaperKind.ATTENDANCE_LIST, shown)


def _totals_expected(lines: Sequence[contexts.RollLine]) -> contexts.Totals:
    """Before the roll is called: who is awaited, and nobody marked."""
    standings = Counter(line.standing for line in lines)
    exempt = sum(map(_stands_apart, lines))
    return contexts.Totals(
        summoned=len(lines) - exempt,
        official=standings[words.STANDINGS[RosterReason.OFFICIAL]],
        probationary=standings[words.STANDINGS[RosterReason.PROBATIONARY]],
        temporary=standings[words.STANDINGS[RosterReason.TEMPORARY]],
        present=0,
        absent=0,
        absent_excused=0,
        absent_unexcused=0,
        exempt=exempt,
        unmarked=len(lines) - exempt,
        attendance="",
    )


def _on_the_sheet(line: Line, reasons: Mapping[UUID, str]) -> contexts.RollLine:
    return contexts.RollLine(
        number=0,
        full_name=line.full_name,
        standing=words.STANDINGS[line.roster_reason],
        came_at=words.time_of_day(line.came_at) if line.came_at else "",
        status=words.STATUSES[line.status] + (" (muộn)" if line.is_late else ""),
        reason=reasons.get(line.member_id, ""),
    )


def _expected(work: Work, meeting: Meeting) -> list[contexts.RollLine]:
    """Who will be on the roster, as things are today."""
    return [
        contexts.RollLine(
            number=0,
            full_name=item.full_name,
            standing=words.STANDINGS[item.reason],
            came_at="",
            status="",
            reason="",
        )
        for item in summons.get(work, meeting.id).items
        if isinstance(item.reason, RosterReason)
    ]


def _stands_apart(line: contexts.RollLine) -> bool:
    """The exempt, unless they came: then they count like the others."""
    came = line.status.startswith(words.STATUSES[_S.PRESENT])
    return line.standing == words.STANDINGS[RosterReason.EXEMPT] and not came


def _numbered(lines: Iterable[contexts.RollLine]) -> tuple[contexts.RollLine, ...]:
    return tuple(replace(line, number=number) for number, line in enumerate(lines, start=1))
