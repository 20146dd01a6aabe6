"""Members are found by any spelling, in any state, on any day, by those who reach them."""

import unicodedata
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlmodel import Session

from app.models import EndReason, ExemptionKind
from tests.conftest import SignIn
from tests.factories.people import make_exemption, make_member
from tests.test_members import leave
from tests.test_organizations import fault
from tests.world import World


def names(answer: Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["full_name"] for item in answer.json()["items"]]


def ids(answer: Response) -> set[UUID]:
    assert answer.status_code == 200, answer.text
    return {UUID(item["id"]) for item in answer.json()["items"]}


class TestSearch:
    @pytest.mark.parametrize(
        ("who", "seen"),
        [
            ("member", 1),
            ("secretary", 10),
            ("committee_member", 10),
            ("overseer", 14),
            ("branch_officer", 14),
            ("officer", 18),
            ("inspector", 18),
            ("stranger", 3),
            ("administrator", 0),
        ],
    )
    def test_everybody_sees_their_own(self, sign_in: SignIn, who: str, seen: int) -> None:
        assert len(names(sign_in(who).get("/members?limit=200"))) == seen

    @pytest.mark.parametrize(
        "text", ["nguyen thi dao", "Nguyễn Thị Đào", "NGUYỄN THỊ ĐÀO", "thi dao", "đao 501"]
    )
    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_every_spelling_finds_the_name(
        self, sign_in: SignIn, world: World, session: Session, text: str, form: Any
    ) -> None:
        made = make_member(session, world.north_one, number=501, full_name="Nguyễn Thị Đào 501")
        query = {"text": unicodedata.normalize(form, text)}

        assert made.id in ids(sign_in("secretary").get("/members", params=query))

    @pytest.mark.parametrize("text", ["%", "_", "100%", "\\", "Đào'", "nobody"])
    def test_no_letter_of_a_text_is_a_wildcard(self, sign_in: SignIn, text: str) -> None:
        assert names(sign_in("officer").get("/members", params={"text": text})) == []

    def test_they_come_in_the_order_of_vietnamese_names(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        wanted = ["Vũ Ân", "Hoàng Dào", "Hoàng Đào", "Lý Hoa", "Lý Hòa", "Trần Tư"]
        for number, name in enumerate(reversed(wanted)):
            make_member(session, world.other_one, number=501 + number, full_name=name)

        found = names(sign_in("stranger").get("/members"))

        assert [name for name in found if name in wanted] == wanted

    def test_a_unit_means_it_and_all_below(self, sign_in: SignIn, world: World) -> None:
        query = {"organization_id": str(world.north.id), "limit": "200"}

        found = ids(sign_in("officer").get("/members", params=query))

        assert found == {
            *world.members[world.north_one.id],
            *world.members[world.north_two.id],
        }

    def test_a_foreign_unit_is_not_found(self, sign_in: SignIn, world: World) -> None:
        for foreign in (world.south.id, uuid4()):
            query = {"organization_id": str(foreign)}
            assert sign_in("branch_officer").get("/members", params=query).status_code == 404

    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            (ExemptionKind.EXEMPT, "exempt"),
            (ExemptionKind.SUSPENDED, "suspended"),
            (ExemptionKind.INTERRUPTED, "interrupted"),
            (ExemptionKind.IN_TRANSIT, "in_transit"),
        ],
    )
    def test_by_state(
        self, sign_in: SignIn, world: World, session: Session, kind: ExemptionKind, state: str
    ) -> None:
        made = make_member(session, world.north_one, number=501)
        make_exemption(session, world.north_one, made, kind=kind)
        secretary = sign_in("secretary")

        assert ids(secretary.get(f"/members?status={state}")) == {made.id}
        assert made.id not in ids(secretary.get("/members?status=active"))
        assert made.id in ids(secretary.get(f"/members?status=active&status={state}"))

    @pytest.mark.parametrize("reason", [EndReason.DECEASED, EndReason.LEFT])
    def test_who_is_gone_stays_to_be_found(
        self, sign_in: SignIn, world: World, session: Session, reason: EndReason
    ) -> None:
        made = make_member(session, world.north_one, number=501)
        leave(session, made, reason, date(2026, 5, 1))
        secretary = sign_in("secretary")

        assert ids(secretary.get(f"/members?status={reason}")) == {made.id}
        below = f"organization_id={world.north_one.id}"
        assert ids(secretary.get(f"/members?status={reason}&{below}")) == {made.id}
        assert made.id not in ids(secretary.get("/members"))
        seen = secretary.get(f"/members/{made.id}").json()
        assert (seen["state"], seen["organization_id"]) == (reason, str(world.north_one.id))

    def test_by_account_state(self, sign_in: SignIn, world: World) -> None:
        secretary = sign_in("secretary")
        invited = world.members[world.north_one.id][-1]
        secretary.post("/activation-codes", json={"member_ids": [str(invited)]})

        def count(*states: str) -> int:
            query = "&".join(f"account_state={state}" for state in states)
            return len(ids(secretary.get(f"/members?{query}")))

        assert ids(secretary.get("/members?account_state=invited")) == {invited}
        assert (count("none"), count("activated"), count("locked", "disabled")) == (4, 5, 0)
        assert count("none", "invited", "activated") == 10

    def test_on_a_day_those_who_belonged_then(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        late = make_member(session, world.north_one, number=501, joined_on=date(2026, 3, 1))
        secretary = sign_in("secretary")

        assert late.id in ids(secretary.get("/members?on=2026-03-01"))
        assert late.id not in ids(secretary.get("/members?on=2026-02-28"))
        assert ids(secretary.get("/members?on=2025-01-01")) == set()

    @pytest.mark.parametrize(
        ("query", "place"),
        [
            ("limit=201", "/query/limit"),
            ("status=retired", "/query/status/0"),
            ("account_state=x", "/query/account_state/0"),
            ("on=0", "/query/on"),
            ("on=2026-02-30", "/query/on"),
            ("on=2026-05-15T00:00:00", "/query/on"),
            ("on=1899-12-31", "/query/on"),
            ("organization_id=north", "/query/organization_id"),
            ("text=", "/query/text"),
            ("text=%00", "/query/text"),
            ("text=" + "a" * 101, "/query/text"),
            ("card_number=970080000001", "/query/card_number"),
        ],
    )
    def test_a_wrong_filter_is_named(self, sign_in: SignIn, query: str, place: str) -> None:
        assert fault(sign_in("secretary").get(f"/members?{query}"))[1] == place

    def test_page_by_page_nobody_is_lost_or_told_twice(self, sign_in: SignIn) -> None:
        officer = sign_in("officer")
        whole = names(officer.get("/members?limit=200"))
        parts: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": "5"} | ({"cursor": cursor} if cursor else {})
            answer = officer.get("/members", params=query)
            parts += names(answer)
            cursor = answer.json()["next_cursor"]
            assert ("link" in answer.headers) == (cursor is not None)

        assert parts == whole
