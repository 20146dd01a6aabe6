"""Members: found by any spelling, seen masked, entered and changed with care."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from httpx2 import Response
from sqlmodel import Session

from app.models import (
    AuditEntry,
    EndReason,
    Member,
    Membership,
    MembershipKind,
    Organization,
)
from tests.conftest import SignIn
from tests.factories.people import make_member, make_membership
from tests.test_organizations import fault
from tests.world import NOON, World, rows


def leave(session: Session, member: Member, reason: EndReason, on: date) -> None:
    (membership,) = rows(session, Membership, Membership.member_id == member.id)
    membership.valid_to, membership.end_reason = on, reason
    session.add(membership)
    session.flush()


class TestMasks:
    def test_others_see_the_last_four_characters(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        made = make_member(session, world.north_one, number=501, phone="+84912345678")
        for who in ("secretary", "officer", "inspector", "committee_member", "overseer"):
            seen = sign_in(who).get(f"/members/{made.id}").json()
            assert (seen["card_number"], seen["personal_id"], seen["phone"]) == (
                "********0501",
                "********0501",
                "********5678",
            )

    def test_ones_own_row_is_in_clear_in_a_list_too(self, sign_in: SignIn, world: World) -> None:
        person = world.people["secretary"]
        items = sign_in("secretary").get("/members").json()["items"]

        clear = {item["id"]: item["card_number"] for item in items if item["card_number"][0] != "*"}

        assert clear == {str(person.member_id): person.card_number}

    def test_confidential_fields_lie_encrypted(self, world: World, session: Session) -> None:
        person = world.people["member"]
        (row,) = rows(session, Member, Member.id == person.member_id)
        assert person.card_number
        stored = b"".join(value for value in vars(row).values() if isinstance(value, bytes))

        assert person.card_number.encode() not in stored
        assert row.card_number_index != row.personal_id_index


class TestGet:
    def test_a_foreign_member_is_missing_byte_for_byte(self, sign_in: SignIn, world: World) -> None:
        secretary = sign_in("secretary")
        headers = {"x-request-id": "the-same-id"}

        foreign = secretary.get(f"/members/{world.people['outsider'].member_id}", headers=headers)
        missing = secretary.get(f"/members/{uuid4()}", headers=headers)

        assert (foreign.status_code, foreign.content) == (404, missing.content)
        volatile = {"date"}
        assert {k: v for k, v in foreign.headers.items() if k not in volatile} == {
            k: v for k, v in missing.headers.items() if k not in volatile
        }

    def test_an_unchanged_member_needs_no_second_reading(
        self, sign_in: SignIn, world: World
    ) -> None:
        path = f"/members/{world.people['member'].member_id}"
        etag = sign_in("secretary").get(path).headers["etag"]

        answer = sign_in("secretary").get(path, headers={"if-none-match": etag})

        assert (answer.status_code, answer.content) == (304, b"")

    @pytest.mark.parametrize(
        ("told", "status"), [('W/{}, "77"', 304), ("*", 304), ('"77"', 200), ("", 200)]
    )
    def test_any_of_the_versions_told_will_do(
        self, sign_in: SignIn, world: World, told: str, status: int
    ) -> None:
        path = f"/members/{world.people['member'].member_id}"
        etag = sign_in("secretary").get(path).headers["etag"]

        headers = {"if-none-match": told.format(etag)}
        assert sign_in("secretary").get(path, headers=headers).status_code == status

    def test_a_list_has_no_version_to_be_known(self, sign_in: SignIn) -> None:
        answer = sign_in("secretary").get("/members", headers={"if-none-match": ""})

        assert (answer.status_code, bool(answer.json()["items"])) == (200, True)


class TestCreate:
    def create(
        self, sign_in: SignIn, world: World, who: str = "secretary", **over: Any
    ) -> Response:
        body = {
            "full_name": "Trần Thị Mới",
            "sex": "female",
            "born_on": "1990-05-15",
            "admitted_on": "2020-02-03",
            "official_on": "2021-02-03",
            "card_number": "970080000777",
            "personal_id": "970080000777",
            "phone": "0987.654.321",
            "organization_id": str(world.north_one.id),
        }
        return sign_in(who).post("/members", json=body | over)

    @pytest.mark.parametrize("who", ["secretary", "deputy", "officer", "branch_officer"])
    def test_a_member_enters_a_cell(
        self, sign_in: SignIn, world: World, session: Session, who: str
    ) -> None:
        answer = self.create(sign_in, world, who)

        made = answer.json()
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"/api/v1/members/{made['id']}"
        assert (made["standing"], made["state"], made["account_state"]) == (
            "official",
            "active",
            "none",
        )
        assert (made["phone"], made["organization_id"]) == (
            "********4321",
            str(world.north_one.id),
        )
        (membership,) = rows(session, Membership, Membership.member_id == UUID(made["id"]))
        assert membership.valid_from == date(2026, 5, 15)
        (row,) = rows(session, Member, Member.id == UUID(made["id"]))
        assert row.phone == "+84987654321"

    def test_without_an_official_date_one_is_probationary(
        self, sign_in: SignIn, world: World
    ) -> None:
        made = self.create(sign_in, world, official_on=None).json()

        assert made["standing"] == "probationary"

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("member", 403),
            ("committee_member", 403),
            ("overseer", 403),
            ("inspector", 403),
            ("administrator", 403),
            ("outsider", 404),
            ("stranger", 404),
        ],
    )
    def test_nobody_else_enters_members(
        self, sign_in: SignIn, world: World, session: Session, who: str, status: int
    ) -> None:
        before = len(rows(session, Member))

        assert self.create(sign_in, world, who).status_code == status
        assert len(rows(session, Member)) == before

    def test_an_identity_is_taken_once_wherever_it_is(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        make_member(session, world.other_one, number=777, phone="+84987654321")
        fresh = {"card_number": "123456", "personal_id": "970080000778", "phone": None}
        taken = {"personal_id": "970080000777", "phone": "+84 987654321"}
        for name, value in taken.items():
            answer = self.create(sign_in, world, "secretary", **(fresh | {name: value}))
            assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), name
        whole = self.create(sign_in, world, phone=None)
        assert whole.status_code == 409
        assert self.create(sign_in, world, "secretary", **fresh).status_code == 201

    def test_only_cells_take_members(self, sign_in: SignIn, world: World) -> None:
        answer = self.create(sign_in, world, "officer", organization_id=str(world.north.id))

        assert fault(answer) == (422, "/organization_id", "not_a_cell")

    def test_a_closed_cell_takes_nobody(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        (cell,) = rows(session, Organization, Organization.id == world.north_one.id)
        cell.valid_to = date(2026, 5, 15)
        session.add(cell)
        session.flush()

        answer = self.create(sign_in, world, "officer")

        assert fault(answer) == (422, "/organization_id", "unit_not_valid")

    @pytest.mark.parametrize(
        ("over", "place", "code"),
        [
            ({"born_on": "2002-02-04"}, "/admitted_on", "too_young"),
            ({"official_on": "2020-02-02"}, "/official_on", "before_admission"),
            (
                {"admitted_on": "2026-05-16", "official_on": None},
                "/admitted_on",
                "in_the_future",
            ),
            ({"card_number": "12345"}, "/card_number", "wrong_format"),
            ({"personal_id": "97008000077"}, "/personal_id", "wrong_format"),
            ({"personal_id": "97008000077٣"}, "/personal_id", "wrong_format"),
            ({"personal_id": 970080000777}, "/personal_id", "not_text"),
            ({"born_on": 0}, "/born_on", "not_a_day"),
            ({"born_on": "1990"}, "/born_on", "not_a_day"),
            ({"born_on": "15/05/1990"}, "/born_on", "not_a_day"),
            ({"born_on": "1899-12-31"}, "/born_on", "date_out_of_range"),
            ({"phone": "0123"}, "/phone", "not_a_phone"),
            ({"phone": "+1 202 555 0100"}, "/phone", "not_a_phone"),
            ({"sex": "other"}, "/sex", "unknown_value"),
            ({"full_name": ""}, "/full_name", "too_short"),
            ({"full_name": "A" * 201}, "/full_name", "too_long"),
            ({"full_name": "Đào\u202eoàĐ"}, "/full_name", "forbidden_characters"),
            ({"state": "active"}, "/state", "unknown_field"),
        ],
    )
    def test_a_wrong_field_is_named(
        self, sign_in: SignIn, world: World, over: dict[str, Any], place: str, code: str
    ) -> None:
        assert fault(self.create(sign_in, world, **over)) == (422, place, code)

    def test_on_the_18th_birthday_one_is_old_enough(self, sign_in: SignIn, world: World) -> None:
        assert self.create(sign_in, world, born_on="2002-02-03").status_code == 201

    def test_an_old_card_number_may_differ(self, sign_in: SignIn, world: World) -> None:
        assert self.create(sign_in, world, card_number="12345678").status_code == 201


class TestChange:
    @pytest.fixture
    def path(self, world: World) -> str:
        return f"/members/{world.members[world.north_one.id][-1]}"

    def change(self, sign_in: SignIn, path: str, who: str = "secretary", **body: Any) -> Response:
        client = sign_in(who)
        headers = {"if-match": client.get(path).headers["etag"]}
        return client.patch(path, json=body, headers=headers)

    @pytest.mark.parametrize("field", ["card_number", "personal_id", "phone"])
    def test_whoever_leads_beyond_is_signed_in_by_what_only_those_above_change(
        self, sign_in: SignIn, world: World, session: Session, field: str
    ) -> None:
        path = f"/members/{world.people['officer'].member_id}"
        value = {"card_number": "979990000999", "personal_id": "001080000999"}.get(
            field, "0911222333"
        )

        assert self.change(sign_in, path, "deputy", **{field: value}).status_code == 403
        assert self.change(sign_in, path, "officer", **{field: value}).status_code == 200

    def test_twenty_numbers_a_day_are_tried_by_nobody(
        self, sign_in: SignIn, path: str, clock: time_machine.Traveller
    ) -> None:
        """A number that is taken is told: whoever tries many reads one digit after another."""
        for number in range(20):
            answer = self.change(sign_in, path, personal_id=f"0010800002{number:02}")
            assert answer.status_code == 200, answer.text

        refused = self.change(sign_in, path, personal_id="001080000999")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_identity_changes")
        assert refused.headers["retry-after"] == str(24 * 3600)
        clock.shift(timedelta(days=1))
        assert self.change(sign_in, path, personal_id="001080000999").status_code == 200

    def test_the_fields_named_change_and_no_other(self, sign_in: SignIn, path: str) -> None:
        before = sign_in("secretary").get(path).json()

        answer = self.change(sign_in, path, full_name="Lê Thị Đổi", phone="0911222333")

        changed = answer.json()
        assert answer.status_code == 200, answer.text
        assert changed["full_name"] == "Lê Thị Đổi"
        assert changed["phone"] == "********2333"
        kept = {"version", "full_name", "phone"}
        assert {k: v for k, v in changed.items() if k not in kept} == {
            k: v for k, v in before.items() if k not in kept
        }
        found = sign_in("secretary").get("/members?text=le thi doi")
        assert [item["id"] for item in found.json()["items"]] == [before["id"]]

    def test_a_phone_is_taken_away_by_null(self, sign_in: SignIn, path: str) -> None:
        self.change(sign_in, path, phone="0911222333")

        assert self.change(sign_in, path, phone=None).json()["phone"] is None

    def test_what_a_member_must_have_is_not_taken_away(self, sign_in: SignIn, path: str) -> None:
        for name in ("full_name", "personal_id", "card_number", "born_on"):
            assert fault(self.change(sign_in, path, "secretary", **{name: None}))[1] == f"/{name}"

    def test_the_second_of_two_writers_is_told(self, sign_in: SignIn, path: str) -> None:
        officer, secretary = sign_in("officer"), sign_in("secretary")
        etag = {"if-match": officer.get(path).headers["etag"]}

        first = officer.patch(path, json={"full_name": "Một"}, headers=etag)
        second = secretary.patch(path, json={"full_name": "Hai"}, headers=etag)
        without = secretary.patch(path, json={"full_name": "Ba"})

        assert first.status_code == 200
        assert (second.status_code, second.json()["code"]) == (412, "stale")
        assert (without.status_code, without.json()["code"]) == (428, "if_match_required")
        assert secretary.get(path).json()["full_name"] == "Một"

    def test_an_identity_of_another_is_taken(
        self, sign_in: SignIn, world: World, session: Session, path: str
    ) -> None:
        make_member(session, world.other_one, number=501, phone="+84911222333")

        answer = self.change(sign_in, path, phone="0911222333")

        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")

    def test_a_member_does_not_change_the_own_row(self, sign_in: SignIn, world: World) -> None:
        path = f"/members/{world.people['member'].member_id}"

        assert self.change(sign_in, path, "member", full_name="Khác").status_code == 403

    def test_the_trace_names_fields_and_no_values(
        self, sign_in: SignIn, session: Session, path: str
    ) -> None:
        self.change(sign_in, path, phone="0911222333")

        (trace,) = rows(session, AuditEntry, AuditEntry.action == "member.changed")
        assert trace.details == {"fields": ["phone"]}


class TestWhoMoved:
    def test_the_old_cell_does_not_see_them_any_more(
        self, sign_in: SignIn, world: World, session: Session, clock: time_machine.Traveller
    ) -> None:
        made = make_member(session, world.north_one, number=501)
        leave(session, made, EndReason.MOVED, date(2026, 5, 16))
        make_membership(session, world.south_one, made, valid_from=date(2026, 5, 16))

        def seen() -> list[int]:
            path = f"/members/{made.id}"
            return [sign_in(who).get(path).status_code for who in ("secretary", "outsider")]

        clock.move_to(NOON.replace(hour=16, minute=59))
        today = seen()
        clock.move_to(NOON.replace(hour=17))

        assert today[0] == 200
        assert seen() == [404, 200]

    def test_a_guest_is_seen_where_they_stay_and_at_home(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        made = make_member(session, world.north_one, number=501)
        make_membership(session, world.south_one, made, kind=MembershipKind.TEMPORARY)

        for who in ("secretary", "outsider"):
            seen = sign_in(who).get(f"/members/{made.id}").json()
            assert seen["organization_id"] == str(world.north_one.id)
