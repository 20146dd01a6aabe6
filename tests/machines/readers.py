"""Everybody reads: what is there, and nothing that is not theirs to see."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlmodel import col

from app.models import Attendance, Figure
from tests.faults.invariants import expect_invariants
from tests.machines.meetings import number
from tests.machines.model import HIDDEN, Meeting
from tests.machines.people import People
from tests.machines.powers import JUDGING, READING, TREE
from tests.world import rows


class Readers(People):
    @precondition(lambda self: self.model.meetings)
    @rule(who=number, which=number)
    def look_at_a_meeting(self, who: int, which: int) -> None:
        self.read_meeting(who, which)
        self.read_sheet(who, which // 5)

    @rule(who=number, unit=st.sampled_from(list(TREE)))
    def look_around(self, who: int, unit: str) -> None:
        self.read_meetings(who)
        self.read_members(who)
        self.read_transfers(who)
        self.read_months(who, unit)

    def read_meeting(self, who: int, which: int) -> None:
        actor, meeting = self.anybody(who), self.meeting(which)
        seen = self.model.sees_meeting(actor, meeting)
        if told := self.read(actor, f"/meetings/{meeting.id}", None if seen else HIDDEN):
            assert told["status"] == meeting.status
            self.note_look(actor, meeting)

    def read_meetings(self, who: int) -> None:
        actor = self.anybody(who)
        told = self.items(actor, "/meetings")
        seen = [each for each in self.model.meetings if self.model.sees_meeting(actor, each)]
        shown = {UUID(row["id"]): row["status"] for row in told}
        assert shown == {meeting.id: meeting.status for meeting in seen}

    def read_sheet(self, who: int, which: int) -> None:
        actor, meeting = self.anybody(who), self.meeting(which)
        refusal = None if self.model.sees_meeting(actor, meeting) else HIDDEN
        told = self.read(actor, "/attendances", refusal, meeting_id=meeting.id)
        if told is not None:
            lines = {UUID(line["member_id"]): line["status"] for line in told["items"]}
            assert lines == self.lines_seen(actor, meeting)
            self.note_look(actor, meeting)

    def read_members(self, who: int) -> None:
        actor = self.anybody(who)
        if any(self.model.powers(actor)) and self.model.people[actor] is not None:
            told = {UUID(row["id"]) for row in self.items(actor, "/members")}
            assert told == self.model.listed_members(actor)

    def read_transfers(self, who: int) -> None:
        actor = self.anybody(who)
        told = {UUID(row["id"]): row["status"] for row in self.items(actor, "/transfers")}
        seen = [each for each in self.model.transfers if self.model.sees_transfer(actor, each)]
        assert told == {transfer.id: transfer.status for transfer in seen}

    def read_months(self, who: int, unit: str) -> None:
        actor = self.anybody(who)
        if unit in self.model.reach(actor, READING):
            told = self.items(actor, "/periods", organization_id=self.units[unit].id)
            assert {row["period"] for row in told} == set(self.model.months)
            for row in told:
                assert row["locked"] is not self.model.is_open(unit, row["period"])

    def items(self, who: str, path: str, **asked: Any) -> list[dict[str, Any]]:
        told = self.read(who, path, limit=200, **asked)
        assert told["next_cursor"] is None
        return list(told["items"])

    def lines_seen(self, who: str, meeting: Meeting) -> dict[UUID, str]:
        own, sees_all = self.model.people[who], meeting.cell in self.model.reach(who, READING)
        return {
            member: status for member, status in meeting.lines.items() if sees_all or member == own
        }

    def note_look(self, who: str, meeting: Meeting) -> None:
        """From the first look of whoever may accept it on, nothing is taken back."""
        is_judge = meeting.cell in self.model.reach(who, JUDGING)
        meeting.was_looked_at |= meeting.status == "submitted" and is_judge

    def look_at_the_whole(self) -> None:
        """Every line, month and figure at the end, and what holds of any database."""
        with self.looking() as session:
            for meeting in self.model.meetings:
                lines = rows(session, Attendance, Attendance.meeting_id == meeting.id)
                assert {line.member_id: line.status for line in lines} == meeting.lines
            for figure in rows(session, Figure, col(Figure.is_cell)):
                cell, month = self.names[figure.organization_id], figure.period
                counts = self.model.counts(cell, month)
                assert (figure.cells_met, figure.summoned) == (
                    counts["cells_met"],
                    counts["summoned"],
                ), (cell, month)
                assert (figure.present, figure.excused, figure.unexcused) == tuple(
                    counts[status] for status in ("present", "absent_excused", "absent_unexcused")
                ), (cell, month)
            expect_invariants(session)
