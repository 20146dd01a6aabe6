"""Random but possible histories of the small world, and their figures counted in another way."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import update
from sqlmodel import col

from app.core import clock as clocks
from app.models import (
    Account,
    AttendanceStatus,
    EndReason,
    Exemption,
    ExemptionKind,
    Meeting,
    MeetingKind,
    Membership,
    Organization,
    OrganizationKind,
)
from app.schemas.exemptions import ExemptionCreate
from app.schemas.meetings import (
    MeetingCancel,
    MeetingCreate,
    MeetingPostpone,
    MeetingReopen,
    MeetingReturn,
)
from app.schemas.members import MemberCreate
from app.schemas.organizations import OrganizationCreate, OrganizationUpdate
from app.schemas.settings import Need, SettingsUpdate
from app.services import (
    activations,
    exemptions,
    figures,
    held_meetings,
    meetings,
    members,
    organizations,
    settings,
)
from app.services.held_meetings import HeldMeeting
from app.work import Work
from tests.world import rows

PERIODS = [f"2026-0{month}" for month in range(1, 6)]
KINDS = (MeetingKind.REGULAR, MeetingKind.REGULAR, MeetingKind.THEMATIC, MeetingKind.EXTRAORDINARY)


class History:
    """A random but possible history, told through the services in any order of arrival."""

    def __init__(self, work: Work, seed: int) -> None:
        self.work = work
        self.session = work.session
        self.chance = random.Random(seed)
        self.number = 500

    def happen(self, times: int) -> None:
        events: list[Callable[[], None]] = [
            self.join,
            self.leave,
            self.exempt,
            *[self.meet] * 6,
            self.send_back,
            self.measure,
            self.plan,
            self.decide,
            self.activate,
            self.found_a_cell,
            self.close_a_cell,
        ]
        for _ in range(times):
            self.chance.choice(events)()
            self.session.flush()

    def day(self) -> date:
        return date(2026, 1, 6) + timedelta(days=self.chance.randrange(128))

    def cells(self) -> list[Organization]:
        found = rows(self.session, Organization, Organization.kind == OrganizationKind.CELL)
        return sorted((cell for cell in found if cell.valid_to is None), key=lambda cell: cell.path)

    def residents(self) -> list[Membership]:
        open_rows = rows(self.session, Membership, col(Membership.valid_to).is_(None))
        return sorted(open_rows, key=lambda row: str(row.id))

    def join(self) -> None:
        self.number += 1
        ident = f"971090{self.number:06d}"
        cell = self.chance.choice(self.cells())
        data = MemberCreate(
            full_name=f"Người Mới {self.number}",
            sex="female",
            born_on=date(1990, 1, 1),
            admitted_on=date(2020, 1, 1),
            card_number=ident,
            personal_id=ident,
            organization_id=cell.id,
        )
        moment = clocks.day_starts_at(max(self.day(), cell.valid_from)) + timedelta(hours=9)
        members.create(replace(self.work, now=moment), data)
        figures.recount(self.work, [data.organization_id], PERIODS)

    def leave(self) -> None:
        row = self.chance.choice(self.residents())
        row.valid_to = max(self.day(), row.valid_from + timedelta(days=1))
        row.end_reason = EndReason.LEFT
        self.session.flush()
        figures.recount_members(self.work, [row.member_id], since=row.valid_from)

    def exempt(self) -> None:
        row = self.chance.choice(self.residents())
        starts = max(self.day(), row.valid_from)
        ends = self.chance.choice((None, starts + timedelta(days=self.chance.randrange(1, 60))))
        kind = self.chance.choice(list(ExemptionKind))
        data = ExemptionCreate(member_id=row.member_id, kind=kind, valid_from=starts, valid_to=ends)
        exemptions.create(self.work, data)

    def meet(self) -> None:
        cell = self.chance.choice(self.cells())
        starts_at = clocks.day_starts_at(max(self.day(), cell.valid_from)) + timedelta(hours=19)
        ends_at = starts_at + timedelta(hours=2)
        held = HeldMeeting(
            organization_id=cell.id,
            title="Sinh hoạt",
            place="Hội trường",
            starts_at=starts_at,
            ends_at=ends_at,
            submitted_at=ends_at + timedelta(days=self.chance.choice((0, 0, 1, 2, 3))),
            minutes="Đã họp.",
            kind=self.chance.choice(KINDS),
            notice_sent_at=starts_at - timedelta(days=self.chance.choice((5, 5, 5, 0))),
            documents_published_at=self.documents(starts_at),
            minutes_written_at=ends_at + timedelta(days=self.chance.choice((0, 0, 1, 2, 3))),
            absences=dict(self.absent(cell)),
        )
        held_meetings.record(self.work, [held])

    def documents(self, starts_at: datetime) -> datetime | None:
        ahead = self.chance.choice((72, 24, 24, 24, 23, None))
        return None if ahead is None else starts_at - timedelta(hours=ahead)

    def absent(self, cell: Organization) -> Iterator[tuple[UUID, AttendanceStatus]]:
        """Some of the cell's first members, who are on every roster."""
        safe = [
            row
            for row in self.residents()
            if row.organization_id == cell.id
            and row.valid_from <= date(2026, 1, 5)
            and not rows(self.session, Exemption, Exemption.member_id == row.member_id)
        ]
        for row in safe[: self.chance.randrange(3)]:
            yield (
                row.member_id,
                self.chance.choice(
                    (AttendanceStatus.ABSENT_EXCUSED, AttendanceStatus.ABSENT_UNEXCUSED)
                ),
            )

    def send_back(self) -> None:
        submitted = [row for row in self.meetings() if "return" in row.allowed()]
        if submitted:
            row = self.chance.choice(submitted)
            if self.chance.random() < 0.5:
                meetings.return_(self.work, row.id, MeetingReturn(comment="Thiếu"))
            else:
                meetings.reopen(self.work, row.id, MeetingReopen(reason="Nhầm"))

    def measure(self) -> None:
        """A document or a score comes, or goes, at any time."""
        found = self.meetings()
        if found:
            row = self.chance.choice(found)
            scored_at = self.chance.choice((None, row.ended_at))
            self.note(row, documents_published_at=self.documents(row.starts_at))
            self.note(row, scored_at=scored_at)
            figures.recount_meeting(self.work, row)

    def note(self, row: Meeting, **facts: Any) -> None:
        noted = update(Meeting).where(col(Meeting.id) == row.id).values(**facts)
        options = {"scoped": "a test", "synchronize_session": False}
        self.session.execute(noted.execution_options(**options))

    def plan(self) -> None:
        """A meeting of the next days, which may be called off or moved."""
        days = timedelta(days=self.chance.randrange(1, 16), hours=7)
        cell = self.chance.choice(self.cells())
        data = MeetingCreate(
            organization_id=cell.id, place="Hội trường", starts_at=self.work.now + days
        )
        meeting = meetings.create(self.work, data)
        self.session.flush()
        self.note(meeting, documents_published_at=self.documents(meeting.starts_at))
        if self.chance.random() < 0.8:
            meetings.schedule(self.work, meeting.id)
            figures.recount_meeting(self.work, meeting)
        later = self.chance.choice((None, timedelta(days=20), timedelta(hours=1)))
        if "postpone" in meeting.allowed() and later is not None:
            data_of_move = MeetingPostpone(starts_at=meeting.starts_at + later)
            meetings.postpone(self.work, meeting.id, data_of_move)
        if self.chance.random() < 0.2:
            meetings.cancel(self.work, meeting.id, MeetingCancel(reason="Bão"))

    def decide(self) -> None:
        """A committee's word, as it was given on some day; here it arrives later."""
        units = sorted(rows(self.session, Organization), key=lambda unit: unit.path)
        since = self.day()
        name, values = self.chance.choice(list(DECISIONS.items()))
        said = {"valid_from": since.isoformat(), name: self.chance.choice(values)}
        data = TypeAdapter(SettingsUpdate).validate_python(said)
        moment = clocks.day_starts_at(since) + timedelta(hours=9)
        settings.change(replace(self.work, now=moment), self.chance.choice(units).id, data)
        figures.recount(self.work, [unit.id for unit in units], PERIODS)

    def meetings(self) -> list[Meeting]:
        return sorted(rows(self.session, Meeting), key=lambda row: str(row.id))

    def activate(self) -> None:
        known = {row.member_id for row in rows(self.session, Account)}
        waiting = [row for row in self.residents() if row.member_id not in known]
        if waiting:
            row = self.chance.choice(waiting)
            moment = clocks.day_starts_at(max(self.day(), row.valid_from)) + timedelta(hours=20)
            activations.record(replace(self.work, now=moment), {row.member_id: moment}, "no hash")
            activations.record_use(replace(self.work, now=moment), [row.member_id])
            since = clocks.local_date(moment)
            figures.recount_members(self.work, [row.member_id], since=since)

    def found_a_cell(self) -> None:
        self.number += 1
        above = rows(self.session, Organization, Organization.kind == OrganizationKind.GRASSROOTS)
        data = OrganizationCreate(
            code=f"97.{self.number}",
            name=f"Chi bộ {self.number}",
            kind=OrganizationKind.CELL,
            parent_id=min(above, key=lambda unit: unit.path).id,
            valid_from=self.day(),
        )
        organizations.create(self.work, data)

    def close_a_cell(self) -> None:
        inhabited = {row.organization_id for row in self.residents()}
        empty = [cell for cell in self.cells() if cell.id not in inhabited]
        if empty:
            cell = self.chance.choice(empty)
            ended = rows(self.session, Membership, Membership.organization_id == cell.id)
            last = [row.valid_to for row in ended if row.valid_to is not None]
            closes = max([self.day(), cell.valid_from + timedelta(days=1), *last])
            data = OrganizationUpdate(valid_to=closes)
            organizations.change(self.work, cell.id, data, cell.version)


#: What committees decide in a history; null gives it back to the level above.
DECISIONS: Mapping[str, list[list[str] | None]] = {
    "met_needs": [None, [], ["scored"], ["minutes_in_time"]],
    "on_time_needs": [None, [], [Need.NOTICE_SENT, Need.SCORED], [Need.DOCUMENTS_IN_TIME]],
    "monthly_kinds": [None, ["regular", "extraordinary"], ["thematic"]],
    "quarterly_kinds": [None, ["thematic", "extraordinary"], ["regular"]],
}
