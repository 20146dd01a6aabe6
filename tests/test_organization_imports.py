"""A list of organisations comes in: units are founded and renamed, never moved or closed."""

from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core import database
from app.core.clock import now
from app.models import ImportKind, Organization, OrganizationParent
from app.policies.actors import SYSTEM
from app.services import imports
from app.work import Work
from tests.conftest import SignIn
from tests.factories.workbooks import make_tree
from tests.uploads import commit, counts, preview_of, states, upload
from tests.world import World, rows

ROOT, NORTH = "97.001", "97.001.001"
NORTH_ONE = "97.001.001.000.001"


def preview(client: TestClient, *units: list[str | None]) -> dict[str, Any]:
    return preview_of(client, make_tree(*units), "organizations")


def unit(session: Session, code: str) -> Organization:
    [found] = rows(session, Organization, Organization.code == code)
    return found


class TestFounding:
    def test_an_administrator_founds_a_branch_in_any_order_of_rows(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("administrator")
        shown = preview(
            client,
            ["97.001.009.000.001", "Chi bộ Đông 1", "cell", "residential", "97.001.009"],
            ["97.001.009", "Đảng bộ xã Đông", "grassroots", None, ROOT],
        )
        assert counts(shown) == (2, 0, 0, 0)
        assert shown["absent"] is None

        assert commit(client, shown).status_code == 200

        east, cell = unit(session, "97.001.009"), unit(session, "97.001.009.000.001")
        assert (east.parent_id, cell.parent_id) == (world.root.id, east.id)
        assert cell.path.startswith(east.path)
        assert (cell.unit_type, cell.valid_from) == ("residential", date(2026, 5, 15))
        links = rows(session, OrganizationParent, OrganizationParent.organization_id == cell.id)
        assert [link.parent_id for link in links] == [east.id]
        shown_cell = client.get(f"/organizations/{cell.id}").json()
        assert shown_cell["name"] == "Chi bộ Đông 1"

    def test_a_new_cell_counts_at_once(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("officer")
        url = f"/dashboards/{world.root.id}?period=2026-05"
        before = client.get(url).json()["figures"]["cells_met"]["denominator"]

        shown = preview(client, ["97.001.001.000.003", "Chi bộ Bắc 3", "cell", None, NORTH])
        assert commit(client, shown).status_code == 200

        after = client.get(url).json()["figures"]["cells_met"]["denominator"]
        assert after == before + 1

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (["97.009", "Đảng bộ Mới", "superior", None, None], "parent_required"),
            (["97.009", "Đảng bộ Mới", "grassroots", None, "97.777"], "unknown_parent"),
            (["98.009", "Chi bộ Mới", "cell", None, "98.001"], "unknown_parent"),
            (["97.009", "Chi bộ Mới", "cell", None, NORTH_ONE], "wrong_level"),
            (["97.009", "Tổ Mới", "party_group", None, NORTH], "wrong_level"),
            (["97.009", "Đảng bộ Mới", "province", None, ROOT], "wrong_level"),
            (["98.001", "Đảng bộ tỉnh Khác", "superior", None, None], "not_in_reach"),
        ],
    )
    def test_a_unit_that_cannot_stand_there_is_refused(
        self, sign_in: SignIn, row: list[str | None], code: str
    ) -> None:
        client = sign_in("officer")

        shown = preview(client, row)

        assert states(client, shown) == [("rejected", [code])]

    def test_what_hangs_on_a_refused_row_is_refused(self, sign_in: SignIn) -> None:
        client = sign_in("officer")

        shown = preview(
            client,
            ["97.001.008", "Đảng bộ xã Tây", "no such kind", None, ROOT],
            ["97.001.008.000.001", "Chi bộ Tây 1", "cell", None, "97.001.008"],
            ["97.001.007", "Đảng bộ xã Giữa", "grassroots", None, "97.777"],
            ["97.001.007.000.001", "Chi bộ Giữa 1", "cell", None, "97.001.007"],
        )

        assert states(client, shown) == [
            ("rejected", ["unknown_value"]),
            ("rejected", ["parent_rejected"]),
            ("rejected", ["unknown_parent"]),
            ("rejected", ["parent_rejected"]),
        ]

    def test_only_the_operator_plants_a_tree_of_its_own(
        self, session: Session, world: World
    ) -> None:
        content = make_tree(
            ["99", "Đảng bộ tỉnh Mới", "superior", None, None],
            ["99.001", "Chi bộ cơ sở Mới", "cell", None, "99"],
        )
        with database.writing() as writing:
            work = Work(writing, SYSTEM, now())
            parsed = imports.prepare(content, ImportKind.ORGANIZATIONS, date(2026, 5, 15))
            done = imports.commit(work, imports.create(work, parsed).id)

        assert done.counts["new"] == 2
        assert unit(session, "99.001").parent_id == unit(session, "99").id
        assert unit(session, "99").parent_id is None

    @pytest.mark.parametrize("who", ["member", "secretary", "inspector"])
    def test_only_the_office_and_the_administrator_import(self, sign_in: SignIn, who: str) -> None:
        content = make_tree(["97.009", "Chi bộ Mới", "cell", None, NORTH])

        assert upload(sign_in(who), content, "organizations").status_code == 403


class TestChanging:
    def test_a_unit_is_renamed_and_keeps_what_the_file_leaves_empty(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        shown = preview(client, [NORTH_ONE, "Chi bộ Bắc Nhất", "cell", None, None])
        assert counts(shown) == (0, 1, 0, 0)

        assert commit(client, shown).status_code == 200

        after = unit(session, NORTH_ONE)
        assert (after.name, after.unit_type) == ("Chi bộ Bắc Nhất", "state_office")
        assert (after.parent_id, after.version) == (world.north.id, 2)
        found = client.get("/organizations", params={"text": "bac nhat"}).json()["items"]
        assert [item["code"] for item in found] == [NORTH_ONE]

    def test_the_same_tree_twice_changes_nothing(self, sign_in: SignIn) -> None:
        client = sign_in("administrator")
        units: list[list[str | None]] = [
            ["97.001.009", "Đảng bộ xã Đông", "grassroots", "residential", ROOT],
            ["97.001.009.000.001", "Chi bộ Đông 1", "cell", None, "97.001.009"],
        ]
        assert commit(client, preview(client, *units)).status_code == 200

        assert counts(preview(client, *units)) == (0, 0, 2, 0)

    def test_a_code_is_one_code_with_dots_and_without(self, sign_in: SignIn) -> None:
        client = sign_in("officer")

        shown = preview(
            client,
            ["97001001000001", "Chi bộ Bắc 1", "cell", "state_office", NORTH],
            ["97.001.001.000.003", "Chi bộ Bắc 3", "cell", None, NORTH],
            ["97001001000003", "Chi bộ Bắc 3", "cell", None, NORTH],
        )

        assert [state for state, _ in states(client, shown)] == ["same", "new", "rejected"]

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ([NORTH_ONE, "Chi bộ Bắc 1", "section", None, NORTH], "kind_changed"),
            ([NORTH_ONE, "Chi bộ Bắc 1", "cell", None, "97.001.002"], "moved"),
        ],
    )
    def test_structure_is_not_changed_by_a_file(
        self, sign_in: SignIn, row: list[str | None], code: str
    ) -> None:
        client = sign_in("officer")

        shown = preview(client, row)

        assert states(client, shown) == [("rejected", [code])]

    def test_a_closed_unit_is_not_changed(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        shown = preview(client, ["97.001.001.000.003", "Chi bộ Bắc 3", "cell", None, NORTH])
        assert commit(client, shown).status_code == 200
        closed = unit(session, "97.001.001.000.003")
        closed.valid_from, closed.valid_to = date(2026, 1, 1), date(2026, 5, 1)
        session.add(closed)
        session.commit()

        again = preview(client, ["97.001.001.000.003", "Tên Khác", "cell", None, NORTH])

        assert states(client, again) == [("rejected", ["closed"])]

    def test_a_unit_renamed_since_the_preview_is_a_conflict(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        shown = preview(
            client,
            [NORTH_ONE, "Chi bộ Bắc Nhất", "cell", None, NORTH],
            ["97.001.001.000.003", "Chi bộ Bắc 3", "cell", None, NORTH],
        )
        renamed = client.patch(
            f"/organizations/{world.north_one.id}",
            json={"name": "Chi bộ Giữa Chừng"},
            headers={"if-match": '"1"'},
        )
        assert renamed.status_code == 200

        answer = commit(client, shown)

        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert rows(session, Organization, Organization.code == "97.001.001.000.003") == []
        assert unit(session, NORTH_ONE).name == "Chi bộ Giữa Chừng"
