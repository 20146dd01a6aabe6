"""Meetings held before the service began: brought in whole, marked as such, taken back whole."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import (
    Alert,
    Attendance,
    AttendanceEvent,
    Exemption,
    ExemptionKind,
    Figure,
    Meeting,
    MeetingKind,
    MeetingStatus,
    Member,
    Membership,
    Minutes,
    Organization,
    OrganizationParent,
)
from tests.conftest import SignIn, at
from tests.factories.meetings import make_meeting, make_not_held
from tests.factories.people import make_exemption, make_member
from tests.factories.workbooks import make_history, make_tree
from tests.recounts import differences
from tests.uploads import (
    NORTH_ONE,
    OTHER_ONE,
    bring_in,
    commit,
    counts,
    newcomer,
    preview_of,
    states,
    stored,
    upload,
)
from tests.world import World, rows

PRESENT, EXCUSED, UNEXCUSED = "Có mặt", "Vắng có lý do", "Vắng không lý do"


def whom(member: Member) -> list[Any]:
    return [member.personal_id, member.full_name]


def sheet(
    members: Iterable[Member], starts_at: datetime, *marks: str, **said: Any
) -> list[list[Any]]:
    """The rows of a meeting; whoever has no mark was there."""
    told = {"cell": NORTH_ONE, "kind": "Thường kỳ", "ends": None, "place": None} | said
    members = list(members)
    each = [*marks, *[PRESENT] * (len(members) - len(marks))]
    return [
        [told["cell"], told["kind"], starts_at, told["ends"], told["place"], *whom(member), mark]
        for member, mark in zip(members, each, strict=True)
    ]


def preview(client: TestClient, *rows_of_meetings: list[Any]) -> dict[str, Any]:
    return preview_of(client, make_history(*rows_of_meetings), "meetings")


def history(client: TestClient, *rows_of_meetings: list[Any]) -> dict[str, Any]:
    shown = preview(client, *rows_of_meetings)
    answer = commit(client, shown)
    assert answer.status_code == 200, answer.text
    return shown


def take_back(client: TestClient, shown: dict[str, Any]) -> Any:
    return client.post(f"/imports/{shown['id']}/take-back")


def figures(client: TestClient, unit: Organization, period: str) -> dict[str, tuple[int, int]]:
    told = client.get(f"/dashboards/{unit.id}?period={period}")
    assert told.status_code == 200, told.text
    return {
        name: (figure["numerator"], figure["denominator"])
        for name, figure in told.json()["figures"].items()
    }


def codes(client: TestClient, shown: dict[str, Any]) -> list[str]:
    return [code for _, found in states(client, shown) for code in found]


def spans(session: Session) -> list[Any]:
    """Who belongs where since when, and which units there are, under whom."""
    return [
        row.model_dump(exclude={"version"})
        for model in (Organization, OrganizationParent, Membership)
        for row in rows(session, model)
    ]


@pytest.fixture
def people(session: Session, world: World) -> list[Member]:
    """Three of the first cell of the north; the first of them has an account."""
    ids = [world.people["member"].member_id, *world.members[world.north_one.id][-2:]]
    found = {member.id: member for member in rows(session, Member)}
    return [found[member_id] for member_id in ids if member_id]


def local(year: int, month: int, day: int, hour: int = 19, minute: int = 30) -> datetime:
    """A moment as a cell of a workbook holds it: of no zone."""
    return datetime.combine(date(year, month, day), time(hour, minute))


FEBRUARY, MARCH, APRIL = (local(2026, month, 3) for month in (2, 3, 4))


class TestCommit:
    def test_a_meeting_comes_in_accepted_with_its_sheet_and_marked(
        self, sign_in: SignIn, session: Session, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        shown = history(
            client, *sheet(people, FEBRUARY, PRESENT, EXCUSED, "Miễn", ends="21:15", place="Đình")
        )

        assert (shown["layout"], counts(shown)) == ("meetings", (3, 0, 0, 0))
        [meeting] = client.get("/meetings", params={"period": "2026-02"}).json()["items"]
        assert meeting["is_imported"] is True
        assert (meeting["status"], meeting["kind"]) == ("accepted", "regular")
        assert (meeting["starts_at"], meeting["ended_at"]) == (
            "2026-02-03T12:30:00Z",
            "2026-02-03T14:15:00Z",
        )
        assert meeting["title"] == "Sinh hoạt chi bộ thường kỳ tháng 2/2026"
        lines = rows(session, Attendance)
        assert [line.status for line in lines] == ["present", "absent_excused", "exempt"]
        assert [line.roster_reason for line in lines] == ["official", "official", "exempt"]
        assert {line.source for line in lines} == {"import"}
        events = rows(session, AttendanceEvent)
        assert {event.attendance_id for event in events} == {line.id for line in lines}
        assert len(rows(session, Minutes)) == 1

    def test_it_counts_all_the_way_up_and_a_recount_finds_nothing(
        self, sign_in: SignIn, world: World, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        before = figures(client, world.root, "2026-02")

        history(client, *sheet(people, FEBRUARY, PRESENT, EXCUSED, UNEXCUSED))

        after = figures(client, world.root, "2026-02")
        assert before["cells_met"] == (0, 3)
        assert after["cells_met"] == (1, 3)
        assert after["attendance"] == (1, 3)
        # When it was submitted, nobody measured.
        assert after["cells_met_on_time"] == (0, 3)
        assert differences() == []

    def test_a_thematic_meeting_counts_for_its_quarter(
        self, sign_in: SignIn, world: World, people: list[Member]
    ) -> None:
        client = sign_in("officer")

        history(client, *sheet(people, FEBRUARY, kind="Chuyên đề"))

        assert figures(client, world.root, "2026-02")["cells_met"] == (0, 3)
        assert figures(client, world.root, "2026-03")["cells_met_thematic"] == (1, 3)
        assert differences() == []

    def test_the_members_own_year_and_the_alerts_are_true(
        self, sign_in: SignIn, session: Session, people: list[Member]
    ) -> None:
        months = [
            row
            for moment in (FEBRUARY, MARCH, APRIL)
            for row in sheet(people, moment, UNEXCUSED, EXCUSED)
        ]
        history(sign_in("officer"), *months)

        told = sign_in("member").get("/me/attendances").json()
        assert told["counters"]["unexcused_months"] == 3
        assert {item["meeting"]["is_imported"] for item in told["items"]} == {True}
        open_ = [(alert.member_id, alert.level) for alert in rows(session, Alert)]
        assert sorted(open_) == [(people[0].id, level) for level in (1, 2, 3)]

    def test_the_same_again_is_the_same(
        self, sign_in: SignIn, session: Session, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        history(client, *sheet(people, FEBRUARY))

        again = history(client, *sheet(people, FEBRUARY), *sheet(people, MARCH))

        assert counts(again) == (3, 0, 3, 0)
        assert len(rows(session, Meeting)) == 2

    def test_a_month_locked_since_the_preview_is_a_conflict(
        self, sign_in: SignIn, session: Session, world: World, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        shown = preview(client, *sheet(people, FEBRUARY))
        lock(session, world.north_one, "2026-02")

        answer = commit(client, shown)

        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert rows(session, Meeting) == []

    def test_who_was_exempt_and_came_counts_in_both(
        self, sign_in: SignIn, session: Session, world: World, people: list[Member]
    ) -> None:
        make_exemption(session, world.north_one, people[0])

        history(sign_in("officer"), *sheet(people, FEBRUARY))

        assert figures(sign_in("officer"), world.root, "2026-02")["attendance"] == (3, 3)
        assert rows(session, Attendance)[0].roster_reason == "exempt"

    def test_an_opened_meeting_goes_its_way_again(
        self, sign_in: SignIn, session: Session, people: list[Member]
    ) -> None:
        history(sign_in("officer"), *sheet(people, FEBRUARY))
        [meeting] = rows(session, Meeting)
        url = f"/meetings/{meeting.id}"

        reopened = sign_in("officer").post(f"{url}/reopen", json={"reason": "Ghi nhầm một người."})
        submitted = sign_in("secretary").post(f"{url}/submit", json={})

        assert reopened.status_code == 200, reopened.text
        assert submitted.status_code == 200, submitted.text
        assert sign_in("secretary").get(f"{url}/minutes").status_code == 200
        assert differences() == []

    @pytest.mark.parametrize("who", ["secretary", "administrator", "overseer"])
    def test_only_who_accepts_meetings_brings_them_in(
        self, sign_in: SignIn, people: list[Member], who: str
    ) -> None:
        answer = upload(sign_in(who), make_history(*sheet(people, FEBRUARY)), "meetings")

        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def lock(session: Session, unit: Organization, period: str) -> None:
    [figure] = rows(session, Figure, Figure.organization_id == unit.id, Figure.period == period)
    figure.locked_at = at("2026-05-15T05:00:00Z")
    session.add(figure)
    session.flush()


class TestRefusals:
    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("97.001.001.000.999", "unknown_organization"),
            (OTHER_ONE, "unknown_organization"),
            ("97.001.001", "not_a_cell"),
        ],
    )
    def test_of_cells(self, sign_in: SignIn, people: list[Member], cell: str, code: str) -> None:
        client = sign_in("officer")

        shown = preview(client, *sheet(people[:1], FEBRUARY, cell=cell))

        assert codes(client, shown) == [code]

    def test_of_people(
        self, sign_in: SignIn, session: Session, world: World, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        elsewhere = make_member(session, world.south_one, number=901)
        suspended = make_member(session, world.north_one, number=902)
        make_exemption(session, world.north_one, suspended, kind=ExemptionKind.SUSPENDED)
        late = make_member(session, world.north_one, number=903, joined_on=date(2026, 3, 1))
        renamed = sheet(people[:1], FEBRUARY)
        renamed[0][6] = "Tên Khác Hẳn"
        nobody = sheet(people[:1], FEBRUARY)
        nobody[0][5] = "970099999999"

        def code_of(*members: Member) -> list[str]:
            return codes(client, preview(client, *sheet(members, FEBRUARY)))

        assert code_of(elsewhere) == ["unknown_member"]
        assert code_of(suspended) == ["not_on_roster"]
        assert code_of(late) == ["not_on_roster"]
        assert codes(client, preview(client, *renamed)) == ["identity_conflict"]
        assert codes(client, preview(client, *nobody)) == ["unknown_member"]

    def test_of_days(self, sign_in: SignIn, people: list[Member]) -> None:
        """The cell was founded in January, by a decision and not by being entered."""
        client = sign_in("officer")

        future = preview(client, *sheet(people[:1], local(2026, 5, 15, 12, 1)))
        before = preview(client, *sheet(people[:1], local(2025, 12, 3)))

        assert codes(client, future) == ["not_yet_held"]
        assert set(codes(client, before)) == {"cell_not_valid", "not_on_roster"}

    def test_of_months_that_stand(
        self, sign_in: SignIn, session: Session, world: World, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        lock(session, world.north_one, "2026-01")
        make_not_held(session, world.north_one, period="2026-02")
        make_meeting(
            session,
            world.north_one,
            starts_at=at("2026-03-10T12:00:00Z"),
            status=MeetingStatus.SUBMITTED,
        )

        def code_of(moment: datetime, **said: Any) -> list[str]:
            return codes(client, preview(client, *sheet(people[:1], moment, **said)))

        assert code_of(local(2026, 1, 20, 19)) == ["period_locked"]
        assert code_of(FEBRUARY) == ["said_not_held"]
        assert code_of(FEBRUARY, kind="Chuyên đề") == []
        assert code_of(MARCH) == ["meeting_exists"]
        assert code_of(MARCH, kind="Chuyên đề") == []
        assert code_of(local(2026, 3, 10, 19, 0), kind="Chuyên đề") == ["meeting_exists"]

    def test_two_regular_meetings_of_a_month(self, sign_in: SignIn, people: list[Member]) -> None:
        client = sign_in("officer")

        shown = preview(
            client,
            *sheet(people[:1], FEBRUARY),
            *sheet(people[:1], local(2026, 2, 20)),
            *sheet(people[:1], MARCH),
        )

        assert states(client, shown) == [
            ("rejected", ["second_in_month"]),
            ("rejected", ["second_in_month"]),
            ("new", []),
        ]

    def test_a_meeting_is_whole_or_not_there(
        self, sign_in: SignIn, session: Session, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        wrong = sheet(people, FEBRUARY)
        wrong[1][5] = "970099999999"

        shown = history(client, *wrong, *sheet(people, MARCH))

        assert [code for state, [*code] in states(client, shown) if state == "rejected"] == [
            ["meeting_incomplete"],
            ["unknown_member"],
            ["meeting_incomplete"],
        ]
        assert [row.starts_at for row in rows(session, Meeting)] == [at("2026-03-03T12:30:00Z")]
        rejects = client.get(f"/imports/{shown['id']}/rejects.xlsx").content
        assert counts(preview_of(client, rejects, "meetings")) == (0, 0, 0, 3)

    def test_another_sheet_of_a_meeting_brought_in_before(
        self, sign_in: SignIn, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        history(client, *sheet(people, FEBRUARY))

        shown = preview(client, *sheet(people, FEBRUARY, UNEXCUSED))

        assert codes(client, shown) == ["meeting_exists"] * 3

    def test_one_member_by_two_numbers(
        self, sign_in: SignIn, session: Session, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        people[0].card_number = "12345678"
        session.add(people[0])
        session.flush()
        said = sheet([people[0], people[0]], FEBRUARY)
        said[1][5] = "12.345.678"

        assert codes(client, preview(client, *said)) == ["identity_conflict"] * 2


class TestBeforeTheService:
    """A cell and its members that were only entered in May, with meetings of the year before."""

    CODE = "97.001.001.000.007"
    MAY = local(2025, 5, 6)

    @pytest.fixture
    def entered(self, sign_in: SignIn, session: Session, world: World) -> list[Member]:
        for unit in (world.root, world.north):
            self._only_entered(session, unit)
        client = sign_in("officer")
        tree = make_tree([self.CODE, "Chi bộ Bắc 7", "cell", None, "97.001.001"])
        commit(client, preview_of(client, tree, "organizations"))
        cell = {"Tổ chức Đảng sinh hoạt": self.CODE}
        bring_in(client, newcomer(1, **cell), newcomer(2, **cell))
        return [stored(session, f"97108000000{number}") for number in (1, 2)]

    def _only_entered(self, session: Session, unit: Organization) -> None:
        [row] = rows(session, Organization, Organization.id == unit.id)
        row.created_at = at("2026-01-01T05:00:00Z")
        session.add(row)
        session.flush()

    def brought(self, client: TestClient, members: list[Member]) -> dict[str, Any]:
        return history(
            client,
            *sheet(members, self.MAY, UNEXCUSED, cell=self.CODE),
            *sheet(members, local(2025, 11, 4), cell=self.CODE),
        )

    def test_last_years_columns_are_true(
        self, sign_in: SignIn, session: Session, world: World, entered: list[Member]
    ) -> None:
        client = sign_in("officer")

        self.brought(client, entered)

        may = figures(client, world.root, "2025-05")
        assert (may["cells_met"], may["attendance"]) == ((1, 1), (1, 2))
        assert may["accounts_activated"] == (0, 2)
        assert figures(client, world.north, "2025-06")["cells_met"] == (0, 1)
        assert figures(client, world.root, "2025-11")["attendance"] == (2, 2)
        assert figures(client, world.root, "2026-01")["cells_met"] == (0, 4)
        url = f"/dashboards/{world.root.id}?period=2026-05&compare=last_year"
        last_year = client.get(url).json()["last_year"]
        assert last_year["cells_met"] == {"numerator": 1, "denominator": 1, "percent": 100.0}
        assert last_year["attendance"] == {"numerator": 1, "denominator": 2, "percent": 50.0}
        assert differences() == []
        assert rows(session, Alert) == []  # of a year gone by nobody is told today

    def test_it_is_taken_back_whole(
        self, sign_in: SignIn, session: Session, world: World, entered: list[Member]
    ) -> None:
        client = sign_in("officer")
        tables = (Organization, OrganizationParent, Membership, Exemption, Meeting)

        def known() -> list[Any]:
            return [
                row.model_dump(exclude={"version"})
                for table in tables
                for row in rows(session, table)
            ]

        before = known()
        shown = self.brought(client, entered)
        assert known() != before

        answer = take_back(client, shown)

        assert answer.status_code == 200, answer.text
        assert known() == before
        for table in (Attendance, AttendanceEvent, Minutes):
            assert rows(session, table) == []
        assert figures(client, world.root, "2025-05")["cells_met"] == (0, 0)
        assert differences() == []

    def test_what_another_history_tells_keeps_its_beginning(
        self, sign_in: SignIn, session: Session, entered: list[Member]
    ) -> None:
        client = sign_in("officer")
        first = self.brought(client, entered)
        second = history(client, *sheet(entered[:1], local(2025, 3, 4), cell=self.CODE))

        def began() -> list[str]:
            [cell] = rows(session, Organization, Organization.code == self.CODE)
            stays = [
                stay
                for member in entered
                for stay in rows(session, Membership, Membership.member_id == member.id)
            ]
            return [str(cell.valid_from), *(str(stay.valid_from) for stay in stays)]

        assert began() == ["2025-03-04", "2025-03-04", "2025-05-06"]
        assert take_back(client, first).status_code == 200
        assert began() == ["2025-03-04", "2025-03-04", "2026-05-15"]
        assert differences() == []
        assert take_back(client, second).status_code == 200
        assert began() == ["2026-05-15"] * 3
        assert differences() == []


class TestTakeBack:
    def test_alerts_are_cleared_with_what_raised_them(
        self, sign_in: SignIn, session: Session, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        shown = history(client, *sheet(people, FEBRUARY, UNEXCUSED))
        assert [alert.cleared_at for alert in rows(session, Alert)] == [None]

        assert take_back(client, shown).status_code == 200

        [alert] = rows(session, Alert)
        assert alert.cleared_at is not None
        assert differences() == []

    def test_a_day_that_somebody_told_stands_though_a_meeting_was_held_on_it(
        self, sign_in: SignIn, session: Session, people: list[Member]
    ) -> None:
        """Members whose first day is 5 January, by word of somebody, met on that day."""
        client = sign_in("officer")
        before = spans(session)
        shown = history(client, *sheet(people, local(2026, 1, 5)))
        earlier = preview(client, *sheet(people, local(2026, 1, 2), kind="Chuyên đề"))
        assert codes(client, earlier) == ["not_on_roster"] * 3

        assert take_back(client, shown).status_code == 200

        assert spans(session) == before

    def test_whoever_has_seen_a_meeting_is_told_that_it_is_gone(
        self, sign_in: SignIn, session: Session, world: World, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        shown = history(client, *sheet(people, FEBRUARY))
        seen = sign_in("member").get("/me/changes").json()
        [meeting] = seen["meetings"]

        take_back(client, shown)

        told = sign_in("member").get("/me/changes", params={"since": seen["watermark"]}).json()
        assert told["removed"] == [{"noun": "meeting", "id": meeting["id"]}]
        there = sign_in("outsider").get("/me/changes", params={"since": seen["watermark"]})
        assert there.json()["removed"] == []

    def test_an_objection_to_a_line_holds_it(
        self, sign_in: SignIn, session: Session, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        shown = history(client, *sheet(people, FEBRUARY, UNEXCUSED))
        [line] = rows(session, Attendance, Attendance.member_id == people[0].id)
        said = sign_in("member").post(
            "/objections",
            json={
                "attendance_id": str(line.id),
                "claimed": "present",
                "text": "Tôi có mặt.",
            },
        )
        assert said.status_code == 201, said.text

        answer = take_back(client, shown)

        assert (answer.status_code, answer.json()["code"]) == (409, "built_upon")
        assert {each["reason"] for each in answer.json()["reasons"]} == {"objections"}

    def test_a_month_locked_since_holds_it(
        self, sign_in: SignIn, session: Session, world: World, people: list[Member]
    ) -> None:
        client = sign_in("officer")
        shown = history(client, *sheet(people, FEBRUARY))
        lock(session, world.north_one, "2026-02")

        answer = take_back(client, shown)

        assert (answer.status_code, answer.json()["code"]) == (409, "built_upon")
        assert len(rows(session, Meeting, Meeting.kind == MeetingKind.REGULAR)) == 1
