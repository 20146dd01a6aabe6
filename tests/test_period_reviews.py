"""A committee's month goes up from below: submitted, returned, accepted, and frozen with that."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import MeetingStatus, Notification, NotificationKind
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.meetings import make_not_held
from tests.periods import APRIL, code, decide, lock, make_april, month_of, row_of, unlock
from tests.recounts import differences
from tests.world import World, rows


@pytest.fixture
def settled(session: Session, world: World, sign_in: SignIn) -> None:
    """One cell in the north met and was accepted, the other was excused."""
    make_april(session, world, world.north_one)
    word = make_not_held(session, world.north_two)
    said(sign_in("branch_officer").post(f"/not-held/{word.id}/excuse"))


class TestSubmit:
    @pytest.mark.usefixtures("settled")
    def test_when_all_below_are_settled(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        month = said(decide(sign_in("branch_officer"), "submit", world.north, comment="Đủ"))

        assert (month["review"]["status"], month["review"]["comment"]) == ("submitted", "Đủ")
        assert month["progress"] == {"confirmed": 1, "excused": 1, "open": 0, "total": 2}
        told = rows(session, Notification, Notification.kind == NotificationKind.PERIOD_SUBMITTED)
        assert [one.member_id for one in told] == [world.people["officer"].member_id]
        assert told[0].title == "Đảng bộ xã Bắc: tháng 4/2026 đã trình duyệt"

    @pytest.mark.parametrize("status", [MeetingStatus.SUBMITTED, MeetingStatus.RETURNED])
    def test_not_while_one_waits(
        self, sign_in: SignIn, session: Session, world: World, status: MeetingStatus
    ) -> None:
        make_april(session, world, world.north_one, status=status)
        make_not_held(session, world.north_two)

        refused = decide(sign_in("branch_officer"), "submit", world.north)

        assert code(refused) == (409, "children_open")
        assert refused.json()["count"] == 2
        assert refused.json()["names"] == ["Chi bộ Bắc 1", "Chi bộ Bắc 2"]

    def test_a_cell_goes_up_with_its_meeting(self, sign_in: SignIn, world: World) -> None:
        refused = decide(sign_in("officer"), "submit", world.north_one)

        assert refused.json()["errors"][0]["code"] == "is_a_cell"

    @pytest.mark.usefixtures("settled")
    def test_only_once(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("branch_officer")
        said(decide(client, "submit", world.north))

        refused = decide(client, "submit", world.north)

        assert code(refused) == (409, "invalid_transition")
        assert refused.json()["allowed"] == ["return", "accept"]


@pytest.mark.usefixtures("settled")
class TestAccept:
    def test_it_freezes_the_month(self, sign_in: SignIn, session: Session, world: World) -> None:
        said(decide(sign_in("branch_officer"), "submit", world.north))

        month = said(decide(sign_in("officer"), "accept", world.north))

        assert (month["locked"], month["review"]["status"]) == (True, "accepted")
        assert row_of(session, world.north_one).locked_at is not None
        kinds = {one.kind for one in rows(session, Notification)}
        assert NotificationKind.PERIOD_DECIDED in kinds
        assert unlock(sign_in("branch_officer"), world.north_one).status_code == 403
        assert differences() == []

    def test_not_by_who_submitted_it(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("branch_officer")
        said(decide(client, "submit", world.north))

        assert decide(client, "accept", world.north).status_code == 403
        assert decide(client, "return", world.north, comment="Thiếu").status_code == 403

    def test_not_before_it_is_submitted(self, sign_in: SignIn, world: World) -> None:
        refused = decide(sign_in("officer"), "accept", world.north)

        assert code(refused) == (409, "invalid_transition")
        assert refused.json()["allowed"] == ["submit"]

    def test_not_when_one_below_was_reopened_since(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        said(decide(client, "submit", world.north))
        (meeting,) = said(client.get("/meetings"))["items"]
        said(client.post(f"/meetings/{meeting['id']}/reopen", json={"reason": "Nhầm"}))

        refused = decide(client, "accept", world.north)

        assert code(refused) == (409, "children_open")
        assert row_of(session, world.north).locked_at is None


@pytest.mark.usefixtures("settled")
class TestReturn:
    def test_what_its_acceptance_locked_is_open_again(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        said(lock(client, world.north_two))
        accepted(client, world.north)

        month = said(decide(client, "return", world.north, comment="Thiếu biên bản"))

        assert (month["locked"], month["review"]["status"]) == (False, "returned")
        assert month["review"]["comment"] == "Thiếu biên bản"
        assert row_of(session, world.north_one).locked_at is None
        assert row_of(session, world.north_two).locked_at is not None
        assert differences() == []
        assert said(decide(client, "submit", world.north))["review"]["status"] == "submitted"

    def test_a_lock_by_hand_stays(self, sign_in: SignIn, session: Session, world: World) -> None:
        client = sign_in("officer")
        said(lock(client, world.north))
        accepted(client, world.north)

        month = said(decide(client, "return", world.north, comment="Thiếu"))

        assert month["locked"] is True

    def test_from_the_top_down(self, sign_in: SignIn, session: Session, world: World) -> None:
        client = sign_in("officer")
        make_april(session, world, world.south_one)
        for unit in (world.north, world.south, world.root):
            accepted(client, unit)

        refused = decide(client, "return", world.north, comment="Thiếu")

        assert code(refused) == (409, "parent_accepted")
        said(decide(client, "return", world.root, comment="Thiếu"))
        assert month_of(client, world.north)["locked"] is True
        said(decide(client, "return", world.north, comment="Thiếu"))
        assert month_of(client, world.north)["locked"] is False
        assert month_of(client, world.south)["locked"] is True
        assert differences() == []

    def test_it_says_why(self, sign_in: SignIn, world: World) -> None:
        refused = decide(sign_in("officer"), "return", world.north)

        assert refused.json()["errors"][0]["pointer"] == "/comment"


@pytest.mark.usefixtures("settled")
class TestProgress:
    def test_each_level_and_each_unit_right_below(self, sign_in: SignIn, world: World) -> None:
        said(decide(sign_in("branch_officer"), "submit", world.north))

        shown = said(
            sign_in("officer").get(
                f"/periods/{APRIL}/progress", params={"organization_id": str(world.root.id)}
            )
        )

        levels = {level.pop("kind"): level for level in shown["levels"]}
        assert levels == {
            "grassroots": {"confirmed": 0, "excused": 0, "open": 2, "total": 2},
            "cell": {"confirmed": 1, "excused": 1, "open": 1, "total": 3},
        }
        states = {child["organization"]["name"]: child["state"] for child in shown["children"]}
        assert states == {"Đảng bộ xã Bắc": "submitted", "Đảng bộ xã Nam": "open"}

    def test_a_cell_stands_for_itself(self, sign_in: SignIn, world: World) -> None:
        month = month_of(sign_in("secretary"), world.north_one)

        assert month["progress"] == {"confirmed": 1, "excused": 0, "open": 0, "total": 1}


def accepted(client: TestClient, unit: Any) -> None:
    """Submitted and accepted."""
    said(decide(client, "submit", unit))
    said(decide(client, "accept", unit))
