"""Two rows of one person are merged into one, and parted again with nothing lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, SQLModel

from app.models import (
    Account,
    Activity,
    Alert,
    Attendance,
    AttendanceStatus,
    DocumentReading,
    Exemption,
    Figure,
    Member,
    MemberMerge,
    Membership,
    Transfer,
    TransferStatus,
)
from app.services import handovers, period_seals
from tests.conftest import SignIn
from tests.factories.meetings import (
    make_absence_report,
    make_document,
    make_held_meeting,
    make_line,
    make_meeting,
)
from tests.factories.people import make_account, make_exemption, make_member, make_membership
from tests.proofs import let_lapse
from tests.recounts import differences
from tests.world import NOON, World, rows

NOTED = "2026-05"


@pytest.fixture
def member(session: Session, world: World) -> Member:
    return make_member(
        session, world.north_one, number=801, personal_id=None, joined_on=date(2026, 3, 1)
    )


@pytest.fixture
def duplicate(session: Session, world: World) -> Member:
    return make_member(session, world.south_one, number=902, phone="0912345678")


def merge(sign_in: SignIn, member: Member, duplicate: Member, **data: Any) -> Any:
    body = {"duplicate_id": str(duplicate.id), "reason": "Nhập hai lần"} | data
    return sign_in("officer").post(f"/members/{member.id}/merge", json=body)


def part(sign_in: SignIn, session: Session) -> Any:
    (merged,) = rows(session, MemberMerge)
    return sign_in("officer").post(f"/member-merges/{merged.id}/part")


def held_by(session: Session, model: Any, member: Member) -> list[Any]:
    return rows(session, model, model.member_id == member.id)


def open_levels(session: Session, member: Member) -> list[int]:
    return [alert.level for alert in held_by(session, Alert, member) if alert.cleared_at is None]


def everything(session: Session) -> dict[str, Any]:
    """What a merge may touch, without the versions that grow with every change."""
    models: tuple[type[SQLModel], ...] = (
        Membership, Attendance, Exemption, Account, Activity, Figure
    )  # fmt: skip
    return {
        model.__name__: [row.model_dump(exclude={"version"}) for row in rows(session, model)]
        for model in models
    } | {
        "members": [
            (row.id, row.full_name, row.card_number, row.personal_id, row.phone, row.merged_into_id)
            for row in rows(session, Member)
        ]
    }


class TestMerge:
    def test_rows_change_hands_and_fields_are_taken_as_said(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        ids = duplicate.personal_id, member.card_number
        make_held_meeting(session, world.south_one, [duplicate.id])
        make_exemption(session, world.south_one, duplicate, valid_to=date(2026, 2, 1))
        answer = merge(sign_in, member, duplicate, take=["personal_id", "phone"])
        assert answer.status_code == 200
        assert answer.json()["phone"] == "********5678"
        (kept,) = rows(session, Member, Member.id == member.id)
        (gone,) = rows(session, Member, Member.id == duplicate.id)
        assert (kept.personal_id, kept.card_number) == ids
        assert (gone.personal_id, gone.card_number, gone.phone) == (None, None, None)
        assert gone.merged_into_id == member.id
        assert len(held_by(session, Attendance, member)) == 1
        assert len(held_by(session, Exemption, member)) == 1
        assert held_by(session, Attendance, duplicate) == []

    def test_the_person_is_counted_once_from_then_on(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        """In the duplicate's cell until the member's own membership began, then only there."""
        assert merge(sign_in, member, duplicate).status_code == 200
        spans = {
            (row.organization_id, row.valid_from, row.valid_to)
            for row in held_by(session, Membership, member)
        }
        assert spans == {
            (world.south_one.id, date(2026, 1, 5), date(2026, 3, 1)),
            (world.north_one.id, date(2026, 3, 1), None),
        }
        assert held_by(session, Membership, duplicate) == []
        assert differences() == []
        answer = sign_in("officer").get(f"/members?organization_id={world.south.id}")
        assert str(duplicate.id) not in answer.text

    def test_who_used_the_service_by_either_row_has_used_it(
        self, sign_in: SignIn, session: Session, member: Member, duplicate: Member
    ) -> None:
        session.add(Activity(member_id=duplicate.id, period=NOTED, first_at=NOON))
        session.flush()
        merge(sign_in, member, duplicate)
        assert [row.period for row in held_by(session, Activity, member)] == [NOTED]

    def test_one_person_keeps_one_account(
        self, sign_in: SignIn, session: Session, member: Member, duplicate: Member
    ) -> None:
        own = make_account(session, member, password_hash="x", at=NOON)
        other = make_account(session, duplicate, password_hash="x", at=NOON)
        merge(sign_in, member, duplicate)
        (own,) = rows(session, Account, Account.id == own.id)
        (other,) = rows(session, Account, Account.id == other.id)
        assert (own.disabled_at, own.member_id) == (None, member.id)
        assert other.disabled_at == NOON

    def test_nobody_comes_by_an_office_that_they_could_not_give(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        above, own = (world.people[who] for who in ("officer", "branch_officer"))
        newcomer = make_member(session, world.north_one, number=803)
        make_account(session, newcomer, password_hash="x", at=NOON)
        before = everything(session)

        for kept, given in ((own.member_id, above.member_id), (newcomer.id, above.member_id)):
            body = {"duplicate_id": str(given), "reason": "Nhập hai lần"}
            answer = sign_in("branch_officer").post(f"/members/{kept}/merge", json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

        assert everything(session) == before
        assert rows(session, Account, Account.id == above.account_id)[0].disabled_at is None

    def test_offices_change_hands_for_a_fresh_proof_only(
        self, sign_in: SignIn, session: Session, world: World, member: Member
    ) -> None:
        (deputy,) = rows(session, Member, Member.id == world.people["deputy"].member_id)
        let_lapse(session, world, "officer")

        refused = merge(sign_in, member, deputy)

        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")

    def test_the_only_account_goes_with_the_person(
        self, sign_in: SignIn, session: Session, member: Member, duplicate: Member
    ) -> None:
        make_account(session, duplicate, password_hash="x", at=NOON)
        merge(sign_in, member, duplicate)
        assert [row.disabled_at for row in held_by(session, Account, member)] == [None]

    def test_what_was_read_by_either_row_was_read(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        document = make_document(session, make_meeting(session, world.south_one))
        session.add(
            DocumentReading(document_id=document.id, member_id=duplicate.id, acknowledged_at=NOON)
        )
        session.flush()
        merge(sign_in, member, duplicate)
        assert [row.acknowledged_at for row in held_by(session, DocumentReading, member)] == [NOON]
        assert part(sign_in, session).status_code == 200
        assert held_by(session, DocumentReading, member) == []
        assert len(held_by(session, DocumentReading, duplicate)) == 1

    @pytest.mark.parametrize(("official_on", "standing"), [
        (None, "probationary"), (date(2012, 1, 1), "official"),
    ])  # fmt: skip
    def test_the_standing_is_taken_with_its_day(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        official_on: date | None,
        standing: str,
    ) -> None:
        dates = None, date(2012, 1, 1)
        own, other = (
            make_member(
                session, world.north_one, number=number, official_on=day,
                is_probationary=day is None,
            )
            for number, day in enumerate(
                sorted(dates, key=lambda day: day == official_on), 810
            )
        )  # fmt: skip
        answer = merge(sign_in, own, other, take=["official_on"])
        assert answer.json()["standing"] == standing
        part(sign_in, session)
        (own_again,) = rows(session, Member, Member.id == own.id)
        assert own_again.is_probationary is (standing == "official")

    def test_absences_of_both_add_up_and_part_again(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        """Two months without excuse, each in another cell: an alert of the second level."""
        missed = {4: (world.north_one, member), 3: (world.south_one, duplicate)}
        for month, (cell, row) in missed.items():
            meeting = make_held_meeting(session, cell, [], starts_at=NOON.replace(month=month))
            make_line(session, meeting, row.id, status=AttendanceStatus.ABSENT_UNEXCUSED)
        merge(sign_in, member, duplicate)
        assert open_levels(session, member) == [1, 2]
        part(sign_in, session)
        assert open_levels(session, member) == [1]
        assert open_levels(session, duplicate) == [1]

    def test_what_nobody_could_have_entered_is_not_taken(
        self, sign_in: SignIn, session: Session, world: World, member: Member
    ) -> None:
        young = make_member(
            session, world.south_one, number=812, born_on=date(2005, 1, 1),
            admitted_on=date(2024, 1, 1), official_on=date(2025, 1, 1),
        )  # fmt: skip
        answer = merge(sign_in, member, young, take=["born_on"])
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_young")

    def test_of_two_at_once_the_second_sees_the_first(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        member: Member,
        duplicate: Member,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Or what a third row held would be lost with the row that takes it over."""
        third = make_member(session, world.south_one, number=813)
        is_in, hand_over = threading.Event(), handovers.hand_over

        def slowly(*given: Any) -> Any:
            moved = hand_over(*given)
            is_in.set()
            threading.Event().wait(0.2)
            return moved

        monkeypatch.setattr(handovers, "hand_over", slowly)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(merge, sign_in, member, duplicate)
            assert is_in.wait(5)
            second = pool.submit(merge, sign_in, duplicate, third)
            answers = first.result(), second.result()
        assert [answer.status_code for answer in answers] == [200, 404]


class TestObstacles:
    def test_both_on_one_sheet_are_two_people(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        meeting = make_held_meeting(session, world.north_one, [member.id, duplicate.id])
        before = everything(session)
        answer = merge(sign_in, member, duplicate)
        assert (answer.status_code, answer.json()["code"]) == (409, "attendance_overlaps")
        assert answer.json()["meetings"] == [str(meeting.id)]
        assert everything(session) == before

    def test_both_report_their_absence_from_one_meeting(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        meeting = make_meeting(session, world.north_one)
        for row in (member, duplicate):
            make_absence_report(session, meeting, row.id)
        assert merge(sign_in, member, duplicate).json()["code"] == "attendance_overlaps"

    def test_a_transfer_is_decided_first(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        transfer = Transfer(
            organization_id=world.south_one.id,
            member_id=duplicate.id,
            to_organization_id=world.north_one.id,
            status=TransferStatus.SENT,
            effective_on=date(2026, 6, 1),
        )
        session.add(transfer)
        session.flush()
        assert merge(sign_in, member, duplicate).json()["code"] == "transfer_under_way"

    def test_the_lines_of_a_locked_month_name_who_they_name(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        meeting = make_held_meeting(session, world.south_one, [duplicate.id])
        (figure,) = rows(
            session,
            Figure,
            Figure.organization_id == world.south_one.id,
            Figure.period == meeting.period,
        )
        figure.locked_at = NOON
        session.add(figure)
        session.flush()
        answer = merge(sign_in, member, duplicate)
        assert (answer.status_code, answer.json()["code"]) == (409, "period_locked")

    def test_a_row_is_not_its_own_duplicate(self, sign_in: SignIn, member: Member) -> None:
        answer = merge(sign_in, member, member)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "same_row")

    def test_a_preview_names_them_and_changes_nothing(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        make_held_meeting(session, world.north_one, [member.id, duplicate.id])
        before = everything(session)
        answer = (
            sign_in("officer").get(f"/members/{member.id}/merge?duplicate_id={duplicate.id}").json()
        )
        assert answer["obstacles"] == ["attendance_overlaps"]
        assert answer["rows"] == {"attendances": 1}
        fields = {field["field"]: field for field in answer["fields"]}
        assert fields["phone"] == {
            "field": "phone", "kept": None, "duplicate": "********5678", "differs": True
        }  # fmt: skip
        assert everything(session) == before


class TestPart:
    def test_everything_is_as_it_was(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        make_held_meeting(session, world.south_one, [duplicate.id])
        make_account(session, duplicate, password_hash="x", at=NOON)
        make_membership(
            session, world.north_two, duplicate, valid_from=date(2025, 1, 1),
            valid_to=date(2026, 1, 5),
        )  # fmt: skip
        session.add(Activity(member_id=duplicate.id, period=NOTED, first_at=NOON))
        session.flush()
        before = everything(session)
        before.pop("Figure")
        merge(sign_in, member, duplicate, take=["personal_id", "full_name"])
        assert part(sign_in, session).status_code == 200
        after = everything(session)
        after.pop("Figure")
        assert after == before
        assert differences() == []

    def test_not_when_the_month_was_locked_since(
        self, sign_in: SignIn, session: Session, world: World, member: Member, duplicate: Member
    ) -> None:
        make_held_meeting(session, world.south_one, [duplicate.id])
        merge(sign_in, member, duplicate)
        locked = sign_in("officer").post(
            f"/periods/{NOTED}/lock", json={"organization_id": str(world.root.id)}
        )
        assert locked.status_code == 200
        assert part(sign_in, session).json()["code"] == "period_locked"
        assert period_seals.breaches(session, NOTED) == []

    def test_only_once(
        self, sign_in: SignIn, session: Session, member: Member, duplicate: Member
    ) -> None:
        merge(sign_in, member, duplicate)
        part(sign_in, session)
        assert part(sign_in, session).json()["code"] == "already_parted"

    def test_not_when_a_taken_field_was_changed_since(
        self, sign_in: SignIn, session: Session, member: Member, duplicate: Member
    ) -> None:
        merge(sign_in, member, duplicate, take=["phone"])
        officer = sign_in("officer")
        etag = officer.get(f"/members/{member.id}").headers["etag"]
        changed = officer.patch(
            f"/members/{member.id}", json={"phone": "0987654321"}, headers={"if-match": etag}
        )
        assert changed.status_code == 200
        assert part(sign_in, session).json()["code"] == "changed_since"

    @pytest.mark.parametrize(("days", "status"), [(30, 200), (31, 409)])
    def test_within_thirty_days(
        self,
        sign_in: SignIn,
        session: Session,
        clock: time_machine.Traveller,
        member: Member,
        duplicate: Member,
        *,
        days: int,
        status: int,
    ) -> None:
        merge(sign_in, member, duplicate)
        moment: datetime = NOON + timedelta(days=days)
        clock.move_to(moment)
        assert part(sign_in, session).status_code == status


class TestList:
    def test_the_office_sees_its_merges(
        self, sign_in: SignIn, world: World, member: Member, duplicate: Member
    ) -> None:
        merge(sign_in, member, duplicate)
        listed = sign_in("officer").get(f"/member-merges?member_id={member.id}").json()["items"]
        assert [item["merged_id"] for item in listed] == [str(duplicate.id)]
        assert sign_in("sibling_officer").get("/member-merges").json()["items"] == []
        assert sign_in("member").get("/member-merges").json()["items"] == []
