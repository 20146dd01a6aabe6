"""Accounts as administrators keep them: made by a code, disabled, let in again; nobody climbs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, col, update

from app.models import (
    Account,
    AccountSession,
    AuditEntry,
    Notification,
    NotificationKind,
    Role,
    StaffCode,
)
from tests.conftest import SignIn
from tests.factories.people import enrol, make_account, make_office
from tests.test_auth import NEW_PASSWORD, ask_who_am_i, log_in
from tests.world import BEGAN, NOON, World, rows

WHY = {"reason": "Mất điện thoại"}


@pytest.fixture
def invite(sign_in: SignIn, world: World) -> Callable[..., Response]:
    def post(unit: str = "north", name: str = "van.phong", who: str = "administrator") -> Response:
        body = {"staff_name": name, "organization_id": str(getattr(world, unit).id)}
        return sign_in(who).post("/accounts", json=body)

    return post


def open_by(client: TestClient, invited: Response, **overrides: Any) -> Response:
    told = invited.json()
    body = {
        "card_number": told["staff_name"],
        "activation_code": told["code"],
        "password": NEW_PASSWORD,
    }
    return client.post("/auth/activate", json=body | overrides)


def act(sign_in: SignIn, world: World, verb: str, whose: str, who: str = "administrator") -> Any:
    account_id = world.people[whose].account_id
    return sign_in(who).post(f"/accounts/{account_id}/{verb}", json=WHY)


def actions(session: Session, account_id: object) -> list[str]:
    return [row.action for row in rows(session, AuditEntry, AuditEntry.subject_id == account_id)]


class TestCreate:
    def test_staff_are_invited_and_open_the_account_by_a_code(
        self, invite: Callable[..., Response], client: TestClient, sign_in: SignIn, world: World
    ) -> None:
        invited = invite()
        told = invited.json()
        assert invited.status_code == 201, invited.text
        assert (told["state"], told["expires_at"]) == ("invited", "2026-05-16T05:00:00Z")
        assert log_in(client, "van.phong").status_code == 401

        opened = open_by(client, invited)

        assert opened.status_code == 200, opened.text
        assert ask_who_am_i(client, opened).json()["account"]["staff_name"] == "van.phong"
        assert log_in(client, "van.phong", password=NEW_PASSWORD).status_code == 200
        line = sign_in("administrator").get(f"/accounts/{told['id']}").json()
        assert (line["state"], line["organization_id"]) == ("activated", str(world.north.id))

    def test_a_code_of_staff_is_good_once_for_a_day_and_the_newest_only(
        self,
        invite: Callable[..., Response],
        client: TestClient,
        sign_in: SignIn,
        clock: time_machine.Traveller,
    ) -> None:
        first = invite()
        code = f"/accounts/{first.json()['id']}/code"
        second = sign_in("administrator").post(code)
        assert second.status_code == 201, second.text
        assert open_by(client, first).status_code == 410
        assert open_by(client, second).status_code == 200
        assert open_by(client, second).status_code == 410

        third = sign_in("administrator").post(code)
        assert third.json()["state"] == "activated"
        clock.shift(timedelta(hours=24))
        assert open_by(client, third).status_code == 410

    def test_to_come_back_ends_the_sessions_of_before(
        self, invite: Callable[..., Response], client: TestClient, sign_in: SignIn
    ) -> None:
        invited = invite()
        before = open_by(client, invited)

        again = sign_in("administrator").post(f"/accounts/{invited.json()['id']}/code")
        assert open_by(client, again, password=f"{NEW_PASSWORD} khác").status_code == 200

        assert ask_who_am_i(client, before).status_code == 401
        assert log_in(client, "van.phong", password=NEW_PASSWORD).status_code == 401

    def test_a_name_is_taken_once_and_never_reads_as_a_number(
        self, invite: Callable[..., Response]
    ) -> None:
        assert invite(name="quantri").status_code == 409
        for name in ("0912345678", "Văn phòng", "vp", "VANPHONG"):
            assert invite(name=name).status_code == 422

    def test_the_code_is_kept_as_a_digest_and_in_no_trace(
        self, invite: Callable[..., Response], session: Session
    ) -> None:
        code = invite().json()["code"]

        (kept,) = rows(session, StaffCode)
        assert code.encode() not in kept.digest
        assert all(code not in str(trace.details) for trace in rows(session, AuditEntry))

    def test_members_come_back_through_their_secretary(self, sign_in: SignIn, world: World) -> None:
        answer = act(sign_in, world, "code", "member")
        assert answer.status_code == 422  # takes no body
        url = f"/accounts/{world.people['member'].account_id}/code"
        answer = sign_in("administrator").post(url)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_staff")


class TestSearch:
    def test_members_by_name_and_staff_by_theirs_and_nothing_confidential(
        self, sign_in: SignIn, world: World, session: Session, invite: Callable[..., Response]
    ) -> None:
        invite()
        administrator = sign_in("administrator")

        unit = {"organization_id": str(world.north_one.id)}
        found = administrator.get("/accounts", params=unit | {"text": "binh"}).json()["items"]
        staff = administrator.get("/accounts", params={"text": "van.p"}).json()["items"]
        invited = administrator.get("/accounts", params={"state": "invited"}).json()["items"]

        assert found
        assert all("Bình" in line["full_name"] for line in found)
        assert [line["staff_name"] for line in staff] == ["van.phong"]
        assert invited == staff
        assert not {"card_number", "phone", "personal_id", "password_hash"} & set(found[0])

    def test_another_tree_is_not_seen(self, sign_in: SignIn, world: World) -> None:
        administrator = sign_in("administrator")
        foreign = world.people["stranger"].account_id

        assert administrator.get(f"/accounts/{foreign}").status_code == 404
        items = administrator.get("/accounts", params={"limit": 200}).json()["items"]
        assert str(foreign) not in {line["id"] for line in items}


class TestDisable:
    def test_it_is_out_at_once_and_comes_back_only_by_signing_in(
        self, sign_in: SignIn, client: TestClient, world: World, session: Session
    ) -> None:
        card_number = world.people["member"].card_number

        disabled = act(sign_in, world, "disable", "member")
        assert (disabled.status_code, disabled.json()["state"]) == (200, "disabled")
        assert sign_in("member").get("/me").status_code == 401
        assert log_in(client, card_number).status_code == 401
        again = act(sign_in, world, "disable", "member")
        assert (again.status_code, again.json()["allowed"]) == (409, ["unlock"])

        unlocked = act(sign_in, world, "unlock", "member")
        assert (unlocked.status_code, unlocked.json()["state"]) == (200, "activated")
        assert sign_in("member").get("/me").status_code == 401
        assert log_in(client, card_number).status_code == 200
        assert act(sign_in, world, "unlock", "member").status_code == 409
        done = actions(session, world.people["member"].account_id)
        assert done == ["account.disabled", "account.unlocked"]
        told = rows(session, Notification, Notification.kind == NotificationKind.SECURITY)
        assert len(told) == 2
        assert all(WHY["reason"] in notice.body for notice in told)

    def test_nobody_acts_on_the_own_account_or_on_an_office_beyond(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        (officer,) = rows(session, Account, Account.id == world.people["branch_officer"].account_id)
        staff = make_account(
            session, None, password_hash="-", at=BEGAN, staff_name="xa", unit_id=world.north.id
        )
        make_office(session, world.other, staff, role=Role.OFFICER)

        assert act(sign_in, world, "disable", "administrator").status_code == 403
        beyond = sign_in("administrator").post(f"/accounts/{staff.id}/disable", json=WHY)
        assert (beyond.status_code, beyond.json()["code"]) == (403, "forbidden")
        assert act(sign_in, world, "disable", "branch_officer").status_code == 200
        assert act(sign_in, world, "disable", "stranger").status_code == 404
        assert officer.disabled_at is None  # as it was read

    def test_who_is_no_administrator_finds_no_accounts(self, sign_in: SignIn, world: World) -> None:
        for who in ("member", "secretary", "officer", "inspector"):
            assert act(sign_in, world, "disable", "deputy", who).status_code == 404
            assert sign_in(who).get("/accounts").json()["items"] == []


class TestUnlock:
    def test_a_locked_account_is_let_in_without_waiting(
        self, sign_in: SignIn, client: TestClient, world: World, session: Session
    ) -> None:
        card_number = world.people["member"].card_number
        for _ in range(6):
            refused = log_in(client, card_number, password="sai mật khẩu rồi nhé")
        assert refused.status_code == 429
        session.execute(
            update(Account)
            .where(col(Account.id) == world.people["member"].account_id)
            .values(locked_at=BEGAN)
        )

        line = act(sign_in, world, "unlock", "member").json()

        assert (line["state"], line["locked_at"]) == ("activated", None)
        assert log_in(client, card_number).status_code == 200


class TestResetTotp:
    def test_a_lost_factor_is_taken_away_with_every_session(
        self, sign_in: SignIn, client: TestClient, world: World
    ) -> None:
        card_number = world.people["secretary"].card_number
        assert log_in(client, card_number).json()["code"] == "totp_required"

        line = act(sign_in, world, "reset-totp", "secretary")

        assert (line.status_code, line.json()["is_enrolled"]) == (200, False)
        assert sign_in("secretary").get("/me").status_code == 401
        entered = log_in(client, card_number)
        assert entered.status_code == 200
        assert ask_who_am_i(client, entered).json()["code"] == "totp_enrolment_required"
        again = act(sign_in, world, "reset-totp", "secretary")
        assert (again.status_code, again.json()["allowed"]) == (409, ["disable"])


class TestTwoPeople:
    def test_a_code_and_a_factor_taken_away_come_from_two_administrators(
        self,
        invite: Callable[..., Response],
        client: TestClient,
        sign_in: SignIn,
        session: Session,
        clock: time_machine.Traveller,
    ) -> None:
        """Together they would open an account of staff to the one who did both."""
        clock.move_to(NOON - timedelta(days=8))
        account = self.enrolled(client, session, invite(name="mot"))
        other = self.enrolled(client, session, invite(name="hai"))
        administrator = sign_in("administrator")
        clock.move_to(NOON)

        assert administrator.post(f"/accounts/{account}/reset-totp", json=WHY).status_code == 200
        refused = administrator.post(f"/accounts/{account}/code")
        assert (refused.status_code, refused.json()["code"]) == (409, "second_person_needed")

        assert administrator.post(f"/accounts/{other}/code").status_code == 201
        refused = administrator.post(f"/accounts/{other}/reset-totp", json=WHY)
        assert (refused.status_code, refused.json()["code"]) == (409, "second_person_needed")

    def enrolled(self, client: TestClient, session: Session, invited: Response) -> str:
        open_by(client, invited)
        (account,) = rows(session, Account, col(Account.id) == UUID(invited.json()["id"]))
        enrol(session, account)
        return str(account.id)


class TestProof:
    @pytest.mark.parametrize("verb", ["disable", "unlock", "reset-totp"])
    def test_every_step_needs_a_fresh_proof_after_the_fetch(
        self, sign_in: SignIn, world: World, session: Session, verb: str
    ) -> None:
        forget_proofs(session)

        refused = act(sign_in, world, verb, "member")
        unseen = act(sign_in, world, verb, "stranger")

        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
        assert unseen.status_code == 404

    def test_so_do_new_accounts_offices_and_opened_months(
        self, sign_in: SignIn, world: World, session: Session, invite: Callable[..., Response]
    ) -> None:
        forget_proofs(session)
        office = {
            "organization_id": str(world.north_one.id),
            "member_id": str(world.people["member"].member_id),
            "role": "secretary",
        }
        month = {"organization_id": str(world.north.id), "reason": "Sửa số liệu"}

        answers = [
            invite(),
            sign_in("officer").post("/offices", json=office),
            sign_in("officer").post("/periods/2026-04/unlock", json=month),
        ]

        assert [answer.json()["code"] for answer in answers] == ["step_up_required"] * 3


def forget_proofs(session: Session) -> None:
    session.execute(update(AccountSession).values(proved_at=None))
