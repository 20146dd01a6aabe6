"""How the rows of a member list find their members and cells, and what they change there."""

import unicodedata
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from app.models import EndReason, Exemption, ExemptionKind, Member, Membership, Organization
from tests.conftest import SignIn
from tests.factories.people import make_exemption, make_member
from tests.factories.workbooks import make_short_export
from tests.uploads import (
    NORTH_ONE,
    NORTH_TWO,
    OTHER_ONE,
    SOUTH_ONE,
    bring_in,
    commit,
    counts,
    listed,
    newcomer,
    preview,
    preview_of,
    states,
    stored,
)
from tests.world import World, rows

CELL = "Tổ chức Đảng sinh hoạt"
STATE, STATE_ON = "Trạng thái hoạt động", "Ngày rời/mất/miễn"


def first_of(session: Session, cell: Organization, world: World) -> Member:
    """The member of a cell who holds no office and no account."""
    [member] = rows(session, Member, Member.id == world.members[cell.id][-1])
    return member


def memberships(session: Session, member: Member) -> list[Membership]:
    found = rows(session, Membership, Membership.member_id == member.id)
    return sorted(found, key=lambda row: (row.valid_to is None, row.valid_from))


def short_row(member: Member, **overrides: Any) -> list[Any]:
    told = {
        "name": member.full_name,
        "card": member.card_number,
        "person": member.personal_id,
        "born": member.born_on,
        "admitted": member.admitted_on,
        "cell": NORTH_ONE,
        "home": None,
        "state": "Đang sinh hoạt",
    }
    return list((told | overrides).values())


class TestCells:
    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ("Chi bộ Không Có", "unknown_organization"),
            ("97.001.001.000.999", "unknown_organization"),
            (OTHER_ONE, "unknown_organization"),
            ("Chi bộ Khác 1", "unknown_organization"),
            ("Đảng bộ xã Bắc", "not_a_cell"),
            ("97.001.001", "not_a_cell"),
        ],
    )
    def test_a_place_that_is_no_cell_in_reach_is_refused(
        self, sign_in: SignIn, said: str, code: str
    ) -> None:
        client = sign_in("officer")

        shown = preview(client, newcomer(1, **{CELL: said}), newcomer(2))

        assert states(client, shown) == [("rejected", [code]), ("new", [])]

    @pytest.mark.parametrize("said", ["97001001000002", "Chi bộ Bắc 2", "CHI BO  BAC 2", NORTH_TWO])
    def test_a_cell_is_known_by_its_code_or_its_name(
        self, sign_in: SignIn, session: Session, world: World, said: str
    ) -> None:
        bring_in(sign_in("officer"), newcomer(1, **{CELL: said}))

        [membership] = memberships(session, stored(session, "971080000001"))
        assert membership.organization_id == world.north_two.id

    def test_a_name_that_two_cells_share_is_ambiguous_only_where_both_are_reached(
        self, sign_in: SignIn, world: World
    ) -> None:
        officer = sign_in("officer")
        renamed = officer.patch(
            f"/organizations/{world.south_one.id}",
            json={"name": "Chi bộ Bắc 1"},
            headers={"if-match": '"1"'},
        )
        assert renamed.status_code == 200
        said = newcomer(1, **{CELL: "Chi bộ Bắc 1"})

        shown = preview(officer, said)

        assert states(officer, shown) == [("rejected", ["ambiguous_organization"])]
        assert counts(preview(sign_in("branch_officer"), said)) == (1, 0, 0, 0)

    def test_an_office_of_one_branch_enters_nobody_elsewhere(self, sign_in: SignIn) -> None:
        client = sign_in("branch_officer")

        shown = preview(client, newcomer(1, **{CELL: SOUTH_ONE}), newcomer(2))

        assert states(client, shown) == [("rejected", ["unknown_organization"]), ("new", [])]


class TestMatching:
    def test_a_member_of_another_branch_is_refused(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("branch_officer")
        elsewhere = first_of(session, world.south_one, world)

        shown = preview(client, listed(elsewhere))

        assert states(client, shown) == [("rejected", ["not_in_reach"])]

    def test_of_whom_one_may_not_see_no_list_tells_the_name(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("branch_officer")
        elsewhere = first_of(session, world.south_one, world)
        guessed = {"Họ và tên": "Người Hoàn Toàn Khác", "Sinh ngày": date(1960, 1, 1)}

        shown = preview(client, listed(elsewhere, **guessed))

        assert states(client, shown) == [("rejected", ["not_in_reach"])]

    def test_numbers_of_two_members_are_a_conflict(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        one = make_member(session, world.north_one, number=901, card_number="12345678")
        other = first_of(session, world.north_one, world)

        shown = preview(client, listed(other, **{"Số thẻ Đảng": one.card_number}))

        assert states(client, shown) == [("rejected", ["identity_conflict"])]

    def test_a_number_of_somebody_with_another_name_and_birth_date_is_a_conflict(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)
        stranger = {"Họ và tên": "Người Hoàn Toàn Khác", "Sinh ngày": date(1960, 1, 1)}

        shown = preview(client, listed(known, **stranger))

        assert states(client, shown) == [("rejected", ["identity_conflict"])]

    def test_a_card_number_finds_the_member_whose_personal_id_was_mistyped(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        known = make_member(session, world.north_one, number=901, card_number="12345678")

        shown = bring_in(
            sign_in("officer"), listed(known, **{"Số định danh cá nhân": "971080000777"})
        )

        assert counts(shown) == (0, 1, 0, 0)
        assert stored(session, "971080000777").id == known.id

    def test_a_card_number_alone_does_not_rename_anybody(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        make_member(session, world.north_one, number=901, card_number="12345678")

        shown = preview(client, newcomer(1, **{"Số thẻ Đảng": "12345678"}))

        assert states(client, shown) == [("rejected", ["identity_conflict"])]

    def test_two_rows_for_one_member_are_both_refused(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = make_member(session, world.north_one, number=901, card_number="12345678")

        shown = preview(
            client,
            listed(known, **{"Số thẻ Đảng": "87654321"}),
            listed(known, **{"Số định danh cá nhân": "971080000777"}),
        )

        assert states(client, shown) == [("rejected", ["identity_conflict"])] * 2

    def test_an_old_card_number_does_not_replace_the_new_one(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)

        shown = preview(client, listed(known, **{"Số thẻ Đảng": "12.345678"}))

        assert states(client, shown) == [("rejected", ["card_number_superseded"])]

    def test_a_new_card_number_replaces_the_old_one(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        known = make_member(session, world.north_one, number=901, card_number="12345678")

        bring_in(sign_in("officer"), listed(known, **{"Số thẻ Đảng": known.personal_id}))

        assert stored(session, str(known.personal_id)).card_number == known.personal_id

    def test_a_namesake_born_the_same_day_in_the_cell_is_left_to_a_person(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)
        twin = {"Họ và tên": known.full_name.upper(), "Sinh ngày": known.born_on}

        shown = preview(client, newcomer(1, **twin), newcomer(2, **twin, **{CELL: NORTH_TWO}))

        assert states(client, shown) == [("rejected", ["possible_duplicate"]), ("new", [])]


class TestTypicalErrors:
    @pytest.mark.parametrize(
        ("cells", "code"),
        [
            ({"Số định danh cá nhân": 71080000001.0, "Số thẻ Đảng": "1"}, "leading_zeros_lost"),
            ({"Số thẻ Đảng": "971080000009"}, "card_number_mismatch"),
            ({"Sinh ngày": "1980"}, "incomplete_date"),
            ({"Số định danh cá nhân": "97108000001"}, "invalid_personal_id"),
            ({"Số định danh cá nhân": "٩٧١٠٨٠٠٠٠٠٠١"}, "invalid_personal_id"),
            ({"Đề nghị xóa": "x"}, "deletion_requested"),
        ],
    )
    def test_a_wrong_row_is_refused_and_the_next_goes_in(
        self, sign_in: SignIn, session: Session, cells: dict[str, Any], code: str
    ) -> None:
        client = sign_in("officer")

        shown = bring_in(client, newcomer(1, **cells), newcomer(2))

        [(state, codes), second] = states(client, shown)
        assert state == "rejected"
        assert code in codes
        assert second == ("new", [])
        assert stored(session, "971080000002").full_name == "Hoàng Thị Mận 2"

    def test_a_person_named_twice_in_a_file_is_refused_twice(self, sign_in: SignIn) -> None:
        client = sign_in("officer")

        shown = preview(client, newcomer(1), newcomer(1, **{CELL: NORTH_TWO}), newcomer(2))

        refused = ("rejected", ["duplicate_in_file"])
        assert states(client, shown) == [refused, refused, ("new", [])]

    def test_leading_zeros_of_text_stay(self, sign_in: SignIn, session: Session) -> None:
        ids = {"Số định danh cá nhân": "001080000001", "Số thẻ Đảng": "001080000001"}

        bring_in(sign_in("officer"), newcomer(1, **ids))

        assert stored(session, "001080000001").card_number == "001080000001"

    def test_a_decomposed_name_is_stored_composed_and_found(
        self, sign_in: SignIn, session: Session
    ) -> None:
        client = sign_in("officer")
        name = "Nguyễn Thị Ước Mơ"

        bring_in(client, newcomer(1, **{"Họ và tên": unicodedata.normalize("NFD", name)}))

        assert stored(session, "971080000001").full_name == name
        found = client.get("/members", params={"text": "uoc mo"}).json()["items"]
        assert [item["full_name"] for item in found] == [name]
        assert counts(preview(client, newcomer(1, **{"Họ và tên": name}))) == (0, 0, 1, 0)


class TestWhatIsKept:
    def test_an_empty_official_date_takes_no_known_one_away(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        known = first_of(session, world.north_one, world)

        shown = preview(sign_in("officer"), listed(known, **{"Ngày chính thức": None}))

        assert counts(shown) == (0, 0, 1, 0)

    def test_a_short_export_keeps_what_it_does_not_tell(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)
        content = make_short_export(short_row(known, name="Tên Mới Đặt"))

        shown = preview_of(client, content)
        assert commit(client, shown).status_code == 200

        [after] = rows(session, Member, Member.id == known.id)
        assert after.full_name == "Tên Mới Đặt"
        assert (after.sex, after.official_on, after.is_probationary) == (
            known.sex,
            known.official_on,
            known.is_probationary,
        )

    def test_a_short_export_may_bring_somebody_new_with_nothing_made_up(
        self, sign_in: SignIn, session: Session
    ) -> None:
        client = sign_in("officer")
        row = ["Hoàng Mận", "971080000001", "971080000001", date(1980, 5, 1), date(2005, 9, 2)]
        shown = preview_of(client, make_short_export([*row, NORTH_ONE, None, "Đang sinh hoạt"]))

        assert commit(client, shown).status_code == 200

        after = stored(session, "971080000001")
        assert (after.sex, after.official_on, after.is_probationary) == (None, None, None)

    def test_probation_ends_when_the_list_gives_the_date(
        self, sign_in: SignIn, session: Session
    ) -> None:
        client = sign_in("officer")
        bring_in(client, newcomer(1, **{"Ngày chính thức": None}))

        bring_in(client, newcomer(1))

        after = stored(session, "971080000001")
        assert (after.official_on, after.is_probationary) == (date(2006, 9, 2), False)

    def test_whom_the_file_does_not_name_stays_and_is_counted(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        members = rows(session, Member)
        in_cell = world.members[world.north_one.id]
        named = [member for member in members if member.id in in_cell[:3]]
        unreadable = next(member for member in members if member.id == in_cell[3])

        shown = bring_in(
            client,
            *(listed(member) for member in named),
            listed(unreadable, **{"Giới tính": "?"}),
        )

        assert counts(shown) == (0, 0, 3, 1)
        assert shown["absent"] == len(in_cell) - 4
        still = rows(session, Membership, Membership.organization_id == world.north_one.id)
        assert [row.valid_to for row in still] == [None] * len(in_cell)

    def test_a_changed_member_has_a_new_version(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)

        bring_in(client, listed(known, **{"Họ và tên": "Đỗ Thị Mới"}))

        shown = client.get(f"/members/{known.id}")
        assert (shown.headers["etag"], shown.json()["full_name"]) == ('"2"', "Đỗ Thị Mới")
        assert client.get("/members", params={"text": "do thi moi"}).json()["items"] != []


class TestMoves:
    def test_a_member_in_the_list_of_another_cell_moves_there(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)

        shown = bring_in(client, listed(known, **{CELL: NORTH_TWO}))

        assert counts(shown) == (0, 1, 0, 0)
        old, new = memberships(session, known)
        assert (old.organization_id, old.valid_to) == (world.north_one.id, date(2026, 5, 15))
        assert old.end_reason is EndReason.MOVED
        assert (new.organization_id, new.valid_from) == (world.north_two.id, date(2026, 5, 15))

    def test_both_cells_are_counted_anew(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")

        def accounts_due(cell: Organization) -> int:
            figures = client.get(f"/dashboards/{cell.id}?period=2026-05").json()["figures"]
            return int(figures["accounts_activated"]["denominator"])

        cells = (world.north_one, world.north_two, world.root)
        before = [accounts_due(cell) for cell in cells]
        known = first_of(session, world.north_one, world)

        bring_in(client, listed(known, **{CELL: NORTH_TWO}))

        after = [accounts_due(cell) for cell in cells]
        assert after == [before[0] - 1, before[1] + 1, before[2]]

    def test_a_member_in_two_lists_ends_in_the_cell_of_the_last(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)
        bring_in(client, listed(known, **{CELL: NORTH_TWO}))

        late = bring_in(client, listed(known))

        assert counts(late) == (0, 1, 0, 0)
        assert [row.organization_id for row in memberships(session, known)][
            -1
        ] == world.north_one.id
        assert sum(row.valid_to is None for row in memberships(session, known)) == 1

    def test_the_branch_that_lost_a_member_cannot_take_them_back(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        known = first_of(session, world.north_one, world)
        bring_in(sign_in("officer"), listed(known, **{CELL: SOUTH_ONE}))
        client = sign_in("branch_officer")

        shown = preview(client, listed(known))

        assert states(client, shown) == [("rejected", ["not_in_reach"])]


class TestStates:
    @pytest.mark.parametrize(
        ("word", "reason", "state"),
        [
            ("Từ trần", EndReason.DECEASED, "deceased"),
            ("Rời khỏi Đảng", EndReason.LEFT, "left"),
        ],
    )
    def test_who_is_gone_leaves_the_cell_on_that_day(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        word: str,
        reason: EndReason,
        state: str,
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)
        gone = listed(known, **{STATE: word, STATE_ON: date(2026, 5, 2)})

        bring_in(client, gone)

        [membership] = memberships(session, known)
        assert (membership.valid_to, membership.end_reason) == (date(2026, 5, 2), reason)
        assert client.get(f"/members/{known.id}").json()["state"] == state
        assert counts(preview(client, gone)) == (0, 0, 1, 0)

    def test_a_departure_is_counted_in_the_month_it_lies_in(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)

        def accounts_due(period: str) -> int:
            url = f"/dashboards/{world.root.id}"
            figures = client.get(url, params={"period": period}).json()["figures"]
            return int(figures["accounts_activated"]["denominator"])

        periods = ["2026-02", "2026-03", "2026-04", "2026-05"]
        before = [accounts_due(period) for period in periods]

        bring_in(client, listed(known, **{STATE: "Từ trần", STATE_ON: date(2026, 3, 9)}))

        after = [accounts_due(period) for period in periods]
        assert after == [before[0], *(number - 1 for number in before[1:])]

    @pytest.mark.parametrize(
        ("word", "kind"),
        [
            ("Miễn", ExemptionKind.EXEMPT),
            ("Đình chỉ", ExemptionKind.SUSPENDED),
            ("Gián đoạn", ExemptionKind.INTERRUPTED),
        ],
    )
    def test_a_state_begins_once_on_its_day(
        self, sign_in: SignIn, session: Session, world: World, word: str, kind: ExemptionKind
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)
        told = listed(known, **{STATE: word, STATE_ON: date(2026, 4, 1)})

        bring_in(client, told)

        [exemption] = rows(session, Exemption)
        assert (exemption.kind, exemption.valid_from) == (kind, date(2026, 4, 1))
        assert (exemption.member_id, exemption.valid_to) == (known.id, None)
        assert client.get(f"/members/{known.id}").json()["state"] == kind.value
        assert counts(preview(client, told)) == (0, 0, 1, 0)

    def test_an_active_row_ends_no_exemption(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        known = first_of(session, world.north_one, world)
        make_exemption(session, world.north_one, known)

        shown = bring_in(sign_in("officer"), listed(known))

        assert counts(shown) == (0, 0, 1, 0)
        assert [row.valid_to for row in rows(session, Exemption)] == [None]

    def test_somebody_new_may_come_exempt(self, sign_in: SignIn, session: Session) -> None:
        client = sign_in("officer")

        bring_in(client, newcomer(1, **{STATE: "Miễn", STATE_ON: date(2020, 1, 1)}))

        member = stored(session, "971080000001")
        assert client.get(f"/members/{member.id}").json()["state"] == "exempt"

    def test_somebody_gone_is_not_entered(self, sign_in: SignIn) -> None:
        client = sign_in("officer")

        shown = preview(client, newcomer(1, **{STATE: "Từ trần", STATE_ON: date(2026, 5, 1)}))

        assert states(client, shown) == [("rejected", ["already_gone"])]

    def test_who_had_left_returns_by_an_active_row(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)
        bring_in(client, listed(known, **{STATE: "Rời khỏi Đảng", STATE_ON: date(2026, 5, 2)}))

        shown = bring_in(client, listed(known))

        assert counts(shown) == (0, 1, 0, 0)
        assert [row.valid_to for row in memberships(session, known)] == [date(2026, 5, 2), None]

    def test_nobody_rises_from_the_dead(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)
        bring_in(client, listed(known, **{STATE: "Từ trần", STATE_ON: date(2026, 5, 2)}))

        shown = preview(client, listed(known))

        assert states(client, shown) == [("rejected", ["recorded_deceased"])]

    @pytest.mark.parametrize("word", ["Từ trần", "Miễn"])
    def test_a_short_export_invents_no_day_for_a_state(
        self, sign_in: SignIn, session: Session, world: World, word: str
    ) -> None:
        client = sign_in("officer")
        known = first_of(session, world.north_one, world)

        shown = preview_of(client, make_short_export(short_row(known, state=word)))

        assert states(client, shown) == [("rejected", ["state_date_unknown"])]
