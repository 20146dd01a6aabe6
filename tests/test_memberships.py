"""Which cells a member belongs and belonged to, for those who may see the member."""

from datetime import date
from uuid import uuid4

import pytest
from sqlmodel import Session

from app.models import EndReason, Membership, MembershipKind
from tests.conftest import SignIn
from tests.factories.people import make_member, make_membership
from tests.test_organizations import fault
from tests.world import World, rows


class TestSearch:
    def test_they_are_told_the_earliest_first(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        member = make_member(session, world.north_two, number=501)
        (first,) = rows(session, Membership, Membership.member_id == member.id)
        first.valid_to, first.end_reason = date(2026, 3, 1), EndReason.MOVED
        session.add(first)
        session.flush()
        make_membership(session, world.north_one, member, valid_from=date(2026, 3, 1))
        guest = {"kind": MembershipKind.TEMPORARY, "valid_from": date(2026, 4, 1)}
        make_membership(session, world.south_one, member, **guest)

        items = sign_in("officer").get(f"/memberships?member_id={member.id}").json()["items"]

        assert [
            (item["kind"], item["valid_from"], item["valid_to"], item["end_reason"])
            for item in items
        ] == [
            ("official_residence", "2026-01-05", "2026-03-01", "moved"),
            ("official_residence", "2026-03-01", None, None),
            ("temporary", "2026-04-01", None, None),
        ]

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("member", 200),
            ("secretary", 200),
            ("inspector", 200),
            ("outsider", 404),
            ("stranger", 404),
            ("administrator", 404),
        ],
    )
    def test_only_of_a_member_one_may_see(
        self, sign_in: SignIn, world: World, who: str, status: int
    ) -> None:
        query = {"member_id": str(world.people["member"].member_id)}

        answer = sign_in(who).get("/memberships", params=query)

        assert answer.status_code == status
        if status == 200:
            assert len(answer.json()["items"]) == 1

    def test_the_member_is_named(self, sign_in: SignIn) -> None:
        secretary = sign_in("secretary")

        assert fault(secretary.get("/memberships")) == (422, "/query/member_id", "required")
        assert fault(secretary.get("/memberships?member_id=x"))[2] == "not_an_id"
        assert secretary.get(f"/memberships?member_id={uuid4()}").status_code == 404
