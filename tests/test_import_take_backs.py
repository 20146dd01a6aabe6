"""A committed import is taken back whole, while nothing was built on it."""

from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import (
    AuditEntry,
    Exemption,
    Figure,
    Import,
    ImportRow,
    Member,
    Membership,
    Office,
    Organization,
)
from tests.conftest import SignIn, at
from tests.factories.meetings import make_held_meeting, make_line, make_meeting
from tests.factories.people import make_account
from tests.factories.workbooks import make_full_list, make_tree
from tests.recounts import differences
from tests.tables import fingerprint_of_tables
from tests.uploads import (
    NORTH_TWO,
    SOUTH_ONE,
    XLSX,
    bring_in,
    commit,
    counts,
    listed,
    newcomer,
    preview,
    preview_of,
    stored,
)
from tests.world import World, rows

CELL = "Tổ chức Đảng sinh hoạt"
STATE, STATE_ON = "Trạng thái hoạt động", "Ngày rời/mất/miễn"


def take_back(client: TestClient, shown: dict[str, Any]) -> Any:
    return client.post(f"/imports/{shown['id']}/take-back")


def people(session: Session) -> list[Any]:
    """Everything that is known of members, but for the versions of their rows, and opened."""
    hidden = ("card_number", "personal_id", "phone")
    sealed = {"version", *(f"{name}_sealed" for name in hidden)}
    opened = [{name: getattr(row, name) for name in hidden} for row in rows(session, Member)]
    return opened + [
        row.model_dump(exclude=sealed)
        for model in (Member, Membership, Exemption)
        for row in rows(session, model)
    ]


def reasons(answer: Any) -> list[tuple[str, int]]:
    assert (answer.status_code, answer.json()["code"]) == (409, "built_upon"), answer.text
    return [(each["reason"], each["count"]) for each in answer.json()["reasons"]]


class TestMembers:
    def test_everything_is_as_it_was_before(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = {member.id: member for member in rows(session, Member)}
        one, two, three, four = (
            known[world.members[world.north_two.id][-1]],
            *(known[member_id] for member_id in world.members[world.north_one.id][-3:]),
        )
        before, dashboard = (
            people(session),
            client.get(f"/dashboards/{world.root.id}?period=2026-05").json(),
        )
        shown = bring_in(
            client,
            newcomer(1),
            newcomer(2, **{STATE: "Miễn", STATE_ON: date(2026, 3, 1)}),
            listed(one, **{CELL: SOUTH_ONE}),
            listed(two, **{"Họ và tên": "Tên Mới", "Ngày chính thức": date(2012, 1, 1)}),
            listed(three, **{STATE: "Từ trần", STATE_ON: date(2026, 2, 2)}),
            listed(four, **{STATE: "Đình chỉ", STATE_ON: date(2026, 4, 1)}),
        )
        assert counts(shown) == (2, 4, 0, 0)
        assert people(session) != before

        answer = take_back(client, shown)

        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "taken_back"
        assert answer.json()["taken_back_at"] is not None
        assert people(session) == before
        assert differences() == []
        after = client.get(f"/dashboards/{world.root.id}?period=2026-05").json()
        assert after["figures"] == dashboard["figures"]
        assert after["children"] == dashboard["children"]

    def test_what_was_deleted_is_kept_sealed_and_may_come_in_again(
        self, sign_in: SignIn, session: Session
    ) -> None:
        client = sign_in("officer")
        shown = bring_in(client, newcomer(1))
        take_back(client, shown)

        [row] = rows(session, ImportRow)
        assert row.before_sealed is not None
        assert b"971080" not in bytes(row.before_sealed) + bytes(row.content_sealed)
        assert counts(bring_in(client, newcomer(1))) == (1, 0, 0, 0)
        assert stored(session, "971080000001").full_name == "Hoàng Thị Mận 1"

    def test_only_what_was_committed_and_only_once(self, sign_in: SignIn) -> None:
        client = sign_in("officer")
        shown = preview(client, newcomer(1))
        early = take_back(client, shown)
        commit(client, shown)
        assert take_back(client, shown).status_code == 200

        again, anew = take_back(client, shown), commit(client, shown)

        assert (early.status_code, early.json()["allowed"]) == (409, ["commit"])
        assert (again.status_code, again.json()["allowed"]) == (409, [])
        assert (anew.status_code, anew.json()["code"]) == (409, "invalid_transition")

    @pytest.mark.parametrize("mode", ["changes", "proposals"])
    def test_whoever_holds_another_office_now_writes_there_no_more(
        self, sign_in: SignIn, session: Session, world: World, mode: str
    ) -> None:
        client = sign_in("branch_officer")
        [known] = rows(session, Member, Member.id == world.members[world.north_one.id][-1])
        content = make_full_list(listed(known, **{"Họ và tên": "Tên Mới"}))
        shown = client.post(
            "/imports",
            files={"file": ("list.xlsx", content, XLSX)},
            data={"kind": "members", "mode": mode},
        ).json()
        assert commit(client, shown).status_code == 200
        human = world.people["branch_officer"]
        [office] = rows(session, Office, Office.member_id == human.member_id)
        office.organization_id = world.south.id
        session.add(office)
        session.flush()
        before = people(session)

        assert reasons(take_back(client, shown)) == [("not_in_reach", 1)]

        assert people(session) == before

    def test_it_leaves_a_trace_without_names(self, sign_in: SignIn, session: Session) -> None:
        client = sign_in("officer")
        take_back(client, bring_in(client, newcomer(1)))

        [trace] = rows(session, AuditEntry, AuditEntry.action == "import.taken_back")
        assert trace.details == {"kind": "members"}

    def test_a_member_with_an_account_and_a_line_stays_and_so_does_all_else(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        shown = bring_in(client, newcomer(1), newcomer(2))
        member = stored(session, "971080000002")
        make_account(session, member, password_hash="x", at=at("2026-05-15T06:00:00Z"))
        for meeting in (make_meeting(session, world.north_one) for _ in range(2)):
            make_line(session, meeting, member.id)
        before = fingerprint_of_tables(session)

        answer = take_back(client, shown)

        assert sorted(reasons(answer)) == [("accounts", 1), ("attendances", 2)]
        assert all(reason["rows"] == [9] for reason in answer.json()["reasons"])
        assert fingerprint_of_tables(session) == before

    def test_a_member_changed_since_stays(self, sign_in: SignIn, session: Session) -> None:
        client = sign_in("officer")
        known = rows(session, Member)[0]
        shown = bring_in(client, newcomer(1), listed(known, **{"Họ và tên": "Tên Mới"}))
        [changed] = rows(session, Member, Member.id == known.id)
        answer = client.patch(
            f"/members/{known.id}",
            json={"phone": "0912345678"},
            headers={"if-match": f'"{changed.version}"'},
        )
        assert answer.status_code == 200, answer.text

        assert reasons(take_back(client, shown)) == [("changed", 1)]

    def test_a_later_import_that_moved_them_keeps_the_earlier(self, sign_in: SignIn) -> None:
        client = sign_in("officer")
        first = bring_in(client, newcomer(1))
        second = bring_in(client, newcomer(1, **{CELL: NORTH_TWO}))

        found = dict(reasons(take_back(client, first)))
        assert found.keys() == {"changed", "memberships"}
        assert take_back(client, second).status_code == 200
        # Given back, the rows are as the first import left them, though not of its versions.
        assert dict(reasons(take_back(client, first))) == {"changed": 2}

    def test_a_month_locked_since_vouches_for_it(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        shown = bring_in(client, newcomer(1))
        [figure] = rows(
            session,
            Figure,
            Figure.organization_id == world.north_one.id,
            Figure.period == "2026-05",
        )
        figure.locked_at = at("2026-05-15T06:00:00Z")
        session.add(figure)
        session.flush()

        assert reasons(take_back(client, shown)) == [("period_locked", 1)]

    @pytest.mark.parametrize("who", ["branch_officer", "administrator", "secretary"])
    def test_it_is_its_makers_alone(self, sign_in: SignIn, who: str) -> None:
        shown = bring_in(sign_in("officer"), newcomer(1))

        assert take_back(sign_in(who), shown).status_code == 404


class TestOrganizations:
    def test_units_are_gone_and_names_are_back(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        before = [unit.model_dump(exclude={"version"}) for unit in rows(session, Organization)]
        dashboard = client.get(f"/dashboards/{world.root.id}?period=2026-05").json()
        shown = preview_of(
            client,
            make_tree(
                ["97.001.001", "Đảng bộ xã Bắc Mới", "grassroots", None, "97.001"],
                ["97.001.009", "Đảng bộ xã Đông", "grassroots", None, "97.001"],
                ["97.001.009.000.001", "Chi bộ Đông 1", "cell", None, "97.001.009"],
            ),
            "organizations",
        )
        assert commit(client, shown).status_code == 200
        assert differences() == []

        answer = take_back(client, shown)

        assert answer.status_code == 200, answer.text
        after = [unit.model_dump(exclude={"version"}) for unit in rows(session, Organization)]
        assert after == before
        assert differences() == []
        told = client.get(f"/dashboards/{world.root.id}?period=2026-05").json()
        assert told["figures"] == dashboard["figures"]
        assert len(told["children"]) == len(dashboard["children"])

    def test_a_unit_with_anything_in_it_stays(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        tree = make_tree(["97.001.001.000.009", "Chi bộ Bắc 9", "cell", None, "97.001.001"])
        shown = preview_of(client, tree, "organizations")
        commit(client, shown)
        [cell] = rows(session, Organization, Organization.code == "97.001.001.000.009")
        make_held_meeting(session, cell, [])
        bring_in(client, newcomer(1, **{CELL: "97.001.001.000.009"}))

        found = dict(reasons(take_back(client, shown)))

        assert {"meetings", "memberships", "minutes"} <= found.keys()
        assert rows(session, Organization, Organization.id == cell.id) != []
        assert rows(session, Import)[0].status == "committed"
