"""The tree: who sees which unit, and how a unit is founded, renamed and closed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from httpx2 import Response
from sqlmodel import Session

from app.models import AuditEntry, Organization
from tests.conftest import SignIn
from tests.world import NOON, World, rows


def codes(answer: Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


def fault(answer: Response) -> tuple[int, str, str]:
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    return answer.status_code, error["pointer"], error["code"]


class TestSearch:
    @pytest.mark.parametrize(
        ("who", "seen"),
        [
            ("officer", 6),
            ("branch_officer", 3),
            ("secretary", 1),
            ("member", 1),
            ("stranger", 1),
            ("administrator", 6),
        ],
    )
    def test_everybody_sees_their_own_branch(self, sign_in: SignIn, who: str, seen: int) -> None:
        assert len(codes(sign_in(who).get("/organizations"))) == seen

    def test_units_come_in_the_order_of_the_tree(self, sign_in: SignIn, world: World) -> None:
        items = sign_in("branch_officer").get("/organizations").json()["items"]

        assert [item["id"] for item in items] == [
            str(unit.id) for unit in (world.north, world.north_one, world.north_two)
        ]

    def test_a_filter_by_unit_means_it_and_all_below(self, sign_in: SignIn, world: World) -> None:
        query = {"organization_id": str(world.south.id)}

        found = codes(sign_in("officer").get("/organizations", params=query))

        assert found == [world.south.code, world.south_one.code]

    def test_a_filter_by_a_unit_not_seen_is_not_found(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("branch_officer")
        for foreign in (world.south.id, world.root.id, world.other.id, uuid4()):
            answer = officer.get("/organizations", params={"organization_id": str(foreign)})
            assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("kind=cell", ["Chi bộ Bắc 1", "Chi bộ Bắc 2", "Chi bộ Nam 1"]),
            ("kind=superior&kind=grassroots&text=xa", ["Đảng bộ xã Bắc", "Đảng bộ xã Nam"]),
            ("text=dang bo xa bac", ["Đảng bộ xã Bắc"]),
            ("text=ĐẢNG BỘ XÃ BẮC", ["Đảng bộ xã Bắc"]),
            ("text=97.001.002.000", ["Chi bộ Nam 1"]),
            ("text=%25", []),
            ("text=_", []),
            ("valid_on=2025-12-31", []),
            ("valid_on=2026-01-01&kind=section", []),
        ],
    )
    def test_every_filter_narrows(self, sign_in: SignIn, query: str, found: list[str]) -> None:
        answer = sign_in("officer").get(f"/organizations?{query}")

        assert [item["name"] for item in answer.json()["items"]] == found

    def test_by_parent_only_the_units_right_below(self, sign_in: SignIn, world: World) -> None:
        query = {"parent_id": str(world.root.id)}

        found = codes(sign_in("officer").get("/organizations", params=query))

        assert found == [world.north.code, world.south.code]


class TestPages:
    def test_a_link_leads_to_the_next_page_with_the_same_filters(
        self, sign_in: SignIn, world: World
    ) -> None:
        officer = sign_in("officer")
        answer = officer.get("/organizations?kind=cell&kind=grassroots&limit=2")
        seen = codes(answer)
        while "link" in answer.headers:
            address, _, relation = answer.headers["link"].partition(">; ")
            assert relation == 'rel="next"'
            assert address.startswith("</api/v1/organizations?kind=cell&kind=grassroots&limit=2&")
            answer = officer.get("http://testserver" + address[1:])
            assert len(answer.json()["items"]) <= 2
            seen += codes(answer)

        assert answer.json()["next_cursor"] is None
        assert len(seen) == len(set(seen)) == 5
        assert seen == sorted(seen)

    def test_a_cursor_is_good_for_its_own_query_only(self, sign_in: SignIn) -> None:
        officer = sign_in("officer")
        cursor = officer.get("/organizations?limit=1").json()["next_cursor"]

        assert officer.get(f"/organizations?cursor={cursor}").status_code == 200
        for path in ("/organizations?kind=cell", "/members?limit=1", "/organizations?text=a"):
            answer = officer.get(f"{path}&cursor={cursor}")
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), path

    @pytest.mark.parametrize(
        "forged", ["x", "", "e30.e30", "W10.AAAA", "%00", "é", "..", "W10", "W1." + "A" * 43]
    )
    def test_a_forged_cursor_is_malformed(self, sign_in: SignIn, forged: str) -> None:
        answer = sign_in("officer").get(f"/organizations?cursor={forged}")

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")

    @pytest.mark.parametrize("limit", ["0", "-1", "201", "9223372036854775808", "x", "1.5", ""])
    def test_a_page_has_1_to_200_rows(self, sign_in: SignIn, limit: str) -> None:
        answer = sign_in("officer").get(f"/organizations?limit={limit}")

        assert fault(answer)[:2] == (422, "/query/limit")

    @pytest.mark.parametrize("query", ["page=2", "LIMIT=5", "text=a&sort=name"])
    def test_an_unknown_query_parameter_is_refused(self, sign_in: SignIn, query: str) -> None:
        assert fault(sign_in("officer").get(f"/organizations?{query}"))[2] == "unknown_field"


class TestCreate:
    def create(self, sign_in: SignIn, world: World, who: str = "officer", **over: Any) -> Response:
        body = {
            "code": "97.001.001.000.003",
            "name": "Chi bộ Bắc 3",
            "kind": "cell",
            "unit_type": "army",
            "parent_id": str(world.north.id),
        }
        return sign_in(who).post("/organizations", json=body | over)

    def test_a_unit_is_founded_under_another(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        answer = self.create(sign_in, world)

        made = answer.json()
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"/api/v1/organizations/{made['id']}"
        assert answer.headers["etag"] == f'"{made["version"]}"'
        assert (made["valid_from"], made["valid_to"]) == ("2026-05-15", None)
        assert sign_in("officer").get(f"/organizations/{made['id']}").json() == made
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "organization.created")
        assert str(trace.subject_id) == made["id"]

    def test_the_decision_by_which_it_is_founded_begins_its_history(
        self, sign_in: SignIn, world: World
    ) -> None:
        made = self.create(sign_in, world, decision="12-QĐ/ĐU", valid_from="2026-05-10").json()

        asked = {"organization_id": made["id"]}
        (entry,) = sign_in("officer").get("/reorganizations", params=asked).json()["items"]
        told = {name: entry[name] for name in ("kind", "effective_on", "decision", "parent_id")}
        assert told == {
            "kind": "founded",
            "effective_on": "2026-05-10",
            "decision": "12-QĐ/ĐU",
            "parent_id": str(world.north.id),
        }

    def test_its_branch_sees_it_and_no_other(self, sign_in: SignIn, world: World) -> None:
        made = self.create(sign_in, world).json()["id"]

        for who, status in (("branch_officer", 200), ("sibling_officer", 404), ("stranger", 404)):
            assert sign_in(who).get(f"/organizations/{made}").status_code == status

    def test_a_code_is_taken_once(self, sign_in: SignIn, world: World) -> None:
        for taken in (world.north_two.code, world.other.code):
            answer = self.create(sign_in, world, code=taken)
            assert (answer.status_code, answer.json()["code"]) == (409, "conflict")

    @pytest.mark.parametrize(
        ("above", "kind"),
        [
            ("north", "superior"),
            ("north", "grassroots"),
            ("north", "central"),
            ("north", "party_group"),
            ("north_one", "cell"),
            ("north_one", "section"),
        ],
    )
    def test_higher_kinds_stand_above_lower_ones(
        self, sign_in: SignIn, world: World, above: str, kind: str
    ) -> None:
        answer = self.create(sign_in, world, parent_id=str(getattr(world, above).id), kind=kind)

        assert fault(answer) == (422, "/kind", "wrong_level")

    def test_a_party_group_stands_in_a_cell(self, sign_in: SignIn, world: World) -> None:
        parent_id = str(world.north_one.id)

        answer = self.create(sign_in, world, parent_id=parent_id, kind="party_group")

        assert answer.status_code == 201

    def test_not_before_the_unit_above(self, sign_in: SignIn, world: World) -> None:
        answer = self.create(sign_in, world, valid_from="2025-12-31")

        assert fault(answer) == (422, "/valid_from", "unit_not_valid")

    @pytest.mark.parametrize(
        ("who", "status"),
        [("secretary", 404), ("sibling_officer", 404), ("overseer", 403), ("inspector", 403)],
    )
    def test_only_offices_that_write_units_found_them(
        self, sign_in: SignIn, world: World, who: str, status: int
    ) -> None:
        assert self.create(sign_in, world, who).status_code == status

    @pytest.mark.parametrize("code", ["", " ", "-a", "a b", "a" * 33, "é", "1;2"])
    def test_a_code_is_a_plain_word(self, sign_in: SignIn, world: World, code: str) -> None:
        assert fault(self.create(sign_in, world, code=code))[1] == "/code"

    def test_a_name_is_stored_composed_and_on_one_line(self, sign_in: SignIn, world: World) -> None:
        decomposed = "Chi bô\u0323  Bă\u0301c 3 "

        assert self.create(sign_in, world, name=decomposed).json()["name"] == "Chi bộ  Bắc 3"
        two_lines = self.create(sign_in, world, name="Chi bộ\nBắc", code="97.001.4")
        assert fault(two_lines) == (422, "/name", "forbidden_characters")


class TestChange:
    def test_a_unit_is_renamed_in_the_sight_of_its_version(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer, path = sign_in("officer"), f"/organizations/{world.north_two.id}"
        etag = officer.get(path).headers["etag"]

        answer = officer.patch(path, json={"name": "Chi bộ Mới"}, headers={"if-match": etag})
        again = officer.patch(path, json={"name": "Chi bộ Cũ"}, headers={"if-match": etag})

        assert answer.status_code == 200, answer.text
        assert answer.json()["name"] == "Chi bộ Mới"
        assert answer.headers["etag"] not in ("", etag)
        assert (again.status_code, again.json()["code"]) == (412, "stale")
        assert codes(officer.get("/organizations?text=chi bo moi")) == [world.north_two.code]
        assert len(rows(session, AuditEntry, AuditEntry.action == "organization.changed")) == 1

    def test_a_unit_that_lives_longer_than_was_said_counts_again(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        wanted = {"code": "97.7", "name": "Chi bộ Bảy", "kind": "cell", "valid_to": "2026-05-20"}
        body = wanted | {"parent_id": str(world.south.id)}
        made = sign_in("officer").post("/organizations", json=body).json()
        clock.move_to(NOON + timedelta(days=40))
        path = f"/organizations/{made['id']}"
        seen = sign_in("officer").get(path)
        assert seen.status_code == 200, seen.text
        etag = {"if-match": seen.headers["etag"]}

        answer = sign_in("officer").patch(path, json={"valid_to": None}, headers=etag)

        assert (made["valid_to"], answer.json()["valid_to"]) == ("2026-05-20", None)
        for period in ("2026-05", "2026-06"):
            url = f"/dashboards/{world.south.id}?period={period}"
            figures = sign_in("officer").get(url).json()["figures"]
            assert figures["cells_met"]["denominator"] == 2, period

    @pytest.mark.parametrize(
        ("if_match", "status", "code"),
        [
            (None, 428, "if_match_required"),
            ('"999"', 412, "stale"),
            ("1", 412, "stale"),
            ('W/"1"', 412, "stale"),
        ],
    )
    def test_it_needs_the_version_that_was_read(
        self,
        sign_in: SignIn,
        world: World,
        if_match: str | None,
        status: int,
        code: str,
    ) -> None:
        answer = sign_in("officer").patch(
            f"/organizations/{world.north.id}",
            json={"name": "Khác"},
            headers={} if if_match is None else {"if-match": if_match},
        )

        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_who_may_not_do_it_learns_nothing_of_the_version(
        self, sign_in: SignIn, world: World
    ) -> None:
        path = f"/organizations/{world.north_one.id}"
        for who, status in (("secretary", 403), ("outsider", 404)):
            assert sign_in(who).patch(path, json={"name": "Khác"}).status_code == status

    def test_a_code_of_another_is_taken_and_ones_own_is_not(
        self, sign_in: SignIn, world: World
    ) -> None:
        officer, path = sign_in("officer"), f"/organizations/{world.north_two.id}"
        headers = {"if-match": officer.get(path).headers["etag"]}

        taken = officer.patch(path, json={"code": world.other_one.code}, headers=headers)
        own = officer.patch(path, json={"code": world.north_two.code}, headers=headers)

        assert (taken.status_code, own.status_code) == (409, 200)

    def test_what_a_unit_is_and_where_it_stands_does_not_change_here(
        self, sign_in: SignIn, world: World
    ) -> None:
        for name, value in (("kind", "section"), ("parent_id", str(world.south.id))):
            answer = sign_in("officer").patch(
                f"/organizations/{world.north.id}", json={name: value}, headers={"if-match": '"1"'}
            )
            assert fault(answer) == (422, f"/{name}", "unknown_field")

    def test_a_unit_closes_after_everything_in_it(
        self, sign_in: SignIn, world: World, session: Session
    ) -> None:
        officer = sign_in("officer")
        for unit in (world.north, world.north_two):  # one has cells, the other members
            path = f"/organizations/{unit.id}"
            headers = {"if-match": officer.get(path).headers["etag"]}
            answer = officer.patch(path, json={"valid_to": "2026-06-01"}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (409, "still_in_use")
            (row,) = rows(session, Organization, Organization.id == unit.id)
            assert row.valid_to is None

    def test_nothing_stays_that_begins_after_the_end(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        body = {"name": "Đảng bộ Mới", "kind": "grassroots", "parent_id": str(world.root.id)}
        above = officer.post("/organizations", json={"code": "97.001.9", **body}).json()
        later = {"code": "97.001.9.1", "parent_id": above["id"], "valid_from": "2026-08-01"}
        officer.post("/organizations", json={"name": "Chi bộ Mới", "kind": "cell", **later})

        answer = officer.patch(
            f"/organizations/{above['id']}",
            json={"valid_to": "2026-07-01"},
            headers={"if-match": f'"{above["version"]}"'},
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "still_in_use")

    def test_a_closed_unit_takes_nobody_in(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        body = {"code": "97.001.8", "name": "Đảng bộ Ngắn", "kind": "grassroots"}
        made = officer.post("/organizations", json={**body, "parent_id": str(world.root.id)}).json()
        headers = {"if-match": f'"{made["version"]}"'}
        path = f"/organizations/{made['id']}"

        too_soon = officer.patch(path, json={"valid_to": "2026-05-15"}, headers=headers)
        closed = officer.patch(path, json={"valid_to": "2026-05-16"}, headers=headers)
        below = officer.post(
            "/organizations",
            json={
                "code": "97.001.8.1",
                "name": "Chi bộ Ngắn",
                "kind": "cell",
                "parent_id": made["id"],
                "valid_from": "2026-05-16",
            },
        )

        assert fault(too_soon) == (422, "/valid_to", "before_start")
        assert closed.status_code == 200, closed.text
        assert fault(below) == (422, "/valid_from", "unit_not_valid")
