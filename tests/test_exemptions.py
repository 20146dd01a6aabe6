"""Exemptions: over their days a member counts differently; they end on a date, never vanish."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from httpx2 import Response
from sqlmodel import Session

from app.models import AuditEntry, Exemption, ExemptionKind, Figure, Member
from tests.conftest import SignIn
from tests.factories.people import make_exemption, make_member
from tests.test_organizations import fault
from tests.world import NOON, World, rows


@pytest.fixture
def exempt(sign_in: SignIn, world: World) -> Any:
    def post(who: str = "secretary", member_id: UUID | None = None, **over: Any) -> Response:
        body = {
            "member_id": str(member_id or world.people["member"].member_id),
            "kind": "exempt",
            "reason": "Tuổi cao, sức yếu",
            "decision": "12-QĐ/ĐU",
            "valid_from": "2026-05-01",
        }
        return sign_in(who).post("/exemptions", json=body | over)

    return post


def accounts_due(session: Session, world: World) -> int:
    """Members due an account in the first cell in May, as counted."""
    cell = Figure.organization_id == world.north_one.id
    (figure,) = rows(session, Figure, cell, Figure.period == "2026-05")
    return int(figure.accounts)


class TestCreate:
    @pytest.mark.parametrize("who", ["secretary", "deputy", "officer", "branch_officer"])
    def test_it_holds_from_its_first_day(
        self, exempt: Any, sign_in: SignIn, world: World, session: Session, who: str
    ) -> None:
        assert accounts_due(session, world) == 10

        answer = exempt(who)

        made = answer.json()
        assert answer.status_code == 201, answer.text
        assert made["organization_id"] == str(world.north_one.id)
        assert (made["valid_from"], made["valid_to"]) == ("2026-05-01", None)
        path = f"/members/{world.people['member'].member_id}"
        assert sign_in("secretary").get(path).json()["state"] == "exempt"
        assert accounts_due(session, world) == 9
        assert len(rows(session, AuditEntry, AuditEntry.action == "exemption.created")) == 1

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("member", 403),
            ("committee_member", 403),
            ("overseer", 403),
            ("inspector", 403),
            ("administrator", 404),
            ("outsider", 404),
        ],
    )
    def test_nobody_else_records_one(
        self, exempt: Any, session: Session, who: str, status: int
    ) -> None:
        assert exempt(who).status_code == status
        assert rows(session, Exemption) == []

    @pytest.mark.parametrize(
        ("over", "place"),
        [
            ({"valid_to": "2026-05-01"}, "/valid_to"),
            ({"kind": "tired"}, "/kind"),
            ({"valid_from": None}, "/valid_from"),
            ({"valid_from": "2101-01-01"}, "/valid_from"),
            ({"organization_id": "x"}, "/organization_id"),
            ({"reason": "x" * 501}, "/reason"),
        ],
    )
    def test_a_wrong_field_is_named(self, exempt: Any, over: dict[str, Any], place: str) -> None:
        assert fault(exempt(**over))[1] == place

    def test_it_needs_a_cell_on_its_first_day(self, exempt: Any) -> None:
        answer = exempt(valid_from="2025-12-31")

        assert (answer.status_code, answer.json()["code"]) == (409, "no_cell_then")


class TestChange:
    def test_it_ends_on_a_date(
        self,
        exempt: Any,
        sign_in: SignIn,
        world: World,
        session: Session,
        clock: time_machine.Traveller,
    ) -> None:
        made = exempt().json()
        path = f"/members/{world.people['member'].member_id}"

        answer = sign_in("secretary").patch(
            f"/exemptions/{made['id']}", json={"valid_to": "2026-05-16"}
        )

        assert answer.status_code == 200, answer.text
        assert sign_in("secretary").get(path).json()["state"] == "exempt"
        clock.move_to(NOON.replace(hour=17))
        assert sign_in("secretary").get(path).json()["state"] == "active"
        assert accounts_due(session, world) == 10

    def test_one_recorded_by_mistake_is_emptied(
        self, exempt: Any, sign_in: SignIn, world: World, session: Session
    ) -> None:
        made = exempt().json()
        assert accounts_due(session, world) == 9

        answer = sign_in("secretary").patch(
            f"/exemptions/{made['id']}", json={"valid_to": made["valid_from"]}
        )

        assert answer.status_code == 200, answer.text
        assert accounts_due(session, world) == 10

    def test_only_its_end_changes(self, exempt: Any, sign_in: SignIn) -> None:
        path = f"/exemptions/{exempt().json()['id']}"

        for body, place in (
            ({}, "/valid_to"),
            ({"valid_to": None, "kind": "suspended"}, "/kind"),
            ({"valid_to": "2026-04-30"}, "/valid_to"),
        ):
            assert fault(sign_in("secretary").patch(path, json=body))[1] == place

    def test_whoever_may_only_read_is_forbidden_and_others_see_nothing(
        self, exempt: Any, sign_in: SignIn
    ) -> None:
        path = f"/exemptions/{exempt().json()['id']}"
        for who, status in (("member", 403), ("inspector", 403), ("outsider", 404)):
            assert sign_in(who).patch(path, json={"valid_to": None}).status_code == status
        assert (
            sign_in("secretary").patch(f"/exemptions/{uuid4()}", json={"valid_to": None})
        ).status_code == 404


class TestSearch:
    def test_every_filter_narrows(self, sign_in: SignIn, world: World, session: Session) -> None:
        first = make_member(session, world.north_one, number=501)
        second = make_member(session, world.south_one, number=502)
        old = make_exemption(session, world.north_one, first, valid_to=date(2026, 3, 1))
        held = make_exemption(session, world.south_one, second, kind=ExemptionKind.SUSPENDED)

        def found(query: str) -> set[UUID]:
            items = sign_in("officer").get(f"/exemptions?{query}").json()["items"]
            return {UUID(item["id"]) for item in items}

        assert found("") == {old.id, held.id}
        assert found(f"member_id={first.id}") == {old.id}
        assert found(f"organization_id={world.south.id}") == {held.id}
        assert found("kind=suspended&kind=detained") == {held.id}
        assert found("on=2026-02-28") == {old.id, held.id}
        assert found("on=2026-03-01") == {held.id}

    def test_a_member_sees_the_own_ones_only(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        own_id = world.people["member"].member_id
        (member,) = rows(session, Member, Member.id == own_id)
        own = make_exemption(session, world.north_one, member)
        make_exemption(session, world.north_one, make_member(session, world.north_one, number=501))

        items = sign_in("member").get("/exemptions").json()["items"]

        assert [item["id"] for item in items] == [str(own.id)]
