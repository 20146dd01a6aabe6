"""Meetings are drafted, held, marked, come to and judged, by those who may and by all others."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.core.ids import new_id
from app.services.check_in_codes import code_at
from tests.machines.model import (
    ARROWS,
    FORBIDDEN,
    HIDDEN,
    INVALID,
    LOCKED,
    NO_ARROW,
    OPENS_BEFORE,
    STALE,
    Meeting,
    Refusal,
    local_day,
    month_of,
)
from tests.machines.powers import CELLS, JUDGING, LEADING, ROLL_CALL, Power
from tests.machines.stage import Stage

#: When a meeting is to start, from now.
STARTS = [timedelta(hours=hours) for hours in (-24 * 40, -72, -1, 0, 1, 2, 30, 24 * 20)]
POWERS = dict.fromkeys(ARROWS, LEADING) | {"return": JUDGING, "accept": JUDGING}
BODIES: dict[str, dict[str, Any]] = {
    "cancel": {"reason": "Bão"},
    "return": {"comment": "Thiếu"},
    "reopen": {"reason": "Nhầm"},
}
MARKS = ("present", "absent_excused", "absent_unexcused", "unmarked")
#: Drawn evenly; what is chosen by it is what it leaves, divided by how many there are.
number = st.sampled_from(range(5040))


class Meetings(Stage):
    @rule(who=number, cell=st.sampled_from(CELLS), starts=st.sampled_from(STARTS))
    def draft(self, who: int, cell: str, starts: timedelta) -> None:
        self.plan(self.leader_of(cell) if who % 4 else self.anybody(who), cell, starts)

    @precondition(lambda self: sum(each.status == "open" for each in self.model.meetings) < 3)
    @rule(cell=st.sampled_from(CELLS))
    def gather(self, cell: str) -> None:
        """A meeting that begins at once."""
        leader = self.leader_of(cell)
        if meeting := self.plan(leader, cell, timedelta()):
            self.take(leader, meeting, "schedule", 0)
            self.take(leader, meeting, "open", 0)

    @precondition(lambda self: self.model.meetings)
    @rule(who=number, which=number, verb=st.sampled_from(list(ARROWS)), later=number)
    def step(self, who: int, which: int, verb: str, later: int) -> None:
        self.take(self.anybody(who), self.meeting(which), verb, later)

    @precondition(lambda self: self.model.meetings)
    @rule(which=number, choice=number, later=number)
    def go_on(self, which: int, choice: int, later: int) -> None:
        """Somebody who may takes a step that there is: so that meetings come to an end."""
        meeting = self.meeting(which)
        verbs = [verb for verb, (sources, _) in ARROWS.items() if meeting.status in sources]
        if verbs:
            verb = verbs[choice % len(verbs)]
            actor = "officer" if verb in ("return", "accept") else self.leader_of(meeting.cell)
            self.take(actor, meeting, verb, later)

    @precondition(lambda self: any(each.status == "open" for each in self.model.meetings))
    @rule(which=number, come=number)
    def hold(self, which: int, come: int) -> None:
        """A whole meeting at one go, as far as it may be."""
        opened = [each for each in self.model.meetings if each.status == "open"]
        meeting = opened[which % len(opened)]
        leader = self.leader_of(meeting.cell)
        statuses = [MARKS[(come >> at) % 3] for at in range(len(meeting.lines))]
        self.mark_lines(leader, meeting, dict(zip(meeting.lines, statuses, strict=True)))
        self.write_minutes(leader, meeting)
        self.take(leader, meeting, "end", 0)
        self.take(leader, meeting, "submit", come)

    @precondition(lambda self: self.model.meetings)
    @rule(who=number, which=number, mark=st.sampled_from(MARKS), whom=number, is_stale=number)
    def mark(self, who: int, which: int, mark: str, whom: int, is_stale: int) -> None:
        meeting = self.meeting(which)
        actor = self.leader_of(meeting.cell) if who % 2 else self.anybody(who)
        known = [*meeting.lines] or [stay.member for stay in self.model.stays]
        stranger = self.model.stays[whom % len(self.model.stays)].member
        member = stranger if whom % 7 == 0 else known[whom % len(known)]
        self.mark_lines(actor, meeting, {member: mark}, ahead=is_stale % 9 == 0)

    @precondition(lambda self: self.model.meetings)
    @rule(who=number, which=number, is_old=number)
    def check_in(self, who: int, which: int, is_old: int) -> None:
        meeting = self.meeting(which)
        actor = self.somebody_of(meeting, who) if who % 3 else self.anybody(who)
        member = self.model.people[actor]
        age = timedelta(minutes=10) if is_old % 6 == 0 else timedelta()
        refusal = self.why_not_come(actor, meeting, is_old=bool(age))
        is_repeat = refusal is None and self.came_already(actor, meeting)
        code = code_at(meeting.id, self.model.now - age).token
        said = {"id": str(new_id()), "code": code, "captured_at": self.model.now.isoformat()}
        self.say(actor, "POST", f"/meetings/{meeting.id}/check-ins", refusal, said)
        if refusal is None and not is_repeat and member is not None:
            meeting.lines[member] = "present"
            meeting.came.add(member)
            meeting.sheet += 1

    @precondition(lambda self: self.model.meetings)
    @rule(who=number, which=number)
    def write(self, who: int, which: int) -> None:
        meeting = self.meeting(which)
        self.write_minutes(self.leader_of(meeting.cell) if who % 3 else self.anybody(who), meeting)

    # What each is to come to

    def plan(self, who: str, cell: str, starts: timedelta) -> Meeting | None:
        starts_at = self.model.now + starts
        kind = "thematic" if starts_at.day % 5 == 0 else "regular"
        seen = self.model.sees_unit(who, cell)
        refusal = self.model.why_not_there(who, cell, LEADING, is_seen=seen)
        if refusal is None and not self.model.is_open(cell, month_of(starts_at)):
            refusal = LOCKED
        place = {"organization_id": str(self.units[cell].id), "place": "Hội trường"}
        said = {"kind": kind, "starts_at": starts_at.isoformat()}
        told = self.say(who, "POST", "/meetings", refusal, place | said)
        return told and self.model.plan(Meeting(UUID(told["id"]), cell, kind, starts_at))

    def take(self, who: str, meeting: Meeting, verb: str, later: int) -> None:
        moment = self.model.now + STARTS[later % len(STARTS)]
        body = BODIES.get(verb, {})
        if verb == "postpone":
            body = {"starts_at": moment.isoformat()}
        elif verb == "submit" and later % 3:
            body = {"unmarked_as": "absent_unexcused"}
        refusal = self.why_not_step(who, meeting, verb)
        if refusal is None and verb == "postpone":
            refusal = self.why_not_then(meeting, moment)
        elif refusal is None and verb == "submit" and not body and meeting.unmarked:
            refusal = Refusal(409, "lines_unmarked")
        if told := self.say(who, "POST", f"/meetings/{meeting.id}/{verb}", refusal, body):
            self.model.take(meeting, verb, moment)
            assert told["status"] == meeting.status

    def why_not_then(self, meeting: Meeting, moment: datetime) -> Refusal | None:
        if moment <= self.model.now:
            return INVALID
        return None if self.model.is_open(meeting.cell, month_of(moment)) else LOCKED

    def why_not_step(self, who: str, meeting: Meeting, verb: str) -> Refusal | None:
        wanted = POWERS[verb]
        if verb == "reopen":  # what was accepted is the officer's to open again
            wanted = JUDGING if meeting.status == "accepted" else JUDGING | LEADING
        if refusal := self.why_not_at(who, meeting, wanted):
            return refusal
        if meeting.status not in ARROWS[verb][0]:
            return NO_ARROW
        too_early = self.model.now < meeting.starts_at - OPENS_BEFORE
        roster = self.model.roster(meeting.cell, local_day(meeting.starts_at))
        rules = (
            (verb == "open" and too_early, "too_early"),
            (verb == "open" and not roster, "nobody_summoned"),
            (verb == "submit" and not meeting.minutes, "minutes_missing"),
            (verb == "take-back" and meeting.was_looked_at, "already_looked_at"),
        )
        return next((Refusal(409, code) for is_broken, code in rules if is_broken), None)

    def why_not_at(self, who: str, meeting: Meeting, powers: set[Power]) -> Refusal | None:
        """Of any writing at a meeting: who may, and whether its month is open."""
        seen = self.model.sees_meeting(who, meeting)
        refusal = self.model.why_not_there(who, meeting.cell, powers, is_seen=seen)
        is_open = self.model.is_open(meeting.cell, meeting.month)
        return refusal if refusal or is_open else LOCKED

    def mark_lines(
        self, who: str, meeting: Meeting, given: dict[UUID, str], *, ahead: bool = False
    ) -> None:
        refusal = self.why_not_at(who, meeting, ROLL_CALL)
        new = {member: mark for member, mark in given.items() if meeting.lines.get(member) != mark}
        is_in_hands = meeting.status in ("open", "ended", "returned", "submitted")
        takes_marks_away = meeting.was_submitted and "unmarked" in new.values()
        rules = (
            (ahead, STALE),
            (not is_in_hands, NO_ARROW),
            (not given.keys() <= meeting.lines.keys(), Refusal(422, "not_on_roster")),
            (takes_marks_away, INVALID),
        )
        refusal = refusal or next((refusal for is_broken, refusal in rules if is_broken), None)
        lines = [
            {"member_id": str(member), "status": mark, "reason": "Sửa"}
            for member, mark in given.items()
        ]
        version = {"if-match": f'"{meeting.sheet + ahead}"'}
        path = f"/meetings/{meeting.id}/attendances"
        if self.say(who, "PUT", path, refusal, {"lines": lines}, version):
            meeting.lines |= new
            meeting.sheet += bool(new)

    def write_minutes(self, who: str, meeting: Meeting) -> None:
        refusal = self.why_not_at(who, meeting, LEADING)
        if refusal is None and meeting.status not in ("open", "ended", "returned"):
            refusal = NO_ARROW
        version = {"if-match": f'"{meeting.minutes}"'} if meeting.minutes else None
        text = f"Biên bản lần {meeting.minutes + 1}"
        path = f"/meetings/{meeting.id}/minutes"
        if told := self.say(who, "PUT", path, refusal, {"text": text}, version):
            meeting.minutes += 1
            assert told["version"] == meeting.minutes

    def why_not_come(self, who: str, meeting: Meeting, *, is_old: bool) -> Refusal | None:
        has_line = self.model.people[who] in meeting.lines
        is_invited = meeting.is_known and meeting.cell in self.model.reach(who, {Power.MEMBER})
        calls_roll = meeting.cell in self.model.reach(who, ROLL_CALL)
        is_seen, may_come = self.model.sees_meeting(who, meeting), has_line or is_invited
        rules = (
            (not (may_come or calls_roll), FORBIDDEN if is_seen else HIDDEN),
            (not self.model.is_open(meeting.cell, meeting.month), LOCKED),
            (not may_come, FORBIDDEN),
            (self.came_already(who, meeting), None),  # a second scan is no error
            (meeting.status != "open", Refusal(409, "meeting_not_open")),
            (is_old, Refusal(410, "gone")),
            (not has_line, Refusal(422, "not_on_roster")),
        )
        return next((refusal for applies, refusal in rules if applies), None)

    def came_already(self, who: str, meeting: Meeting) -> bool:
        member = self.model.people[who]
        return member in meeting.came and meeting.lines.get(member) == "present"

    # Who and what

    def anybody(self, which: int) -> str:
        names = sorted(self.model.people)
        return names[which % len(names)]

    def leader_of(self, cell: str) -> str:
        """Whoever leads the cell today; else somebody who may not."""
        leaders = [who for who in self.model.people if cell in self.model.reach(who, LEADING)]
        return leaders[0] if leaders else "officer"

    def somebody_of(self, meeting: Meeting, which: int) -> str:
        called = [who for who, member in self.model.people.items() if member in meeting.lines]
        return called[which % len(called)] if called else self.anybody(which)

    def meeting(self, which: int) -> Meeting:
        """Rather one of the last."""
        latest = self.model.meetings[-6:]
        return latest[which % len(latest)]
