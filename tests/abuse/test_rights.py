"""AC-49, AC-61, LW-04, LW-05: who reads what of whom, and that the person learns of it."""

from collections import Counter
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import AccessEntry, Job, Member, Notification, Report
from tests.architecture.doors import DOORS
from tests.architecture.matrix.clear_text import in_clear
from tests.architecture.test_doors import request_for
from tests.architecture.things import Things
from tests.conftest import SignIn
from tests.evenings import said
from tests.proofs import let_lapse
from tests.world import World, rows

FIELDS = ("card_number", "personal_id", "phone")
#: Whoever may have a field of the member revealed, and how they are named to the member.
OFFICES = {
    "secretary": "Bí thư · Chi bộ Bắc 1",
    "deputy": "Phó Bí thư · Chi bộ Bắc 1",
    "branch_officer": "Cán bộ văn phòng cấp ủy · Đảng bộ xã Bắc",
    "officer": "Cán bộ văn phòng cấp ủy · Đảng bộ tỉnh Thử Nghiệm",
    "overseer": "Bí thư · Đảng bộ xã Bắc",
}


def reveal(client: TestClient, member_id: object, field: str, reason: str) -> Any:
    asked = {"field": field, "reason": reason}
    return client.post(f"/members/{member_id}/reveal", json=asked)


class TestTheAdministrator:
    """AC-61: runs the service and reads no content."""

    def test_is_told_of_no_member_by_whatever_opens(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        things, administrator = Things(session, world, sign_in), sign_in("administrator")
        names = {member.full_name for member in rows(session, Member)}
        told = {}
        for door in DOORS:
            if door.method == "GET" and "administrator" in door.opens.split():
                answer = administrator.request("GET", **request_for(door, things))
                assert answer.status_code in (200, 204), door
                told[door.path] = in_clear(answer) | {name for name in names if name in answer.text}

        accounts = told.pop("/accounts")  # which are found by the names of who holds them
        assert {path: found for path, found in told.items() if found} == {}
        assert accounts <= names

    def test_has_nothing_revealed_and_leaves_the_member_in_peace(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member_id = world.people["member"].member_id
        for field in FIELDS:
            refused = reveal(sign_in("administrator"), member_id, field, "Kiểm tra kỹ thuật")
            assert refused.status_code == 404

        assert rows(session, AccessEntry) == []
        assert rows(session, Notification) == []


class TestTheLog:
    """LW-05: every look at a confidential field is in the log of its owner exactly once."""

    def test_each_reveal_once_with_office_field_and_reason(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member_id = world.people["member"].member_id
        expected: Counter[tuple[str, str, str]] = Counter()
        for who, office in OFFICES.items():
            for field in FIELDS:
                reason = f"Đối chiếu {field} của {who}"
                said(reveal(sign_in(who), member_id, field, reason))
                expected[office, field, reason] += 1

        items = said(sign_in("member").get("/me/access-log"))["items"]
        told = Counter((each["office"], *each["fields"], each["reason"]) for each in items)
        assert told == expected
        own = Notification.member_id == member_id
        assert len(rows(session, Notification, own)) == len(items)
        export = said(sign_in("member").get("/me/export"))["sections"]
        assert len(export["accesses"]) == len(items)

    def test_what_was_refused_is_no_look(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member_id = world.people["member"].member_id
        let_lapse(session, world, "secretary")
        for who in ("member", "committee_member", "inspector", "outsider", "stranger", "secretary"):
            assert reveal(sign_in(who), member_id, "phone", "Không có quyền").status_code >= 400
        assert reveal(sign_in("officer"), member_id, "phone", "ngắn").status_code == 422

        assert said(sign_in("member").get("/me/access-log"))["items"] == []


class TestBulkExports:
    """AC-49: at night, with a session of the day before."""

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/reports/call-list.xlsx"), ("POST", "/jobs"), ("POST", "/report-schedules")],
    )
    def test_nothing_leaves_and_nothing_is_stored(
        self, sign_in: SignIn, session: Session, world: World, method: str, path: str
    ) -> None:
        let_lapse(session, world, "officer")
        unit = {"organization_id": str(world.root.id)}
        list_of = unit | {"period": "2026-05", "measure": "accounts_activated"}
        asked: dict[str, dict[str, Any]] = {
            "/reports/call-list.xlsx": {"params": list_of},
            "/jobs": {"json": {"kind": "report", "report": {"kind": "call_list"} | list_of}},
            "/report-schedules": {
                "json": unit | {"kind": "committee", "day_of_month": 1, "local_time": "03:00"}
            },
        }

        refused = sign_in("officer").request(method, path, **asked[path])

        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
        assert rows(session, Report) == []
        assert rows(session, Job) == []


@pytest.mark.long
@pytest.mark.parametrize("who", ["member", *OFFICES, "inspector", "committee_member", "outsider"])
def test_nobodys_export_shows_another(
    sign_in: SignIn, session: Session, world: World, who: str
) -> None:
    """LW-04."""
    (own,) = rows(session, Member, Member.id == world.people[who].member_id)

    for path in ("/me/export", "/me/export.xlsx"):
        answer = sign_in(who).get(path)
        assert answer.status_code == 200
        assert in_clear(answer) <= {own.personal_id, own.card_number, own.phone}
