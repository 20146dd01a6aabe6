"""What stands behind the doors: made afresh for whoever tries one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from itertools import count
from typing import Any

from sqlmodel import Session

from app.core.ids import new_id
from app.core.settings import DOCUMENT_LIMIT
from app.files.store import store
from app.models import (
    Account,
    Attendance,
    AttendanceStatus,
    Correction,
    CorrectionField,
    JobStatus,
    MeetingStatus,
    Member,
    MemberMerge,
    NotHeld,
    Objection,
    Office,
    Organization,
    PaperKind,
    ScheduleStatus,
    TaskStatus,
    TransferStatus,
)
from app.models.base import Row
from app.papers.defaults import default
from app.services import purposes
from tests.check_ins import code_of, make_check_in, make_room
from tests.conftest import SignIn
from tests.factories.corrections import make_correction
from tests.factories.files import make_png
from tests.factories.jobs import account_of, make_job, make_schedule
from tests.factories.meetings import (
    make_absence_report,
    make_document,
    make_held_meeting,
    make_line,
    make_meeting,
    make_minutes,
    make_not_held,
    make_template,
)
from tests.factories.minutes import make_revision
from tests.factories.notices import make_guest, make_notification
from tests.factories.objections import make_objection
from tests.factories.people import TOTP_SECRET, make_account, make_exemption, make_member
from tests.factories.plans import make_plan
from tests.factories.proposals import make_proposal
from tests.factories.reports import make_report
from tests.factories.tasks import make_task
from tests.factories.transfers import make_transfer
from tests.factories.workbooks import make_tree
from tests.periods import decide, lock
from tests.second_factors import digits, enrol_person
from tests.uploads import preview_of
from tests.world import NOON, PASSWORD, World, rows

_NAME = re.compile(r"\{(\w+)\}")


@dataclass
class Things:
    """Names to values, as the rows of `doors.py` write them."""

    session: Session
    world: World
    sign_in: SignIn
    numbers: Iterator[int] = field(default_factory=lambda: count(700))
    last_room: Any = None
    cell_below: str = ""

    def named(self, name: str) -> str:
        if name in ("north", "north_one", "south_one"):
            return str(getattr(self.world, name).id)
        made = _THINGS[name](self)
        return made if isinstance(made, str) else str(made.id)

    def filled(self, template: Any) -> Any:
        """A body or a query with its names replaced."""
        if isinstance(template, dict):
            return {key: self.filled(value) for key, value in template.items()}
        if isinstance(template, list):
            return [self.filled(value) for value in template]
        is_text = isinstance(template, str)
        return _NAME.sub(lambda match: self.named(match[1]), template) if is_text else template

    def member(self) -> Member:
        return self._member(self.world.people["member"].member_id)

    def neighbour(self) -> Member:
        return self._member(self.world.members[self.world.north_one.id][6])

    def meeting(self, status: MeetingStatus) -> Any:
        return make_meeting(self.session, self.world.north_one, status=status)

    def held(self, status: MeetingStatus = MeetingStatus.ENDED) -> Any:
        members = [self.member().id, self.neighbour().id]
        return make_held_meeting(self.session, self.world.north_one, members, status=status)

    def room(self) -> Any:
        """An open meeting with everybody on its sheet; `code` is what its screen shows."""
        self.last_room = make_room(self.session, self.world)
        return self.last_room

    def unit(self, kind: str, parent_id: str) -> str:
        """Founded by the office, empty."""
        code = f"97.{next(self.numbers)}"
        body = {"code": code, "name": "Đơn vị Mới", "kind": kind, "parent_id": parent_id}
        answer = self.sign_in("officer").post(
            "/organizations", json=body | {"valid_from": "2026-01-01"}
        )
        unit_id: str = answer.json()["id"]
        return unit_id

    def factor(self) -> str:
        """The member's, which nobody else needs to be told of."""
        enrol_person(self.session, self.world, "member")
        return ""

    def begun_digits(self) -> str:
        """The first code of a second factor that everybody has begun to set up."""
        for person in self.world.people:
            account = self._account(person)
            account.totp_pending = TOTP_SECRET
            self.session.add(account)
        self.session.flush()
        return digits()

    def new_cell(self) -> str:
        return self.unit("cell", str(self.world.north.id))

    def section(self) -> str:
        """With a cell, `cell_below`."""
        section = self.unit("section", str(self.world.north.id))
        self.cell_below = self.unit("cell", section)
        return section

    def cell_of_section(self) -> str:
        self.section()
        return self.cell_below

    def closed_cell(self) -> str:
        cell = self.new_cell()
        decided = {"effective_on": "2026-05-01", "decision": "6-QĐ/ĐU"}
        self.sign_in("officer").post(f"/organizations/{cell}/dissolve", json=decided)
        return cell

    def late_check_in(self) -> Any:
        member = self.world.people["member"]
        return make_check_in(self.session, self.room(), member)

    def report(self) -> Any:
        meeting = self.meeting(MeetingStatus.SCHEDULED)
        return make_absence_report(self.session, meeting, self.member().id)

    def attached(self) -> Any:
        """A report with a letter."""
        kept = store().keep(BytesIO(make_png()), DOCUMENT_LIMIT)
        letter = {"attachment_name": "giay.png", "attachment_type": "image/png"}
        meeting = self.meeting(MeetingStatus.SCHEDULED)
        return make_absence_report(
            self.session, meeting, self.member().id, attachment_digest=kept.digest, **letter
        )

    def resolved(self) -> Any:
        """A held meeting whose minutes hold a resolution."""
        meeting = self.meeting(MeetingStatus.ENDED)
        make_minutes(self.session, meeting, resolution="Chi bộ quyết nghị.")
        return meeting

    def template(self) -> Any:
        """The service's own, given to the cell."""
        kept = store().keep(BytesIO(default(PaperKind.ATTENDANCE_LIST)), DOCUMENT_LIMIT)
        return make_template(self.session, self.world.north_one, digest=kept.digest)

    def document(self) -> Any:
        """Of an announced meeting; its bytes are kept."""
        meeting = self.meeting(MeetingStatus.SCHEDULED)
        kept = store().keep(BytesIO(make_png()), DOCUMENT_LIMIT)
        return make_document(self.session, meeting, digest=kept.digest, size=kept.size)

    def revised(self) -> Any:
        meeting = self.held()
        make_revision(self.session, meeting)
        return meeting

    def task(self, **overrides: Any) -> Any:
        return make_task(self.session, self.meeting(MeetingStatus.OPEN), **overrides)

    def line(self) -> Any:
        return make_line(self.session, self.meeting(MeetingStatus.OPEN), self.member().id)

    def marked_line(self) -> Attendance:
        meeting = self.meeting(MeetingStatus.ENDED)
        absent = AttendanceStatus.ABSENT_UNEXCUSED
        return make_line(self.session, meeting, self.member().id, status=absent)

    def objection(self) -> Objection:
        return make_objection(self.session, self.marked_line())

    def correction(self, wanted: str | None = None, **overrides: Any) -> Correction:
        """By the member; each wants another number."""
        phone = wanted or f"+84912000{next(self.numbers)}"
        cell = self.world.north_one
        return make_correction(self.session, cell, self.member().id, phone, **overrides)

    def job(self, **overrides: Any) -> Any:
        return make_job(self.session, account_of(self.world, "officer"), **overrides)

    def schedule(self, **overrides: Any) -> Any:
        owner = account_of(self.world, "officer")
        return make_schedule(self.session, self.world.north_one, owner, **overrides)

    def quiet_period(self) -> str:
        """Another month for each who tries: said once, it stands."""
        return f"2026-0{1 + next(self.numbers) % 5}"

    def locked_period(self) -> str:
        """A month that is locked for the cell."""
        period = self.quiet_period()
        lock(self.sign_in("officer"), self.world.north_one, period)
        return period

    def settled_period(self) -> str:
        """A month for which both cells of the north are excused."""
        period = self.quiet_period()
        for cell in (self.world.north_one, self.world.north_two):
            if not rows(self.session, NotHeld, *_said_of(cell, period)):
                make_not_held(self.session, cell, period=period, excused_at=NOON)
        return period

    def submitted_period(self) -> str:
        period = self.settled_period()
        decide(self.sign_in("officer"), "submit", self.world.north, period)
        return period

    def plan(self) -> Any:
        """Not in force for years, so that no day makes meetings of it."""
        return make_plan(self.session, self.world.north_one, valid_from=date(2040, 1, 1))

    def upload(self) -> str:
        unit = [f"97.001.{next(self.numbers)}", "Đảng bộ Mới", "grassroots", None, "97.001"]
        import_id: str = preview_of(
            self.sign_in("officer"), make_tree(unit, ["?"]), "organizations"
        )["id"]
        return import_id

    def committed(self) -> str:
        import_id = self.upload()
        answer = self.sign_in("officer").post(f"/imports/{import_id}/commit")
        assert answer.status_code == 200, answer.text
        return import_id

    def proposal(self) -> Any:
        """Another name for the member, as a list would have it."""
        return make_proposal(self.session, self.member(), f"Tên Mới {next(self.numbers)}")

    def new_id(self) -> str:
        return f"970080{500 + len(rows(self.session, Member)):06d}"

    def version(self, model: type[Row], row_id: object) -> str:
        (row,) = rows(self.session, model, model.id == row_id)
        return f'"{row.version}"'

    def newcomer(self, cell: Organization | None = None) -> Member:
        """Somebody of whom no transfer is under way."""
        place = cell or self.world.north_one
        return make_member(self.session, place, number=next(self.numbers))

    def transfer(self) -> Any:
        world = self.world
        return make_transfer(self.session, self.newcomer(), world.north_one, world.south_one)

    def asked_transfer(self) -> Any:
        world, member = self.world, self.newcomer(self.world.south_one)
        return make_transfer(
            self.session, member, world.south_one, world.north_one, status=TransferStatus.SENT
        )

    def office(self) -> Office:
        holder = Office.member_id == self.world.people["committee_member"].member_id
        (office,) = rows(self.session, Office, holder)
        assert isinstance(office, Office)
        return office

    def member_merge(self) -> MemberMerge:
        """Two rows of a newcomer, merged by the office."""
        kept, duplicate = self.newcomer(), self.newcomer()
        body = {"duplicate_id": str(duplicate.id), "reason": "Nhập hai lần"}
        merged = self.sign_in("officer").post(f"/members/{kept.id}/merge", json=body)
        assert merged.status_code == 200, merged.text
        (row,) = rows(self.session, MemberMerge, MemberMerge.member_id == kept.id)
        return row

    def clerk(self, **overrides: Any) -> Account:
        """Staff of the cell."""
        name = f"clerk{next(self.numbers)}"
        unit_id = self.world.north_one.id
        return make_account(
            self.session,
            None,
            password_hash="",
            at=NOON,
            staff_name=name,
            unit_id=unit_id,
            **overrides,
        )

    def _account(self, person: str) -> Account:
        account_id = self.world.people[person].account_id
        return rows(self.session, Account, Account.id == account_id)[0]

    def _member(self, member_id: object) -> Member:
        (member,) = rows(self.session, Member, Member.id == member_id)
        assert isinstance(member, Member)
        return member


def _said_of(cell: Organization, period: str) -> tuple[Any, Any]:
    return NotHeld.organization_id == cell.id, NotHeld.period == period


_THINGS: dict[str, Callable[[Things], Any]] = {
    "password": lambda things: PASSWORD,
    "soon": lambda things: (NOON + timedelta(days=next(things.numbers))).isoformat(),
    "later_day": lambda things: str((NOON + timedelta(days=next(things.numbers))).date()),
    "new_code": lambda things: f"97.{next(things.numbers)}",
    "new_id": Things.new_id,
    "quiet_period": Things.quiet_period,
    "new_cell": Things.new_cell,
    "section": Things.section,
    "cell_below": lambda things: things.cell_below,
    "cell_of_section": Things.cell_of_section,
    "closed_cell": Things.closed_cell,
    "locked_period": Things.locked_period,
    "settled_period": Things.settled_period,
    "submitted_period": Things.submitted_period,
    "session": lambda things: str(things.world.people["member"].session_id),
    "version_of_north_one": lambda things: things.version(Organization, things.world.north_one.id),
    "version_of_member": lambda things: things.version(Member, things.member().id),
    "member": Things.member,
    "neighbour": Things.neighbour,
    "newcomer": Things.newcomer,
    "member_merge": Things.member_merge,
    "transfer": Things.transfer,
    "asked_transfer": Things.asked_transfer,
    "exemption": lambda things: make_exemption(
        things.session, things.world.north_one, things.member()
    ),
    "office": Things.office,
    "new_name": lambda things: f"staff{next(things.numbers)}",
    "clerk": Things.clerk,
    "disabled_clerk": lambda things: things.clerk(disabled_at=NOON),
    "enrolled_clerk": lambda things: things.clerk(totp_confirmed_at=NOON),
    "import": Things.upload,
    "committed_import": Things.committed,
    "proposal": Things.proposal,
    "factor": Things.factor,
    "digits": lambda things: digits(),
    "begun_digits": Things.begun_digits,
    "plan": Things.plan,
    "draft": lambda things: things.meeting(MeetingStatus.DRAFT),
    "scheduled": lambda things: things.meeting(MeetingStatus.SCHEDULED),
    "opened": lambda things: things.meeting(MeetingStatus.OPEN),
    "held": Things.held,
    "submitted": lambda things: things.held(MeetingStatus.SUBMITTED),
    "accepted": lambda things: things.held(MeetingStatus.ACCEPTED),
    "room": Things.room,
    "code": lambda things: code_of(things.last_room).token,
    "late_check_in": Things.late_check_in,
    "new_uuid": lambda things: str(new_id()),
    "noon": lambda things: NOON.isoformat(),
    "line": Things.line,
    "marked_line": Things.marked_line,
    "objection": Things.objection,
    "edition": lambda things: purposes.edition(),
    "correction": Things.correction,
    "correction_elsewhere": lambda things: things.correction(
        "Tên Khác", field=CorrectionField.FULL_NAME
    ),
    "report": Things.report,
    "guest": lambda things: make_guest(things.session, things.meeting(MeetingStatus.SCHEDULED)),
    "notification": lambda things: make_notification(
        things.session, things.meeting(MeetingStatus.SCHEDULED), things.member().id
    ),
    "revised": Things.revised,
    "number": lambda things: "1",
    "task": Things.task,
    "closed_task": lambda things: things.task(status=TaskStatus.DONE),
    "attached": Things.attached,
    "document": Things.document,
    "template": Things.template,
    "resolved": Things.resolved,
    "job": Things.job,
    "ended_job": lambda things: things.job(status=JobStatus.DONE, ended_at=NOON),
    "schedule": Things.schedule,
    "paused_schedule": lambda things: things.schedule(status=ScheduleStatus.PAUSED),
    "paper_kind": lambda things: "attendance_list",
    "stored_report": lambda things: make_report(things.session, things.world.north_one),
    "not_held": lambda things: make_not_held(
        things.session, things.world.north_one, period=f"20{next(things.numbers) % 90 + 10}-04"
    ),
}
