"""What a committee may decide for itself and those below, and what holds until it does."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field, field_validator

from app.models import AbsenceReason, AgendaAudience, MeetingKind
from app.schemas.base import Day, Input, Name, OrganizationBrief, Output


class Need(StrEnum):
    """What a well-held month may also ask for, besides held, roll closed and submitted."""

    NOTICE_SENT = "notice_sent"
    DOCUMENTS_IN_TIME = "documents_in_time"
    MINUTES_IN_TIME = "minutes_in_time"
    SCORED = "scored"


class PlannedItem(Input):
    """One item of a kind of meeting's usual agenda."""

    title: Name
    planned_minutes: Annotated[int, Field(ge=1, le=600)] | None = None
    audience: AgendaAudience = AgendaAudience.EVERYBODY


def _plan(*titles: str) -> tuple[PlannedItem, ...]:
    return tuple(PlannedItem(title=title) for title in titles)


#: By HD 42-HD/BTCTW: open, run, close.
_REGULAR = _plan(
    "Tuyên bố lý do, giới thiệu đại biểu, cử thư ký, điểm danh",
    "Đánh giá việc thực hiện nhiệm vụ tháng trước",
    "Thảo luận và biểu quyết nhiệm vụ tháng tới",
    "Phân công nhiệm vụ cho đảng viên",
    "Kết luận, chấm điểm buổi sinh hoạt, thông qua biên bản",
)
_THEMATIC = _plan(
    "Tuyên bố lý do, giới thiệu đại biểu, cử thư ký, điểm danh",
    "Trình bày chuyên đề",
    "Thảo luận chuyên đề",
    "Kết luận, thông qua biên bản",
)
_EXTRAORDINARY = _plan("Tuyên bố lý do, điểm danh", "Nội dung bất thường", "Kết luận")
_COMMITTEE = _plan("Chuẩn bị nội dung sinh hoạt chi bộ", "Kết luận")
_USUAL = {
    MeetingKind.REGULAR: _REGULAR,
    MeetingKind.THEMATIC: _THEMATIC,
    MeetingKind.EXTRAORDINARY: _EXTRAORDINARY,
    MeetingKind.COMMITTEE: _COMMITTEE,
}

Needs = Annotated[tuple[Need, ...], Field(max_length=len(Need))]
Kinds = Annotated[tuple[MeetingKind, ...], Field(max_length=len(MeetingKind))]
Reasons = Annotated[tuple[AbsenceReason, ...], Field(max_length=len(AbsenceReason))]
Minutes = Annotated[int, Field(ge=0, le=1440)]
Hours = Annotated[int, Field(ge=0, le=24 * 14)]
Percent = Annotated[int, Field(ge=0, le=100)]
Days = Annotated[int, Field(ge=0, le=60)]
LockDays = Annotated[int, Field(ge=1, le=366)]
Holidays = Annotated[tuple[Day, ...], Field(max_length=60)]
Agendas = dict[MeetingKind, Annotated[tuple[PlannedItem, ...], Field(max_length=30)]]


class Rules(BaseModel):
    """What holds in a cell on a day; the defaults hold where no committee has decided.

    - `met_needs`: what `cells_met` asks for besides held, roll closed and submitted.
    - `on_time_needs`: what `cells_met_on_time` asks for besides a submission in two days.
    - `monthly_kinds`, `quarterly_kinds`: which meetings fulfil the two obligations.
    - `late_after_minutes`: from when on somebody who checks in is late.
    - `check_in_opens_minutes`, `check_in_closes_minutes`: the window around the start; without an
      end it closes with the meeting. A day (1440) takes away an end that was set above.
    - `absence_cut_off_hours`: before the start; a later report is marked so.
    - `accepted_reasons`: absences accepted without a decision.
    - `quorum_percent`: of the officials summoned; a warning, for no law asks for one.
    - `objection_days`: how long a mark may be objected to.
    - `transfer_days`: how long the other cell may take to answer before a transfer is overdue.
    - `lock_after_days`: how long after its last day a month locks itself; without it, never.
    - `holidays`: days on which no plan puts a meeting.
    - `agendas`: what each kind of meeting begins with; of a kind not named the word above holds.
    """

    model_config = ConfigDict(frozen=True)

    met_needs: Needs = ()
    on_time_needs: Needs = (Need.NOTICE_SENT, Need.DOCUMENTS_IN_TIME, Need.MINUTES_IN_TIME)
    monthly_kinds: Kinds = (MeetingKind.REGULAR,)
    quarterly_kinds: Kinds = (MeetingKind.THEMATIC,)
    late_after_minutes: Minutes = 15
    check_in_opens_minutes: Minutes = 60
    check_in_closes_minutes: Minutes | None = None
    absence_cut_off_hours: Hours = 24
    accepted_reasons: Reasons = ()
    quorum_percent: Percent = 50
    objection_days: Days = 14
    transfer_days: Days = 30
    lock_after_days: LockDays | None = None
    holidays: Holidays = ()
    agendas: Agendas = _USUAL

    @field_validator("agendas")
    @classmethod
    def _besides_the_usual(cls, said: Agendas) -> Agendas:
        return _USUAL | said


class SettingsUpdate(Input):
    """From `valid_from` on, today unless told; null gives a setting back to the level above."""

    valid_from: Day | None = None
    met_needs: Needs | MISSING | None = MISSING
    on_time_needs: Needs | MISSING | None = MISSING
    monthly_kinds: Kinds | MISSING | None = MISSING
    quarterly_kinds: Kinds | MISSING | None = MISSING
    late_after_minutes: Minutes | MISSING | None = MISSING
    check_in_opens_minutes: Minutes | MISSING | None = MISSING
    check_in_closes_minutes: Minutes | MISSING | None = MISSING
    absence_cut_off_hours: Hours | MISSING | None = MISSING
    accepted_reasons: Reasons | MISSING | None = MISSING
    quorum_percent: Percent | MISSING | None = MISSING
    objection_days: Days | MISSING | None = MISSING
    transfer_days: Days | MISSING | None = MISSING
    lock_after_days: LockDays | MISSING | None = MISSING
    holidays: Holidays | MISSING | None = MISSING
    agendas: Agendas | MISSING | None = MISSING


class SettingRead(Output):
    """One setting and where it comes from; nowhere when the default holds."""

    name: str
    value: Any
    valid_from: date | None
    organization: OrganizationBrief | None


class SettingsRead(Output):
    """What holds in a unit on a day."""

    organization: OrganizationBrief
    on: date
    items: Sequence[SettingRead]


class SettingsPlace(Input):
    organization_id: UUID


class SettingsQuery(SettingsPlace):
    on: Day | None = None
