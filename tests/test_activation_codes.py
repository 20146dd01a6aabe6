"""Personal codes: made for those without an account, told once, void when a newer one is made."""

from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session

from app.models import ActivationCode, AuditEntry, Member, Membership, MembershipKind, Role
from tests.conftest import SignIn
from tests.factories.people import make_member, make_membership, make_office
from tests.test_auth import DAY
from tests.world import NOON, World, rows

WITHOUT_ACCOUNT = 5  # in the first cell


def newest(world: World) -> UUID:
    return world.members[world.north_one.id][-1]


class TestCreate:
    def test_by_organization_it_skips_the_activated(self, sign_in: SignIn, world: World) -> None:
        answer = sign_in("secretary").post(
            "/activation-codes", json={"organization_id": str(world.north_one.id)}
        )

        items = answer.json()["items"]
        assert answer.status_code == 201, answer.text
        expected = world.members[world.north_one.id][-WITHOUT_ACCOUNT:]
        assert {item["member_id"] for item in items} == {str(member_id) for member_id in expected}
        assert set(items[0]) == {"member_id", "full_name", "card_number", "code", "expires_at"}
        assert {item["expires_at"] for item in items} == {"2026-05-29T05:00:00Z"}

    def test_for_a_unit_above_it_takes_all_below(self, sign_in: SignIn, world: World) -> None:
        answer = sign_in("branch_officer").post(
            "/activation-codes", json={"organization_id": str(world.north.id)}
        )

        assert len(answer.json()["items"]) == WITHOUT_ACCOUNT + 1  # one more in the second cell

    def test_somebody_with_a_temporary_membership_too_gets_one_code(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        (residence,) = rows(session, Membership, Membership.member_id == newest(world))
        (guest,) = rows(session, Member, Member.id == residence.member_id)
        make_membership(session, world.north_two, guest, kind=MembershipKind.TEMPORARY)

        answer = sign_in("branch_officer").post(
            "/activation-codes", json={"organization_id": str(world.north.id)}
        )

        told = [item["member_id"] for item in answer.json()["items"]]
        assert told.count(str(residence.member_id)) == 1

    def test_by_name_each_once_in_the_order_given(self, sign_in: SignIn, world: World) -> None:
        wanted = [str(member_id) for member_id in world.members[world.north_one.id][:-4:-1]]

        answer = sign_in("secretary").post(
            "/activation-codes", json={"member_ids": [*wanted, wanted[0]]}
        )

        assert [item["member_id"] for item in answer.json()["items"]] == wanted

    def test_one_foreign_id_refuses_them_all(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        secretary = sign_in("secretary")
        for foreign in (world.members[world.south_one.id][-1], uuid4()):
            answer = secretary.post(
                "/activation-codes", json={"member_ids": [str(newest(world)), str(foreign)]}
            )
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

        assert rows(session, ActivationCode) == []

    def test_nobody_opens_an_office_above_their_own(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = str(world.people["officer"].member_id)  # a member of the first cell
        (lead,) = rows(session, Member, Member.id == newest(world))
        make_office(session, world.south, lead, role=Role.OFFICER, valid_from=NOON.date() + DAY)

        named = sign_in("secretary").post("/activation-codes", json={"member_ids": [officer]})
        unit = {"organization_id": str(world.north_one.id)}
        items = sign_in("secretary").post("/activation-codes", json=unit).json()["items"]
        above = sign_in("officer").post("/activation-codes", json={"member_ids": [str(lead.id)]})

        assert (named.status_code, named.json()["code"]) == (403, "forbidden")
        assert str(lead.id) not in {item["member_id"] for item in items}
        assert above.status_code == 201

    def test_who_may_only_read_is_forbidden(self, sign_in: SignIn, world: World) -> None:
        for body in (
            {"member_ids": [str(newest(world))]},
            {"organization_id": str(world.north_one.id)},
        ):
            assert sign_in("inspector").post("/activation-codes", json=body).status_code == 403

    def test_exactly_one_of_both_is_asked(self, sign_in: SignIn, world: World) -> None:
        both = {"organization_id": str(world.north_one.id), "member_ids": [str(newest(world))]}
        refused: list[dict[str, Any]] = [{}, both, {"member_ids": []}]
        for body in (*refused, {"member_ids": [str(newest(world))] * 1001}):
            assert sign_in("secretary").post("/activation-codes", json=body).status_code == 422

    def test_the_answer_is_told_once(self, sign_in: SignIn, world: World, session: Session) -> None:
        body = {"member_ids": [str(newest(world))]}
        key = {"idempotency-key": "print the slips"}
        secretary = sign_in("secretary")

        first = secretary.post("/activation-codes", json=body, headers=key)
        second = secretary.post("/activation-codes", json=body, headers=key)

        assert first.status_code == 201
        assert (second.status_code, second.json()["code"]) == (409, "already_answered")
        assert len(rows(session, ActivationCode)) == 1

    def test_every_code_leaves_a_trace_that_does_not_tell_it(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        answer = sign_in("secretary").post(
            "/activation-codes", json={"organization_id": str(world.north_one.id)}
        )

        traces = rows(session, AuditEntry, AuditEntry.action == "activation_code.created")
        assert {str(trace.subject_id) for trace in traces} == {
            item["member_id"] for item in answer.json()["items"]
        }
        for item in answer.json()["items"]:
            assert all(item["code"] not in str(trace.details) for trace in traces)


class TestAccountState:
    def state(self, sign_in: SignIn, world: World) -> str:
        answer = sign_in("secretary").get(f"/members/{newest(world)}")
        state: str = answer.json()["account_state"]
        return state

    def test_none_then_invited_then_activated(self, sign_in: SignIn, world: World) -> None:
        states = [self.state(sign_in, world)]
        slip = (
            sign_in("secretary")
            .post("/activation-codes", json={"member_ids": [str(newest(world))]})
            .json()["items"][0]
        )
        states.append(self.state(sign_in, world))
        body = {
            "card_number": slip["card_number"],
            "activation_code": slip["code"],
            "password": "câu mật khẩu mới rất dài",
        }
        assert sign_in("secretary").post("/auth/activate", json=body).status_code == 200
        states.append(self.state(sign_in, world))

        assert states == ["none", "invited", "activated"]


def test_whoever_only_stays_for_a_time_is_invited_where_they_stay(
    sign_in: SignIn, world: World, session: Session
) -> None:
    guest = make_member(session, None, number=501)
    make_membership(session, world.north_one, guest, kind=MembershipKind.TEMPORARY)

    answer = sign_in("secretary").post("/activation-codes", json={"member_ids": [str(guest.id)]})

    assert answer.status_code == 201, answer.text
    (code,) = rows(session, ActivationCode)
    assert code.organization_id == world.north_one.id
