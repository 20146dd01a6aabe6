"""What an attendance sheet is, and which marks it takes. Nothing here asks the database."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import Conflict, Invalid
from app.models import (
    AbsenceReason,
    AbsenceStatus,
    AttendanceSource,
    AttendanceStatus,
    Meeting,
    MeetingStatus,
    RosterReason,
)
from app.models.absence_reports import STANDING
from app.schemas.attendances import AttendanceMark

_S = AttendanceStatus
#: What may be said of a line; the exempt are there or not, and never absent.
_FOR_THE_EXEMPT = frozenset({_S.PRESENT, _S.EXEMPT})
_FOR_OTHERS = frozenset({_S.UNMARKED, _S.PRESENT, _S.ABSENT_EXCUSED, _S.ABSENT_UNEXCUSED})


#: While a meeting stands so, its sheet is in the cell's hands.
WRITABLE = (
    MeetingStatus.OPEN,
    MeetingStatus.ENDED,
    MeetingStatus.RETURNED,
    MeetingStatus.SUBMITTED,
)


class NotOnRoster(Invalid):
    code = "not_on_roster"
    vi = "Có người không thuộc danh sách triệu tập."
    en = "Somebody named is not on the roster."


class LinesUnmarked(Conflict):
    code = "lines_unmarked"
    vi = "Còn người chưa được điểm danh."
    en = "Some lines of the sheet are not marked."


class CheckInsAwaiting(Conflict):
    code = "check_ins_awaiting"
    vi = "Còn lượt điểm danh chờ xác nhận."
    en = "Some check-ins are still to be confirmed or rejected."


class Report(NamedTuple):
    """What the member said beforehand."""

    id: UUID
    reason: AbsenceReason
    status: AbsenceStatus


class Mark(NamedTuple):
    """What is newly said of a line, and which version of it that makes."""

    line_id: UUID
    line_version: int
    member_id: UUID
    status: AttendanceStatus
    source: AttendanceSource
    came_at: datetime | None
    reason: str | None = None
    captured_at: datetime | None = None
    check_in_id: UUID | None = None


@dataclass(frozen=True)
class Line:
    late_after: datetime
    absence_report: Report | None
    id: UUID
    member_id: UUID
    full_name: str
    roster_reason: RosterReason
    status: AttendanceStatus
    source: AttendanceSource | None
    marked_by: UUID | None
    marked_at: datetime | None
    came_at: datetime | None
    may_vote: bool
    version: int

    @property
    def is_late(self) -> bool:
        """Only a check-in tells the moment of coming."""
        return self.came_at is not None and self.came_at > self.late_after

    @property
    def suggested_status(self) -> AttendanceStatus | None:
        """An accepted absence pre-fills the line; it never marks by itself."""
        report = self.absence_report
        accepted = report is not None and report.status is AbsenceStatus.ACCEPTED
        return _S.ABSENT_EXCUSED if accepted and not self.is_exempt else None

    @property
    def has_standing_report(self) -> bool:
        """Whether an absence was said of it that is accepted, or not decided yet."""
        report = self.absence_report
        return report is not None and report.status in STANDING

    @property
    def is_exempt(self) -> bool:
        return self.roster_reason is RosterReason.EXEMPT

    @property
    def takes(self) -> frozenset[AttendanceStatus]:
        """What may be said of it."""
        return _FOR_THE_EXEMPT if self.is_exempt else _FOR_OTHERS

    def mark(
        self,
        status: AttendanceStatus,
        source: AttendanceSource = AttendanceSource.SECRETARY,
        *,
        came_at: datetime | None = None,
        **told: Any,
    ) -> Mark:
        """Who was present already came when it was said first, or at a moment nobody knows."""
        if self.status is _S.PRESENT:
            came_at = self.came_at
        return Mark(
            line_id=self.id,
            line_version=self.version + 1,
            member_id=self.member_id,
            status=status,
            source=source,
            came_at=came_at if status is _S.PRESENT else None,
            **told,
        )

    def after(self, given: Mark, marked_by: UUID | None, marked_at: datetime) -> "Line":
        """The line as a mark leaves it; presence wins over what was reported before."""
        report = self.absence_report
        if report is not None and given.status is _S.PRESENT and report.status in STANDING:
            report = report._replace(status=AbsenceStatus.CAME_ANYWAY)
        return replace(
            self,
            status=given.status,
            source=given.source,
            came_at=given.came_at,
            marked_by=marked_by,
            marked_at=marked_at,
            version=given.line_version,
            absence_report=report,
        )


@dataclass(frozen=True)
class Sheet:
    meeting_id: UUID
    version: int
    items: Sequence[Line]
    next_cursor: None = None


def was_submitted(meeting: Meeting) -> bool:
    """Once submitted, every change tells its reason, also after a return or a reopening."""
    return meeting.first_submitted_at is not None


def judge(
    given: Sequence[AttendanceMark], lines: Mapping[UUID, Line], *, after_submission: bool
) -> list[Mark]:
    """The marks that change something; `Invalid` with every fault when there is one."""
    strangers = [at for at, mark in enumerate(given) if mark.member_id not in lines]
    if strangers:
        raise NotOnRoster(errors=[_stranger(f"/lines/{at}/member_id") for at in strangers])
    errors = [*_repeated(given)]
    marks: list[Mark] = []
    for at, mark in enumerate(given):
        line = lines[mark.member_id]
        if mark.status is line.status:
            continue
        errors += _faults(at, mark, line, after_submission=after_submission)
        marks.append(line.mark(mark.status, reason=mark.reason))
    if errors:
        raise Invalid(errors=errors)
    return marks


def complete(
    unmarked: Sequence[Line],
    awaiting: Mapping[UUID, Collection[UUID]],
    unmarked_as: AttendanceStatus | None,
) -> list[Mark]:
    """Marks for the lines without one: as suggested, else as told, else `LinesUnmarked`.

    Nobody is absent whose check-in, by member in `awaiting`, is still to be decided.
    """
    waiting = sorted(str(each) for ids in awaiting.values() for each in ids)
    undecided = [line for line in unmarked if line.suggested_status is None]
    if unmarked_as is None and any(line.member_id not in awaiting for line in undecided):
        reports = (line.absence_report for line in undecided)
        raise LinesUnmarked(
            count=len(undecided),
            unmarked=[str(line.member_id) for line in undecided],
            pending_absence_reports=[
                str(report.id)
                for report in reports
                if report is not None and report.status is AbsenceStatus.PENDING
            ],
            awaiting_check_ins=waiting,
        )
    if waiting:
        raise CheckInsAwaiting(check_ins=waiting)
    marks = []
    for line in unmarked:
        if line.suggested_status is not None:
            source, status = AttendanceSource.ABSENCE_REPORT, line.suggested_status
        else:
            source, status = AttendanceSource.SECRETARY, unmarked_as or line.status
        marks.append(line.mark(status, source))
    return marks


def all_present(lines: Mapping[UUID, Line], besides: Sequence[UUID]) -> list[Mark]:
    """A mark for each line without one, but those named and those with a standing report."""
    strangers = [at for at, member_id in enumerate(besides) if member_id not in lines]
    if strangers:
        raise NotOnRoster(errors=[_stranger(f"/except/{at}") for at in strangers])
    return [
        line.mark(_S.PRESENT)
        for line in lines.values()
        if line.status is _S.UNMARKED
        and not line.has_standing_report
        and line.member_id not in besides
    ]


def _repeated(given: Sequence[AttendanceMark]) -> Iterator[dict[str, str]]:
    seen: set[UUID] = set()
    for at, mark in enumerate(given):
        if mark.member_id in seen:
            vi, en = "Người này được nêu hai lần.", "This member is named twice."
            yield _fault(at, "member_id", "duplicate", vi, en)
        seen.add(mark.member_id)


def _faults(
    at: int, mark: AttendanceMark, line: Line, *, after_submission: bool
) -> Iterator[dict[str, str]]:
    if mark.status not in line.takes:
        vi, en = "Không dùng được cho người này.", "Cannot be said of this line."
        yield _fault(at, "status", "wrong_for_line", vi, en)
    if after_submission and mark.status is _S.UNMARKED:
        vi, en = "Sau khi nộp, mọi người đều phải được điểm danh.", "Submitted lines stay marked."
        yield _fault(at, "status", "unmarked_after_submission", vi, en)
    if after_submission and mark.reason is None:
        vi, en = "Sửa sau khi nộp cần có lý do.", "A change after submission needs a reason."
        yield _fault(at, "reason", "reason_required", vi, en)


def _stranger(pointer: str) -> dict[str, str]:
    vi, en = "Không thuộc danh sách triệu tập.", "Not on the roster."
    return {"pointer": pointer, "code": "not_on_roster", "vi": vi, "en": en}


def _fault(at: int, field: str, code: str, vi: str, en: str) -> dict[str, str]:
    return {"pointer": f"/lines/{at}/{field}", "code": code, "vi": vi, "en": en}
