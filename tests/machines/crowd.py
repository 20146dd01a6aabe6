"""Many who write the same rows at once, and remember what was acknowledged to them."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.clock import now
from app.core.ids import new_id
from app.models import (
    Attendance,
    AttendanceEvent,
    AuditEntry,
    Meeting,
    MeetingKind,
    MeetingStatus,
    Office,
    Transfer,
)
from app.services.check_in_codes import code_at
from tests.conftest import SignIn
from tests.factories.meetings import make_meeting
from tests.sheets import line_of, make_sheet
from tests.world import World, rows

THREADS = 8
#: What an honest service may answer to whoever lost a race, or came too late.
HONEST = {200, 201, 403, 404, 409, 412, 422, 503}

COMERS = ("secretary", "deputy", "committee_member", "member", "officer")
Act = Callable[["Crowd", random.Random], None]


@dataclass
class Crowd:
    sign_in: SignIn
    world: World
    drafts: list[Meeting]
    sheets: list[Meeting]
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    #: Acknowledged: the titles of each draft by version, the marks of each sheet likewise.
    titles: dict[tuple[UUID, int], str] = field(default_factory=dict)
    marks: dict[tuple[UUID, int], tuple[UUID, str]] = field(default_factory=dict)
    came: list[tuple[UUID, UUID]] = field(default_factory=list)
    transfers: dict[UUID, set[str]] = field(default_factory=dict)
    offices: dict[UUID, list[str]] = field(default_factory=dict)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def gathered(cls, sign_in: SignIn, session: Session, world: World) -> "Crowd":
        april = now() - timedelta(days=30)
        moments = [now(), april, now() + timedelta(days=3)]
        drafts = [
            make_meeting(session, world.north_one, starts_at=moment, kind=kind)
            for moment in moments
            for kind in (MeetingKind.REGULAR, MeetingKind.THEMATIC)
        ]
        sheets = [make_sheet(session, world, status=MeetingStatus.OPEN) for _ in range(2)]
        sheets.append(make_sheet(session, world, status=MeetingStatus.ENDED, starts_at=april))
        return cls(sign_in, world, drafts, sheets)

    def act(self, seed: int, times: int) -> None:
        def one(number: int) -> None:
            chance = random.Random(seed * THREADS + number)
            for _ in range(times):
                chance.choice(ACTS)(self, chance)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(one, range(THREADS)))

    def say(self, who: str, method: str, path: str, **given: Any) -> Any:
        """What was acknowledged, or None."""
        answer = self.ask(who, method, path, **given)
        return answer and answer.json()

    def ask(self, who: str, method: str, path: str, **given: Any) -> Any:
        """The same with its headers. Who finds the house full is told when to come again."""
        answer = self.sign_in(who).request(method, path, **given)
        with self._one_at_a_time:
            self.statuses[method, answer.status_code] += 1
        assert answer.status_code in HONEST, answer.text
        assert answer.status_code != 503 or "retry-after" in answer.headers
        return answer if answer.status_code < 300 else None

    # What each does

    def edit(self, chance: random.Random) -> None:
        draft, title = chance.choice(self.drafts), f"Lần {chance.random()}"
        path = f"/meetings/{draft.id}"
        if (shown := self.say("secretary", "GET", path)) is None:
            return
        version = {"if-match": f'"{shown["version"]}"'}
        if told := self.say("deputy", "PATCH", path, json={"title": title}, headers=version):
            self._keep(self.titles, (draft.id, told["version"]), title)

    def mark(self, chance: random.Random) -> None:
        sheet, who = chance.choice(self.sheets), chance.choice(COMERS[:3])
        member = chance.choice(self.world.members[self.world.north_one.id])
        status = chance.choice(("present", "absent_excused", "absent_unexcused"))
        if (shown := self.ask(who, "GET", f"/attendances?meeting_id={sheet.id}")) is None:
            return
        before = {line["member_id"]: line["status"] for line in shown.json()["items"]}
        version = shown.headers["etag"].strip('"').partition("-")[0]
        path, lines = f"/meetings/{sheet.id}/attendances", [line_of(member, status)]
        headers = {"if-match": f'"{version}"'}
        told = self.say(who, "PUT", path, json={"lines": lines}, headers=headers)
        if told is not None and before[str(member)] != status:
            self._keep(self.marks, (sheet.id, int(version) + 1), (member, status))

    def come(self, chance: random.Random) -> None:
        sheet, who = chance.choice(self.sheets), chance.choice(COMERS)
        code = code_at(sheet.id, now()).token
        said = {"id": str(new_id()), "code": code, "captured_at": now().isoformat()}
        told = self.say(who, "POST", f"/meetings/{sheet.id}/check-ins", json=said)
        member = self.world.people[who].member_id
        if told is not None and told["id"] == said["id"] and member is not None:
            with self._one_at_a_time:
                self.came.append((sheet.id, member))

    def give(self, chance: random.Random) -> None:
        cell, taker = chance.sample([self.world.north_one, self.world.south_one], 2)
        member = chance.choice(self.world.members[cell.id])
        on = date(2026, 5, 1) + timedelta(days=chance.randrange(30))
        said = {"member_id": str(member), "effective_on": on.isoformat()}
        body = said | {"to_organization_id": str(taker.id)}
        if told := self.say("officer", "POST", "/transfers", json=body):
            with self._one_at_a_time:
                self.transfers[UUID(told["id"])] = {"draft"}

    def go_over(self, chance: random.Random) -> None:
        with self._one_at_a_time:
            known = list(self.transfers)
        if known:
            transfer, verb = chance.choice(known), chance.choice(("send", "accept", "decline"))
            body = {"comment": "Chưa được"} if verb == "decline" else {}
            told = self.say("officer", "POST", f"/transfers/{transfer}/{verb}", json=body)
            if told is not None:
                with self._one_at_a_time:
                    self.transfers[transfer].add(told["status"])

    def appoint(self, chance: random.Random) -> None:
        unit = chance.choice([self.world.north_two, self.world.north, self.world.south_one])
        holder = self.world.people["member"].member_id
        body = {"organization_id": str(unit.id), "member_id": str(holder), "role": "inspector"}
        if told := self.say("administrator", "POST", "/offices", json=body):
            ends = {"valid_to": "2026-06-01"}
            ended = self.say("officer", "PATCH", f"/offices/{told['id']}", json=ends)
            self._keep(self.offices, UUID(told["id"]), [ended and ended["valid_to"]])

    def lock(self, chance: random.Random) -> None:
        place = {"organization_id": str(chance.choice([self.world.root, self.world.north]).id)}
        verb = chance.choice(("lock", "unlock"))
        body = place | ({"reason": "Sửa"} if verb == "unlock" else {})
        self.say("officer", "POST", f"/periods/2026-04/{verb}", json=body)

    def look(self, chance: random.Random) -> None:
        period = chance.choice(("2026-04", "2026-05"))
        told = self.say("officer", "GET", f"/dashboards/{self.world.root.id}?period={period}")
        if told is not None:
            parts = [child["figures"]["attendance"] for child in told["children"]]
            for name in ("numerator", "denominator"):
                assert told["figures"]["attendance"][name] == sum(part[name] for part in parts)

    # What must be true afterwards

    def expect_kept(self, session: Session) -> None:
        """I-01, I-02, I-03, I-05, I-12 of transfers: all of it, once, in one order."""
        traces = Counter((row.action, row.subject_id) for row in rows(session, AuditEntry))
        for draft in rows(session, Meeting, Meeting.status == MeetingStatus.DRAFT):
            accepted = {at: title for (of, at), title in self.titles.items() if of == draft.id}
            assert sorted(accepted) == list(range(2, draft.version + 1))
            assert draft.title == accepted.get(draft.version, draft.title)
            assert traces["meeting.changed", draft.id] == len(accepted)
        for sheet in self.sheets:
            self._expect_sheet(session, sheet)
        for transfer in rows(session, Transfer):
            assert self.transfers[transfer.id] == _PASSED[transfer.status]
            assert sum(traces[f"transfer.{verb}", transfer.id] for verb in _TRACES) == len(
                self.transfers[transfer.id]
            )
        found = {row.id: str(row.valid_to) for row in rows(session, Office)}
        assert {at: found[at] for at in self.offices} == {
            at: str(ended) for at, (ended,) in self.offices.items()
        }

    def _expect_sheet(self, session: Session, sheet: Meeting) -> None:
        """Each change is one version; a line is what its last event says."""
        (row,) = rows(session, Meeting, Meeting.id == sheet.id)
        marks = {at: mark for (of, at), mark in self.marks.items() if of == sheet.id}
        came = [member for of, member in self.came if of == sheet.id]
        assert row.sheet_version == 1 + len(marks) + len(came)
        last = {member: status for _, (member, status) in sorted(marks.items())}
        events = rows(session, AttendanceEvent, AttendanceEvent.meeting_id == sheet.id)
        assert len(events) == len(marks) + len(came)
        for line in rows(session, Attendance, Attendance.meeting_id == sheet.id):
            of_line = [event for event in events if event.attendance_id == line.id]
            assert line.version == 1 + len(of_line)
            if line.member_id not in came:
                assert line.status == last.get(line.member_id, "unmarked")

    def _keep(self, where: dict[Any, Any], key: Any, value: Any) -> None:
        """Nothing is acknowledged to two."""
        with self._one_at_a_time:
            assert key not in where
            where[key] = value


_PASSED = {
    "draft": {"draft"},
    "sent": {"draft", "sent"},
    "accepted": {"draft", "sent", "accepted"},
    "declined": {"draft", "sent", "declined"},
}
_TRACES = ("created", "sent", "accepted", "declined")
ACTS: tuple[Act, ...] = (
    *[Crowd.edit] * 3,
    *[Crowd.mark] * 4,
    *[Crowd.come] * 2,
    *[Crowd.give] * 2,
    *[Crowd.go_over] * 3,
    Crowd.appoint,
    *[Crowd.lock] * 2,
    Crowd.look,
)
