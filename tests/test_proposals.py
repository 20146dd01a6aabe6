"""A weekly list as proposals: nothing is written until somebody says so, field by field."""

from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import AuditEntry, Import, Member, Membership, Proposal
from tests.conftest import SignIn
from tests.factories.workbooks import make_full_list, make_tree
from tests.uploads import NORTH_TWO, XLSX, commit, counts, listed, newcomer
from tests.world import World, rows

NAME, CELL, OFFICIAL_ON = "Họ và tên", "Tổ chức Đảng sinh hoạt", "Ngày chính thức"


def sync(client: TestClient, *members: dict[str, Any]) -> dict[str, Any]:
    """Send in a list as proposals, and commit it."""
    answer = client.post(
        "/imports",
        files={"file": ("list.xlsx", make_full_list(*members), XLSX)},
        data={"kind": "members", "mode": "proposals"},
    )
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    done = commit(client, shown)
    assert done.status_code == 200, done.text
    return shown


def inbox(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/proposals", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def fields(items: list[dict[str, Any]]) -> set[tuple[str, Any, Any]]:
    return {(item["field"], item["current"], item["proposed"]) for item in items}


@pytest.fixture
def known(session: Session, world: World) -> Member:
    """A member of the first cell of the north, without an office."""
    [member] = rows(session, Member, Member.id == world.members[world.north_one.id][-1])
    return member


class TestCommit:
    def test_differences_wait_and_nobody_is_changed_entered_or_moved(
        self, sign_in: SignIn, session: Session, world: World, known: Member
    ) -> None:
        client = sign_in("officer")
        before = [row.model_dump() for kind in (Member, Membership) for row in rows(session, kind)]
        [mover] = rows(session, Member, Member.id == world.members[world.north_one.id][-2])

        shown = sync(
            client,
            newcomer(1),
            listed(known, **{NAME: "Tên Mới", OFFICIAL_ON: date(2012, 1, 2)}),
            listed(mover, **{CELL: NORTH_TWO}),
        )

        assert (shown["mode"], counts(shown)) == ("proposals", (1, 2, 0, 0))
        assert before == [
            row.model_dump() for kind in (Member, Membership) for row in rows(session, kind)
        ]
        items = inbox(client, import_id=shown["id"])
        assert fields(items) == {
            ("full_name", known.full_name, "Tên Mới"),
            ("official_on", "2011-03-26", "2012-01-02"),
        }
        assert {item["status"] for item in items} == {"pending"}
        assert {item["member_id"] for item in items} == {str(known.id)}

    def test_numbers_are_masked_and_sealed(
        self, sign_in: SignIn, session: Session, known: Member
    ) -> None:
        client = sign_in("officer")
        known.card_number = "12345678"
        session.add(known)
        session.flush()

        sync(client, listed(known, **{"Số thẻ Đảng": known.personal_id}))

        [item] = inbox(client)
        assert item["current"] == "********5678"
        assert item["proposed"] == f"********{str(known.personal_id)[-4:]}"
        [row] = rows(session, Proposal)
        assert b"5678" not in bytes(row.current_sealed or b"")

    def test_a_later_list_takes_the_place_of_what_waits(
        self, sign_in: SignIn, known: Member
    ) -> None:
        client = sign_in("officer")
        first = sync(client, listed(known, **{NAME: "Tên Một", OFFICIAL_ON: date(2012, 1, 2)}))
        second = sync(client, listed(known, **{NAME: "Tên Hai"}))

        assert {item["status"] for item in inbox(client, import_id=first["id"])} == {"superseded"}
        assert fields(inbox(client, status="pending")) == {
            ("full_name", known.full_name, "Tên Hai")
        }
        assert len(inbox(client, import_id=second["id"])) == 1

    def test_what_was_rejected_is_not_proposed_again(self, sign_in: SignIn, known: Member) -> None:
        client = sign_in("officer")
        sync(client, listed(known, **{NAME: "Tên Sai"}))
        [item] = inbox(client)
        client.post(f"/proposals/{item['id']}/reject", json={"reason": "Hồ sơ gốc ghi khác."})

        sync(client, listed(known, **{NAME: "Tên Sai"}))
        assert inbox(client, status="pending") == []
        sync(client, listed(known, **{NAME: "Tên Khác"}))
        assert len(inbox(client, status="pending")) == 1

    def test_only_members_come_in_as_proposals(self, sign_in: SignIn, session: Session) -> None:
        tree = make_tree(["97.001.9", "Đảng bộ Mới", "grassroots", None, "97.001"])

        answer = sign_in("officer").post(
            "/imports",
            files={"file": ("tree.xlsx", tree, XLSX)},
            data={"kind": "organizations", "mode": "proposals"},
        )

        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/mode", "members_only")
        assert rows(session, Import) == []


class TestAccept:
    def test_the_member_is_changed_and_found_by_the_new_name(
        self, sign_in: SignIn, session: Session, known: Member
    ) -> None:
        client = sign_in("officer")
        sync(client, listed(known, **{NAME: "Âu Thị Mới"}))
        [item] = inbox(client)

        answer = client.post(f"/proposals/{item['id']}/accept")

        assert answer.status_code == 200, answer.text
        assert (answer.json()["status"], answer.json()["version"]) == ("accepted", 2)
        assert answer.json()["decided_at"] is not None
        [found] = client.get("/members", params={"text": "au thi moi"}).json()["items"]
        assert found["id"] == str(known.id)
        [trace] = rows(session, AuditEntry, AuditEntry.action == "proposal.accepted")
        assert trace.details == {"field": "full_name"}

    def test_only_once(self, sign_in: SignIn, known: Member) -> None:
        client = sign_in("officer")
        sync(client, listed(known, **{NAME: "Tên Mới"}))
        [item] = inbox(client)
        client.post(f"/proposals/{item['id']}/accept")

        again = client.post(f"/proposals/{item['id']}/accept")

        assert (again.status_code, again.json()["allowed"]) == (409, [])

    def test_not_when_the_field_was_changed_since(
        self, sign_in: SignIn, session: Session, known: Member
    ) -> None:
        client = sign_in("officer")
        sync(client, listed(known, **{NAME: "Tên Mới"}))
        [item] = inbox(client)
        changed = client.patch(
            f"/members/{known.id}", json={"full_name": "Tên Tay"}, headers={"if-match": '"1"'}
        )
        assert changed.status_code == 200, changed.text

        answer = client.post(f"/proposals/{item['id']}/accept")

        assert (answer.status_code, answer.json()["code"]) == (409, "value_moved")
        assert rows(session, Member, Member.id == known.id)[0].full_name == "Tên Tay"
        assert inbox(client)[0]["status"] == "pending"

    def test_by_the_checks_of_a_change_by_hand(
        self, sign_in: SignIn, session: Session, known: Member
    ) -> None:
        """Two dates that hold only together are accepted together."""
        client = sign_in("officer")
        dates = {"Ngày vào Đảng": date(2015, 1, 1), OFFICIAL_ON: date(2016, 1, 1)}
        sync(client, listed(known, **dates))
        ids = {item["field"]: item["id"] for item in inbox(client)}

        alone = client.post(f"/proposals/{ids['admitted_on']}/accept")
        both = client.post("/proposals/accept", json={"proposal_ids": list(ids.values())})

        assert alone.status_code == 422
        assert alone.json()["errors"][0]["code"] == "before_admission"
        assert both.status_code == 200, both.text
        assert [item["status"] for item in both.json()["items"]] == ["accepted"] * 2
        [member] = rows(session, Member, Member.id == known.id)
        assert (member.admitted_on, member.official_on) == (date(2015, 1, 1), date(2016, 1, 1))

    def test_many_or_none(
        self, sign_in: SignIn, session: Session, world: World, known: Member
    ) -> None:
        client = sign_in("officer")
        [other] = rows(session, Member, Member.id == world.members[world.north_one.id][-2])
        sync(client, listed(known, **{NAME: "Tên Một"}), listed(other, **{NAME: "Tên Hai"}))
        ids = [item["id"] for item in inbox(client)]
        client.post(f"/proposals/{ids[0]}/reject", json={"reason": "Không đúng."})

        answer = client.post("/proposals/accept", json={"proposal_ids": ids})
        unseen = client.post("/proposals/accept", json={"proposal_ids": [*ids, str(known.id)]})

        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
        assert unseen.status_code == 404
        assert len(inbox(client, status="pending")) == 1

    @pytest.mark.parametrize("asked", [[], ["x"], None])
    def test_a_list_of_nothing_is_refused(self, sign_in: SignIn, asked: Any) -> None:
        answer = sign_in("officer").post("/proposals/accept", json={"proposal_ids": asked})

        assert answer.status_code == 422


class TestReject:
    def test_the_member_stays_and_the_reason_is_kept(
        self, sign_in: SignIn, session: Session, known: Member
    ) -> None:
        client = sign_in("officer")
        sync(client, listed(known, **{NAME: "Tên Sai"}))
        [item] = inbox(client)

        answer = client.post(f"/proposals/{item['id']}/reject", json={"reason": "Ghi sai dấu."})

        assert (answer.status_code, answer.json()["reason"]) == (200, "Ghi sai dấu.")
        assert rows(session, Member, Member.id == known.id)[0].full_name == known.full_name
        missing = client.post(f"/proposals/{item['id']}/reject", json={})
        assert missing.status_code == 422


class TestReach:
    def test_an_office_sees_its_own_branch(self, sign_in: SignIn, known: Member) -> None:
        sync(sign_in("officer"), listed(known, **{NAME: "Tên Mới"}))
        [item] = inbox(sign_in("branch_officer"))

        assert inbox(sign_in("sibling_officer")) == []
        refused = sign_in("sibling_officer").post(f"/proposals/{item['id']}/accept")
        assert refused.status_code == 404

    def test_of_one_unit(self, sign_in: SignIn, world: World, known: Member) -> None:
        client = sign_in("officer")
        sync(client, listed(known, **{NAME: "Tên Mới"}))

        assert len(inbox(client, organization_id=str(world.north.id))) == 1
        assert inbox(client, organization_id=str(world.south.id)) == []
        assert len(inbox(client, member_id=str(known.id), status=["pending", "accepted"])) == 1


class TestSummary:
    def test_a_month_is_counted_by_field_and_outcome(
        self, sign_in: SignIn, world: World, known: Member
    ) -> None:
        client = sign_in("officer")
        sync(client, listed(known, **{NAME: "Tên Một", OFFICIAL_ON: date(2012, 1, 2)}))
        sync(client, listed(known, **{NAME: "Tên Hai"}))
        [item] = inbox(client, status="pending")
        client.post(f"/proposals/{item['id']}/accept")

        told = client.get(
            "/proposals/summary",
            params={"period": "2026-05", "organization_id": str(world.north.id)},
        ).json()
        south = client.get(
            "/proposals/summary",
            params={"period": "2026-05", "organization_id": str(world.south.id)},
        ).json()

        found = {each.pop("field"): each for each in told["fields"]}
        assert found["full_name"] == {
            "pending": 0,
            "accepted": 1,
            "rejected": 0,
            "superseded": 1,
        }
        assert found["official_on"]["superseded"] == 1
        assert all(not sum(list(each.values())[1:]) for each in south["fields"])

    def test_a_month_is_asked_for(self, sign_in: SignIn) -> None:
        assert sign_in("officer").get("/proposals/summary").status_code == 422


class TestTakeBack:
    def test_what_waits_is_withdrawn_and_what_was_decided_holds_it(
        self, sign_in: SignIn, known: Member
    ) -> None:
        client = sign_in("officer")
        shown = sync(client, listed(known, **{NAME: "Tên Mới"}))
        assert client.post(f"/imports/{shown['id']}/take-back").status_code == 200
        assert {item["status"] for item in inbox(client)} == {"superseded"}
        again = sync(client, listed(known, **{NAME: "Tên Mới"}))
        [item] = inbox(client, status="pending")
        client.post(f"/proposals/{item['id']}/accept")

        answer = client.post(f"/imports/{again['id']}/take-back")

        assert (answer.status_code, answer.json()["code"]) == (409, "built_upon")
        assert answer.json()["reasons"][0]["reason"] == "accepted"
