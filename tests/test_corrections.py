"""A member says what is wrong about the own row: mended here, passed on, or declined."""

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import (
    AuditEntry,
    Correction,
    CorrectionField,
    CorrectionStatus,
    Member,
    Notification,
    Setting,
)
from app.schemas.findings import Check
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.corrections import make_correction
from tests.test_proposals import sync
from tests.uploads import bring_in, listed
from tests.world import World, rows

PHONE = {"field": "phone", "wanted": "0912 345 678", "text": "Tôi đã đổi số."}
NAME = {"field": "full_name", "wanted": "Nguyễn Thị Đào Mới"}


def row_of(session: Session, world: World, who: str = "member") -> Member:
    (member,) = rows(session, Member, Member.id == world.people[who].member_id)
    return member


def told(session: Session, world: World, who: str) -> list[str]:
    own = Notification.member_id == world.people[who].member_id
    return [notice.title for notice in rows(session, Notification, own)]


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestCreate:
    def test_has_its_days_and_tells_who_leads_the_cell(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        holiday = Setting(
            organization_id=world.root.id,
            name="holidays",
            value=["2026-05-18"],
            valid_from=date(2026, 1, 1),
        )
        session.add(holiday)
        session.flush()

        made = said(sign_in("member").post("/corrections", json=PHONE))

        assert (made["status"], made["wanted"], made["is_overdue"]) == (
            "pending",
            "+84912345678",
            False,
        )
        assert (made["reply_due_on"], made["due_on"]) == ("2026-05-20", "2026-06-01")
        name = row_of(session, world).full_name
        for who in ("secretary", "deputy"):
            assert told(session, world, who) == [f"{name} đề nghị đính chính số điện thoại"]
        assert told(session, world, "member") == []

    @pytest.mark.parametrize(
        ("field", "wanted"),
        [
            ("phone", "12"),
            ("phone", "+1 202 555 0100"),
            ("sex", "other"),
            ("born_on", "15/05/1980"),
            ("born_on", "1850-01-01"),
            ("personal_id", "97008000000"),
            ("personal_id", "٩٧٠٠٨٠٠٠٠٠٠١"),
            ("card_number", "thẻ"),
        ],
    )
    def test_takes_what_the_field_takes(
        self, sign_in: SignIn, session: Session, world: World, field: str, wanted: str
    ) -> None:
        refused = sign_in("member").post("/corrections", json={"field": field, "wanted": wanted})

        assert refusal(refused) == (422, "invalid")
        (error,) = refused.json()["errors"]
        assert error["pointer"] == "/wanted"
        assert wanted not in error["detail"]
        assert rows(session, Correction) == []

    def test_not_what_is_so_already_nor_twice_at_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member = sign_in("member")
        same = {"field": "personal_id", "wanted": row_of(session, world).personal_id}

        assert refusal(member.post("/corrections", json=same)) == (422, "invalid")
        first = said(member.post("/corrections", json=PHONE))
        assert refusal(member.post("/corrections", json=PHONE)) == (409, "conflict")
        said(member.post("/corrections", json=NAME))
        said(member.post(f"/corrections/{first['id']}/withdraw"))
        said(member.post("/corrections", json=PHONE))


class TestSearch:
    def test_who_leads_sees_confidential_wishes_masked(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for asked in (PHONE, NAME):
            said(sign_in("member").post("/corrections", json=asked))

        def wishes(who: str) -> list[str]:
            return [item["wanted"] for item in said(sign_in(who).get("/corrections"))["items"]]

        assert wishes("member") == [NAME["wanted"], "+84912345678"]
        for who in ("secretary", "committee_member", "officer", "inspector"):
            assert wishes(who) == [NAME["wanted"], "********5678"]
        assert wishes("outsider") == wishes("administrator") == []

    def test_by_unit_member_and_state(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        cell, (first, second) = world.north_one, world.members[world.north_one.id][3:5]
        make_correction(session, cell, first, "+84912000001")
        make_correction(session, cell, second, "+84912000002", status=CorrectionStatus.DECLINED)
        officer = sign_in("officer")

        def count(**query: Any) -> int:
            return len(said(officer.get("/corrections", params=query))["items"])

        assert count(organization_id=cell.id) == 2
        assert count(organization_id=world.south.id) == 0
        assert count(member_id=first) == 1
        assert count(status=["pending", "passed_on"]) == 1


class TestCorrect:
    def test_writes_the_telephone_unseen_and_tells_the_member(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        made = said(sign_in("member").post("/corrections", json=PHONE))

        done = said(
            sign_in("secretary").post(
                f"/corrections/{made['id']}/correct", json={"comment": "Đã gọi thử."}
            )
        )

        assert (done["status"], done["wanted"], done["comment"]) == (
            "corrected",
            "********5678",
            "Đã gọi thử.",
        )
        assert row_of(session, world).phone == "+84912345678"
        assert told(session, world, "member") == ["Đã đính chính số điện thoại của đồng chí"]
        actions = [trace.action for trace in rows(session, AuditEntry)]
        assert actions == ["correction.created", "member.changed", "correction.corrected"]

    def test_never_a_field_that_the_member_database_owns(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        before = row_of(session, world).model_dump()
        member, secretary = sign_in("member"), sign_in("secretary")
        for field, wanted in (
            ("full_name", "Tên Khác"),
            ("sex", "male"),
            ("born_on", "1980-02-02"),
            ("admitted_on", "2010-03-27"),
            ("official_on", "2011-03-27"),
            ("card_number", "970080999999"),
            ("personal_id", "970080999999"),
        ):
            made = said(member.post("/corrections", json={"field": field, "wanted": wanted}))
            refused = secretary.post(f"/corrections/{made['id']}/correct")
            assert refusal(refused) == (409, "owned_elsewhere")

        assert row_of(session, world).model_dump() == before

    def test_nobody_decides_their_own(self, sign_in: SignIn, world: World) -> None:
        made = said(sign_in("secretary").post("/corrections", json=PHONE))
        address = f"/corrections/{made['id']}"

        assert refusal(sign_in("secretary").post(f"{address}/correct")) == (403, "own_correction")
        said(sign_in("deputy").post(f"{address}/correct"))

    def test_ends_once(self, sign_in: SignIn, world: World) -> None:
        made = said(sign_in("member").post("/corrections", json=PHONE))
        address = f"/corrections/{made['id']}"
        said(sign_in("member").post(f"{address}/withdraw"))

        for verb, body in (("correct", {}), ("decline", {"comment": "Không"})):
            refused = sign_in("secretary").post(f"{address}/{verb}", json=body)
            assert refusal(refused) == (409, "invalid_transition")
            assert refused.json()["allowed"] == []


class TestPassOn:
    def test_a_list_that_says_what_was_wanted_closes_it(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        made = said(sign_in("member").post("/corrections", json=NAME))
        address = f"/corrections/{made['id']}"
        passed = said(sign_in("secretary").post(f"{address}/pass-on"))
        assert passed["status"] == "passed_on"
        assert row_of(session, world).full_name != NAME["wanted"]
        officer = sign_in("officer")

        bring_in(officer, listed(row_of(session, world)))  # the old name still
        assert said(officer.get(address))["status"] == "passed_on"
        bring_in(officer, listed(row_of(session, world), **{"Họ và tên": NAME["wanted"]}))

        assert said(officer.get(address))["status"] == "corrected"
        assert told(session, world, "member") == [
            "Đề nghị đính chính họ và tên đã được chuyển đến nơi quản lý dữ liệu",
            "Đã đính chính họ và tên của đồng chí",
        ]

    def test_so_does_a_proposal_that_is_accepted(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        made = said(sign_in("member").post("/corrections", json=NAME))
        officer = sign_in("officer")
        sync(officer, listed(row_of(session, world), **{"Họ và tên": NAME["wanted"]}))
        assert said(officer.get(f"/corrections/{made['id']}"))["status"] == "pending"
        (proposal,) = said(officer.get("/proposals", params={"status": "pending"}))["items"]

        said(officer.post(f"/proposals/{proposal['id']}/accept"))

        assert said(officer.get(f"/corrections/{made['id']}"))["status"] == "corrected"

    def test_no_list_overwrites_what_was_corrected_here(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        made = said(sign_in("member").post("/corrections", json=PHONE))
        said(sign_in("secretary").post(f"/corrections/{made['id']}/correct"))
        officer = sign_in("officer")

        bring_in(officer, listed(row_of(session, world), **{"Họ và tên": "Tên Từ Danh Sách"}))

        assert row_of(session, world).phone == "+84912345678"
        assert row_of(session, world).full_name == "Tên Từ Danh Sách"

    def test_what_is_kept_here_is_not_passed_on(self, sign_in: SignIn, world: World) -> None:
        made = said(sign_in("member").post("/corrections", json=PHONE))

        refused = sign_in("secretary").post(f"/corrections/{made['id']}/pass-on")

        assert refusal(refused) == (409, "owned_here")


def test_one_that_is_overdue_waits_in_the_cell_and_is_found(
    sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
) -> None:
    made = make_correction(
        session,
        world.north_one,
        world.members[world.north_one.id][3],
        "Tên Khác",
        field=CorrectionField.FULL_NAME,
        status=CorrectionStatus.PASSED_ON,
        due_on=date(2026, 5, 15),
    )
    officer = sign_in("officer")

    def waits() -> tuple[int, int, bool, list[str]]:
        cell = said(officer.get(f"/cells/{world.north_one.id}"))["waiting"]
        found = said(officer.get("/findings", params={"check": Check.CORRECTION_OVERDUE}))
        shown = said(officer.get(f"/corrections/{made.id}"))
        links = [item["link"] for item in found["items"]]
        return (
            cell["pending_corrections"],
            cell["overdue_corrections"],
            shown["is_overdue"],
            links,
        )

    assert waits() == (0, 0, False, [])
    clock.move_to(at("2026-05-16T00:00:00+07:00"))
    assert waits() == (0, 1, True, [f"/api/v1/corrections/{made.id}"])
