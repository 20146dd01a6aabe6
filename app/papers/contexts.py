"""What each kind of paper can say: the names its template may use, each already in words.

Only text and whole numbers stand here: `words` writes days and percentages, the caller counts.
What is unknown is empty text or an empty tuple, so that a template never meets None.
"""

from dataclasses import dataclass, replace
from typing import Final

from app.models import PaperKind as PaperKind  # named with its contexts


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """`number` is "01-BB/CB"; `place` is where the paper is written, `day` a long day."""

    parent: str
    cell: str
    number: str
    place: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`attendance` is a percentage in words; `unmarked` are those not called yet."""

    summoned: int
    official: int
    probationary: int
    temporary: int
    present: int
    absent: int
    absent_excused: int
    absent_unexcused: int
    exempt: int
    unmarked: int
    attendance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """`confirmed_at` is a moment in words, empty until the signer confirms."""

    full_name: str
    confirmed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """`status` is with or without reason, in words."""

    full_name: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody who attends outside the count: a superior or an invited person."""

    full_name: str
    position: str
    came_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTask:
    task: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    task: str
    owner: str
    due_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """`percent` is `in_favour` of `base`; `outcome` is "Thông qua" or "Không thông qua"."""

    subject: str
    in_favour: int
    against: int
    abstained: int
    base: int
    percent: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    full_name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Biên bản sinh hoạt chi bộ. `opinions` make the appendix, `discussion` sums them up."""

    head: Letterhead
    title: str
    day: str
    began_at: str
    ended_at: str
    minutes_long: int
    place: str
    held_as: str
    totals: Totals
    absences: tuple[Absence, ...]
    exempt: tuple[str, ...]
    chair: str
    minute_taker: str
    superiors: tuple[Guest, ...]
    guests: tuple[Guest, ...]
    agenda: tuple[str, ...]
    past_tasks: tuple[PastTask, ...]
    assessment: str
    direction: str
    tasks: tuple[Task, ...]
    discussion: str
    votes: tuple[Vote, ...]
    score: str
    rating: str
    documents: tuple[str, ...]
    conclusion: str
    opinions: tuple[Opinion, ...]
    minute_taker_signature: Signature
    chair_signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """`form` is "Nghị quyết" or "Kết luận"; `bases` are the documents it rests on."""

    head: Letterhead
    form: str
    title: str
    meeting: str
    bases: tuple[str, ...]
    content: str
    vote: Vote
    tasks: tuple[Task, ...]
    effect: str
    recipients: tuple[str, ...]
    position: str
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class RollLine:
    """`standing` is the member's Diện; `came_at` a time of day."""

    number: int
    full_name: str
    standing: str
    came_at: str
    status: str
    reason: str

    def as_blank(self) -> "RollLine":
        return replace(self, came_at="", status="", reason="")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceList:
    """Danh sách điểm danh: everybody who counts in `lines`, `exempt` and `guests` apart."""

    head: Letterhead
    title: str
    starts_at: str
    day: str
    place: str
    is_blank: bool
    lines: tuple[RollLine, ...]
    exempt: tuple[RollLine, ...]
    guests: tuple[Guest, ...]
    totals: Totals
    minute_taker_signature: Signature
    chair_signature: Signature

    def as_blank(self) -> "AttendanceList":
        """The list to tick by hand: names and standings stay, what happened is left open."""
        return replace(
            self,
            is_blank=True,
            lines=tuple(line.as_blank() for line in self.lines),
            exempt=tuple(line.as_blank() for line in self.exempt),
            guests=tuple(replace(guest, came_at="") for guest in self.guests),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHead:
    """`organ` is the committee that reports, `form` the number of the form (Biểu số)."""

    parent: str
    organ: str
    form: str
    place: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """A unit below, or their sum: counts and shares in words."""

    number: str
    unit: str
    cells: str
    cells_met: str
    cells_met_percent: str
    cells_not_met: str
    accounts: str
    activated: str
    activated_percent: str
    not_activated: str
    summoned: str
    present: str
    present_percent: str
    excused: str
    unexcused: str
    documents_on_time: str
    cells_met_on_time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """How many of the units below reach so many per cent."""

    at_least: str
    reached: str
    base: str
    percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A measure now and in the same period a year before; `change` is the one of the other."""

    measure: str
    now: str
    base_now: str
    percent_now: str
    before: str
    base_before: str
    percent_before: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyReport:
    """Báo cáo kết quả sinh hoạt chi bộ. `span` is the period in words, `as_of` a day."""

    head: ReportHead
    span: str
    as_of: str
    lines: tuple[ReportLine, ...]
    total: ReportLine
    bands: tuple[Band, ...]
    comparisons: tuple[Comparison, ...]


Paper = Minutes | Resolution | AttendanceList | MonthlyReport

CONTEXTS: Final[dict[PaperKind, type[Paper]]] = {
    PaperKind.MINUTES: Minutes,
    PaperKind.RESOLUTION: Resolution,
    PaperKind.ATTENDANCE_LIST: AttendanceList,
    PaperKind.MONTHLY_REPORT: MonthlyReport,
}
