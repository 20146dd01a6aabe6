"""Offices: who may give which, from which day they empower, and that nobody climbs by them."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from httpx2 import Response
from sqlmodel import Session

from app.models import AuditEntry, Office, Role
from tests.conftest import SignIn
from tests.factories.people import make_account, make_office, make_session
from tests.second_factors import enrol_person
from tests.test_organizations import fault
from tests.world import BEGAN, NOON, Human, World, rows

#: The first moment of 16 May in Ha Noi.
MIDNIGHT = NOON.replace(hour=17)


@pytest.fixture
def appoint(sign_in: SignIn, world: World) -> Any:
    def post(who: str, role: str, unit: str, holder: str = "member", **over: Any) -> Response:
        body = {
            "organization_id": str(getattr(world, unit).id),
            "member_id": str(world.people[holder].member_id),
            "role": role,
        }
        return sign_in(who).post("/offices", json=body | over)

    return post


def may(sign_in: SignIn, who: str, permission: str) -> bool:
    return permission in sign_in(who).get("/me").json()["permissions"]


class TestCreate:
    def test_an_office_is_given_from_today(
        self, appoint: Any, sign_in: SignIn, world: World, session: Session
    ) -> None:
        enrol_person(session, world, "member")

        answer = appoint("officer", "deputy_secretary", "north_one")

        made = answer.json()
        assert answer.status_code == 201, answer.text
        assert (made["valid_from"], made["valid_to"]) == ("2026-05-15", None)
        assert may(sign_in, "member", "meetings:schedule")
        assert len(rows(session, AuditEntry, AuditEntry.action == "office.created")) == 1

    @pytest.mark.parametrize(
        ("who", "role", "unit", "status"),
        [
            ("member", "secretary", "north_one", 403),
            ("secretary", "secretary", "north_one", 403),
            ("secretary", "committee_member", "north_one", 403),
            ("secretary", "officer", "root", 404),
            ("deputy", "secretary", "north_one", 403),
            ("overseer", "secretary", "north_one", 403),
            ("inspector", "secretary", "north_one", 403),
            ("branch_officer", "officer", "north", 201),
            ("branch_officer", "officer", "root", 404),
            ("branch_officer", "secretary", "south_one", 404),
            ("branch_officer", "administrator", "north", 403),
            ("officer", "administrator", "root", 403),
            ("officer", "inspector", "root", 201),
            ("officer", "officer", "other", 404),
            ("administrator", "administrator", "root", 201),
            ("administrator", "secretary", "north_one", 201),
            ("administrator", "administrator", "other", 404),
        ],
    )
    def test_nobody_gives_what_is_not_theirs_to_give(
        self,
        appoint: Any,
        session: Session,
        who: str,
        role: str,
        unit: str,
        status: int,
    ) -> None:
        before = len(rows(session, Office))

        answer = appoint(who, role, unit)

        assert answer.status_code == status, answer.text
        assert len(rows(session, Office)) == before + (status == 201)

    @pytest.mark.parametrize(
        ("who", "role"),
        [("officer", "inspector"), ("officer", "officer"), ("administrator", "officer")],
    )
    def test_nobody_gives_themselves_an_office(
        self, sign_in: SignIn, world: World, session: Session, who: str, role: str
    ) -> None:
        before, human = len(rows(session, Office)), world.people[who]
        holders = {"member_id": human.member_id, "account_id": human.account_id}
        named = "member_id" if human.member_id else "account_id"
        body = {"organization_id": str(world.root.id), named: str(holders[named]), "role": role}

        answer = sign_in(who).post("/offices", json=body)

        assert (answer.status_code, answer.json()["code"]) == (409, "own_office")
        assert len(rows(session, Office)) == before

    def test_nobody_gives_themselves_more_time(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        own = Office.member_id == world.people["officer"].member_id
        path = f"/offices/{rows(session, Office, own)[0].id}"
        officer = sign_in("officer")

        assert officer.patch(path, json={"valid_to": "2026-06-30"}).status_code == 200
        assert officer.patch(path, json={"valid_to": "2026-06-15"}).status_code == 200
        for later in ("2026-06-16", None):
            answer = officer.patch(path, json={"valid_to": later})
            assert (answer.status_code, answer.json()["code"]) == (409, "own_office")
        assert str(rows(session, Office, own)[0].valid_to) == "2026-06-15"

    def test_who_reads_no_members_appoints_those_of_the_branch_only(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        """An office out of reach would keep the own secretary from letting its holder back in."""
        account = make_account(session, None, password_hash="", at=BEGAN, staff_name="quantri.bac")
        login = make_session(session, account, at=BEGAN)
        make_office(session, world.north, account, role=Role.ADMINISTRATOR)
        world.people["administrator of north"] = Human(account.id, login.id)

        def given_to(who: str) -> int:
            body = {
                "organization_id": str(world.north.id),
                "member_id": str(world.people[who].member_id),
                "role": "inspector",
            }
            return sign_in("administrator of north").post("/offices", json=body).status_code

        assert [given_to(who) for who in ("outsider", "stranger", "member")] == [404, 404, 201]

    def test_an_officer_does_not_know_members_of_others(self, appoint: Any, world: World) -> None:
        answer = appoint("branch_officer", "secretary", "north_one", holder="outsider")

        assert answer.status_code == 404

    def test_staff_hold_offices_by_their_account(self, sign_in: SignIn, world: World) -> None:
        staff = {
            "organization_id": str(world.root.id),
            "account_id": str(world.people["administrator"].account_id),
            "role": "inspector",
        }
        of_a_member = staff | {"account_id": str(world.people["member"].account_id)}

        assert sign_in("officer").post("/offices", json=staff).status_code == 201
        assert may(sign_in, "administrator", "meetings:read")
        assert sign_in("officer").post("/offices", json=of_a_member).status_code == 404

    def test_there_is_one_holder(self, appoint: Any, world: World) -> None:
        account_id = str(world.people["administrator"].account_id)

        for over in ({"account_id": account_id}, {"member_id": None}):
            answer = appoint("officer", "secretary", "north_one", **over)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["code"] == "one_of"

    @pytest.mark.parametrize("role", ["king", "system", "member", ""])
    def test_a_role_is_one_of_six(self, appoint: Any, role: str) -> None:
        assert fault(appoint("officer", role, "north_one")) == (422, "/role", "unknown_value")

    @pytest.mark.parametrize(
        ("over", "place"),
        [
            ({"valid_from": "2026-05-15", "valid_to": "2026-05-15"}, "/valid_to"),
            ({"valid_from": "tomorrow"}, "/valid_from"),
            ({"permissions": ["*"]}, "/permissions"),
        ],
    )
    def test_a_wrong_field_is_named(self, appoint: Any, over: dict[str, Any], place: str) -> None:
        assert fault(appoint("officer", "secretary", "north_one", **over))[1] == place


class TestTheDaysOfAnOffice:
    def test_powers_begin_and_end_with_its_days(
        self,
        appoint: Any,
        sign_in: SignIn,
        world: World,
        session: Session,
        clock: time_machine.Traveller,
    ) -> None:
        enrol_person(session, world, "member")
        appoint("officer", "secretary", "north_one", valid_from="2026-05-16", valid_to="2026-05-18")
        body = {
            "organization_id": str(world.north_one.id),
            "title": "Sinh hoạt",
            "starts_at": "2026-06-01T14:00:00+07:00",
        }
        seen = []
        for moment in (NOON, MIDNIGHT, MIDNIGHT.replace(day=17), MIDNIGHT.replace(day=18)):
            clock.move_to(moment.replace(second=0))
            clock.shift(-1 if moment.day == 17 else 0)  # the last second of the last day
            seen.append(sign_in("member").post("/meetings", json=body).status_code)

        assert seen == [403, 201, 201, 403]

    def test_it_is_ended_by_its_last_day(
        self, sign_in: SignIn, world: World, session: Session, clock: time_machine.Traveller
    ) -> None:
        holder = Office.member_id == world.people["secretary"].member_id
        (office,) = rows(session, Office, holder)
        secretary = sign_in("secretary")

        answer = sign_in("officer").patch(f"/offices/{office.id}", json={"valid_to": "2026-05-16"})

        assert answer.status_code == 200, answer.text
        assert answer.json()["valid_to"] == "2026-05-16"
        assert may(sign_in, "secretary", "meetings:schedule")
        clock.move_to(MIDNIGHT)
        assert not may(sign_in, "secretary", "meetings:schedule")
        assert len(secretary.get("/members").json()["items"]) == 1  # the own row

    def test_an_officer_does_not_unseat_an_administrator_and_the_last_one_stays(
        self, appoint: Any, sign_in: SignIn, world: World, session: Session
    ) -> None:
        holder = Office.account_id == world.people["administrator"].account_id
        (office,) = rows(session, Office, holder)
        path, body = f"/offices/{office.id}", {"valid_to": "2026-05-16"}

        assert sign_in("officer").patch(path, json=body).status_code == 403
        last = sign_in("administrator").patch(path, json=body)
        assert (last.status_code, last.json()["code"]) == (409, "last_administrator")
        appoint("administrator", "administrator", "root")
        assert sign_in("administrator").patch(path, json=body).status_code == 200

    def test_an_office_out_of_reach_does_not_exist(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        holder = Office.member_id == world.people["outsider"].member_id
        (office,) = rows(session, Office, holder)
        for office_id in (office.id, uuid4(), "no-id"):
            answer = sign_in("branch_officer").patch(
                f"/offices/{office_id}", json={"valid_to": None}
            )
            assert answer.status_code == 404

    def test_it_does_not_end_before_it_began(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        holder = Office.member_id == world.people["secretary"].member_id
        (office,) = rows(session, Office, holder)

        answer = sign_in("officer").patch(f"/offices/{office.id}", json={"valid_to": "2026-01-04"})

        assert fault(answer) == (422, "/valid_to", "before_start")

    def test_one_given_by_mistake_is_undone_on_the_same_day(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        enrol_person(session, world, "member")
        member_id = str(world.people["member"].member_id)
        given = {"organization_id": str(world.north_one.id), "member_id": member_id}
        office = sign_in("officer").post("/offices", json=given | {"role": "secretary"}).json()
        assert "meetings:create" in sign_in("member").get("/me").json()["permissions"]

        body = {"valid_to": office["valid_from"]}
        assert sign_in("officer").patch(f"/offices/{office['id']}", json=body).status_code == 200

        assert "meetings:create" not in sign_in("member").get("/me").json()["permissions"]


class TestTheDeputy:
    def test_acts_like_the_secretary(self, sign_in: SignIn, world: World) -> None:
        powers = [sign_in(who).get("/me").json()["permissions"] for who in ("secretary", "deputy")]

        assert powers[0] == powers[1]

    def test_a_secretary_above_only_reads(self, sign_in: SignIn) -> None:
        powers, own = (
            {name for name in sign_in(who).get("/me").json()["permissions"] if ":read" not in name}
            for who in ("overseer", "member")
        )

        assert powers == own | {"members:reveal"}


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "holders"),
        [
            ("role=secretary", {"secretary", "overseer", "outsider"}),
            (
                "role=officer&role=inspector",
                {"officer", "branch_officer", "sibling_officer", "inspector"},
            ),
            ("organization_id={north_one}", {"secretary", "deputy", "committee_member"}),
            ("member_id={deputy}", {"deputy"}),
            ("on=2026-01-04", set()),
            ("on=2026-01-05&role=deputy_secretary", {"deputy"}),
        ],
    )
    def test_every_filter_narrows(
        self, sign_in: SignIn, world: World, query: str, holders: set[str]
    ) -> None:
        deputy_id = world.people["deputy"].member_id
        wanted = query.format(north_one=world.north_one.id, deputy=deputy_id)

        items = sign_in("officer").get(f"/offices?{wanted}").json()["items"]

        found = {UUID(item["member_id"]) for item in items if item["member_id"]}
        assert found == {world.people[name].member_id for name in holders}

    def test_a_unit_not_seen_is_not_found(self, sign_in: SignIn, world: World) -> None:
        answer = sign_in("secretary").get(f"/offices?organization_id={world.north.id}")

        assert answer.status_code == 404

    def test_a_member_sees_none(self, sign_in: SignIn) -> None:
        assert sign_in("member").get("/offices").json() == {"items": [], "next_cursor": None}
