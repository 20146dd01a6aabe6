"""A month is locked from above, opened for some, and stands unless it was opened."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import bindparam, text, types
from sqlmodel import Session

from app.core import clock as clocks
from app.core import database
from app.models import (
    AuditEntry,
    Figure,
    FrozenAccount,
    MeetingStatus,
    Organization,
    PeriodLock,
    Setting,
)
from app.policies.actors import SYSTEM
from app.services import periods
from app.work import Work
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.meetings import make_meeting
from tests.figures import activate, figure
from tests.periods import (
    APRIL,
    IN_APRIL,
    MAY,
    code,
    lock,
    make_april,
    month_of,
    row_of,
    seal_of,
    unlock,
)
from tests.recounts import differences
from tests.reorganizations import decide, found, move
from tests.world import NOON, World, rows


class TestLock:
    def test_a_whole_branch_is_locked_and_sealed(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        make_april(session, world, world.north_one)

        month = said(lock(sign_in("officer"), world.north, reason="Đã báo cáo"))

        assert (month["locked"], month["reason"]) == (True, "Đã báo cáo")
        for unit in (world.north, world.north_one, world.north_two):
            assert row_of(session, unit).locked_at == NOON
        assert row_of(session, world.root).locked_at is None
        assert row_of(session, world.north_one, MAY).locked_at is None
        (made,) = rows(session, PeriodLock)
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "period.locked")
        assert (made.cells, trace.details["digest"]) == (2, made.digest)
        assert seal_of(session, world.north_one) != seal_of(session, world.north_two)
        assert differences() == []

    def test_it_is_shown_to_those_below(self, sign_in: SignIn, world: World) -> None:
        lock(sign_in("officer"), world.root, reason="Hết hạn")

        seen = month_of(sign_in("secretary"), world.north_one)

        assert (seen["locked"], seen["reason"], seen["exceptions"]) == (True, "Hết hạn", [])

    def test_only_once(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("officer")
        said(lock(client, world.north))

        assert code(lock(client, world.north)) == (409, "conflict")
        assert code(lock(client, world.north_one)) == (409, "conflict")

    def test_a_part_locked_before_keeps_its_seal(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        client = sign_in("officer")
        said(lock(client, world.north_one))
        before = seal_of(session, world.north_one)
        clock.move_to(NOON + timedelta(hours=1))

        said(lock(client, world.root))

        assert seal_of(session, world.north_one) == before
        assert row_of(session, world.north_one).locked_at == NOON
        assert row_of(session, world.south_one).locked_at == NOON + timedelta(hours=1)
        assert differences() == []

    @pytest.mark.parametrize("period", ["2025-12", "2026-06"])
    def test_not_before_it_begins_or_the_figures_do(
        self, sign_in: SignIn, world: World, period: str
    ) -> None:
        refused = lock(sign_in("officer"), world.north, period)

        assert code(refused) == (409, "period_not_begun")

    @pytest.mark.parametrize("period", ["2026-13", "1999-01", "2026-4", "april"])
    def test_only_what_is_a_month(self, sign_in: SignIn, world: World, period: str) -> None:
        refused = lock(sign_in("officer"), world.north, period)

        assert code(refused) == (422, "invalid")
        assert refused.json()["errors"][0]["pointer"] == "/path/period"

    def test_a_lock_has_no_end(self, sign_in: SignIn, world: World) -> None:
        refused = lock(sign_in("officer"), world.north, until=NOON.isoformat())

        assert refused.json()["errors"][0]["pointer"] == "/until"

    def test_of_two_at_once_one_locks(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        clients = sign_in("officer"), sign_in("branch_officer")
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda client: lock(client, world.north), clients))

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert len(rows(session, PeriodLock)) == 1
        assert differences() == []


class TestStanding:
    """Late facts are taken in, and change the months that are open."""

    def test_an_exemption_counts_in_open_months_only(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        officer = sign_in("officer")
        said(lock(officer, world.north))
        before = {period: accounts(officer, world.north_one, period) for period in (APRIL, MAY)}
        member = world.people["member"].member_id

        said(officer.post("/exemptions", json=exempt_from_april(member)))

        after = {period: accounts(officer, world.north_one, period) for period in (APRIL, MAY)}
        assert after == {APRIL: before[APRIL], MAY: before[MAY] - 1}
        assert differences() == []

    def test_an_activation_counts_in_open_months_only(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        said(lock(officer, world.north, MAY))
        before = figure(officer, world.north, "accounts_activated", MAY)

        activate(sign_in, str(world.members[world.north_one.id][6]))

        assert figure(officer, world.north, "accounts_activated", MAY) == before
        assert differences() == []

    def test_who_lacked_an_account_is_kept(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        said(lock(sign_in("officer"), world.north, MAY))
        row = row_of(session, world.north_one, MAY)

        frozen = rows(session, FrozenAccount, FrozenAccount.organization_id == world.north_one.id)

        assert len(frozen) == row.accounts - row.accounts_active
        not_activated = [one for one in frozen if not one.is_activated]
        assert len(not_activated) == row.accounts - row.accounts_activated > 0

    def test_a_cell_founded_below_counts_nothing(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        said(lock(sign_in("officer"), world.north, MAY))
        new = {
            "code": "97.001.001.000.009",
            "name": "Chi bộ Bắc 9",
            "kind": "cell",
            "parent_id": str(world.north.id),
        }

        made = said(sign_in("officer").post("/organizations", json=new))

        (row,) = rows(session, Figure, Figure.organization_id == UUID(made["id"]))
        assert (row.locked_at, row.cells) == (NOON, 0)
        assert differences() == []


class TestUnlock:
    def test_an_exception_lets_late_facts_in_and_ends_by_itself(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        officer, secretary = sign_in("officer"), sign_in("secretary")
        meeting = make_april(session, world, world.north_one, status=MeetingStatus.SUBMITTED)
        said(lock(officer, world.root))
        url = f"/meetings/{meeting.id}/reopen"
        until = NOON + timedelta(hours=2)

        month = said(unlock(officer, world.north_one, until=until.isoformat()))
        before = seal_of(session, world.north_one)
        said(secretary.post(url, json={"reason": "Nhầm"}))

        assert (month["locked"], month["exceptions"][0]["reason"]) == (False, "Bổ sung biên bản")
        assert row_of(session, world.north_one).cells_met == 0
        assert row_of(session, world.root).locked_at == NOON
        assert figure(officer, world.root, "cells_met", APRIL)[0] == 0
        assert seal_of(session, world.north_one) != before
        clock.move_to(until)
        assert code(secretary.post(f"/meetings/{meeting.id}/submit", json={})) == (
            409,
            "period_locked",
        )
        assert month_of(secretary, world.north_one)["exceptions"] == []
        assert differences() == []

    def test_what_is_written_without_being_counted_is_sealed_again(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        draft = make_meeting(session, world.north_one, starts_at=IN_APRIL)
        said(lock(sign_in("officer"), world.north))
        said(unlock(sign_in("officer"), world.north_one, until="2026-05-16T00:00:00Z"))

        said(sign_in("secretary").post(f"/meetings/{draft.id}/schedule"))

        assert differences() == []

    def test_late_facts_come_in_when_it_is_opened(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        officer = sign_in("officer")
        said(lock(officer, world.north))
        member = world.members[world.north_two.id][3]
        before = accounts(officer, world.north_two, APRIL)
        said(officer.post("/exemptions", json=exempt_from_april(member)))

        said(unlock(officer, world.north_two, until="2026-05-16T00:00:00Z"))

        assert accounts(officer, world.north_two, APRIL) == before - 1
        frozen = {one.member_id for one in rows(session, FrozenAccount)}
        assert member not in frozen
        assert differences() == []

    def test_late_moves_come_in_when_all_whom_they_touch_are_open(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        officer = sign_in("officer")
        said(lock(officer, world.root))
        said(move(officer, world.north_one, world.south, "2026-04-10"))
        gone = found(officer, world.north, kind="cell", valid_from="2026-01-01")
        said(decide(officer, "dissolve", gone, "2026-03-20"))

        said(unlock(officer, world.north_one, until="2026-06-01T00:00:00Z"))
        assert row_of(session, world.north_one).parent_id == world.north.id
        assert differences() == []

        said(unlock(officer, world.root))
        assert row_of(session, world.north_one).parent_id == world.south.id
        assert not rows(session, Figure, Figure.organization_id == gone.id, Figure.period == APRIL)
        assert differences() == []

    def test_for_good_without_an_end(self, sign_in: SignIn, session: Session, world: World) -> None:
        officer = sign_in("officer")
        said(lock(officer, world.root))

        month = said(unlock(officer, world.north))

        assert (month["locked"], month["locked_at"]) == (False, None)
        assert row_of(session, world.north_one).locked_at is None
        assert row_of(session, world.south_one).locked_at == NOON
        assert seal_of(session, world.north_one) is None
        assert (
            rows(session, FrozenAccount, FrozenAccount.organization_id == world.north_one.id) == []
        )
        assert differences() == []
        again = said(lock(officer, world.north))
        assert (again["locked"], again["exceptions"]) == (True, [])
        assert differences() == []

    def test_locking_again_ends_an_exception(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        officer = sign_in("officer")
        said(lock(officer, world.north))
        said(unlock(officer, world.north_one, until="2026-05-20T00:00:00Z"))

        month = said(lock(officer, world.north))

        assert (month["locked"], month["exceptions"]) == (True, [])
        assert row_of(session, world.north_one).open_until is None

    def test_only_what_is_locked_and_not_into_the_past(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")

        assert code(unlock(officer, world.north)) == (409, "not_locked")
        past = unlock(officer, world.north, until=NOON.isoformat())
        assert past.json()["errors"][0]["code"] == "in_the_past"

    def test_from_above_what_was_locked(self, sign_in: SignIn, world: World) -> None:
        officer, branch = sign_in("officer"), sign_in("branch_officer")
        said(lock(branch, world.north))
        assert unlock(branch, world.north).status_code == 403
        assert unlock(branch, world.north_one).status_code == 200

        said(lock(officer, world.root))

        assert unlock(branch, world.north_one).status_code == 403
        assert unlock(officer, world.north_one).status_code == 200


class TestSeals:
    """Who changes a locked month past the service is found out, and nothing is put right by it."""

    @pytest.mark.parametrize(
        "by_hand",
        [
            "UPDATE attendances SET status = 'absent_excused' WHERE meeting_id = :meeting",
            "UPDATE figures SET present = present + 1"
            " WHERE organization_id = :cell AND period = '2026-04'",
            "UPDATE meetings SET ended_at = starts_at WHERE id = :meeting",
            "DELETE FROM frozen_accounts WHERE organization_id = :cell",
            "DELETE FROM period_seals WHERE organization_id = :cell",
            "UPDATE figures SET locked_at = NULL"
            " WHERE organization_id = :cell AND period = '2026-04'",
        ],
    )
    def test_each_change_by_hand_is_named(
        self, sign_in: SignIn, session: Session, world: World, by_hand: str
    ) -> None:
        meeting = make_april(
            session, world, world.north_one, ended_at=IN_APRIL + timedelta(hours=1)
        )
        said(lock(sign_in("officer"), world.north))
        assert differences() == []

        write(session, by_hand, meeting=meeting.id, cell=world.north_one.id)

        found = {(one.path, one.count) for one in differences() if one.is_beyond_repair}
        place = row_of(session, world.north_one).path
        assert found & {(place, "seal"), (row_of(session, world.north).path, "lock")}


class TestLockDue:
    def test_a_month_locks_itself_once_when_its_days_are_over(
        self, session: Session, world: World, clock: time_machine.Traveller, sign_in: SignIn
    ) -> None:
        decide_days(session, world.root, 20)
        decide_days(session, world.south, 25)

        assert lock_due() == 0
        clock.move_to(at("2026-05-21T03:00:00Z"))
        assert lock_due() == 1

        assert row_of(session, world.north_one).locked_at is not None
        assert row_of(session, world.south_one).locked_at is None
        assert month_of(sign_in("officer"), world.north_one)["reason"] == "Tự động chốt sau 20 ngày"
        said(unlock(sign_in("officer"), world.root))
        assert lock_due() == 0
        clock.move_to(at("2026-05-26T03:00:00Z"))
        assert lock_due() == 1
        assert row_of(session, world.south_one).locked_at is not None

    def test_who_gives_itself_longer_does_so_where_it_stood_in_the_month(
        self, session: Session, world: World, clock: time_machine.Traveller, sign_in: SignIn
    ) -> None:
        decide_days(session, world.north, 20)
        decide_days(session, world.north_two, 25)
        said(move(sign_in("officer"), world.north_two, world.south, "2026-05-02"))
        clock.move_to(at("2026-05-21T03:00:00Z"))

        assert lock_due() == 1

        assert row_of(session, world.north_one).locked_at is not None
        assert row_of(session, world.north_two).locked_at is None

    def test_the_first_request_of_a_day_does_it(
        self, session: Session, world: World, clock: time_machine.Traveller, sign_in: SignIn
    ) -> None:
        decide_days(session, world.root, 20)
        clock.move_to(at("2026-05-21T03:00:00Z"))

        assert month_of(sign_in("officer"), world.root)["locked"] is True


class TestSearch:
    def test_the_months_of_the_highest_unit_the_latest_first(
        self, sign_in: SignIn, world: World
    ) -> None:
        client = sign_in("officer")
        first = said(client.get("/periods", params={"limit": 3}))
        second = said(client.get("/periods", params={"cursor": first["next_cursor"], "limit": 3}))

        items = first["items"] + second["items"]
        assert [item["period"] for item in items] == [f"2026-0{month}" for month in (5, 4, 3, 2, 1)]
        assert {item["organization"]["id"] for item in items} == {str(world.root.id)}
        assert items[0]["progress"] == {"confirmed": 0, "excused": 0, "open": 2, "total": 2}

    def test_not_for_members(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("member")

        assert client.get("/periods").status_code == 403
        asked = {"organization_id": str(world.north_one.id)}
        assert client.get("/periods", params=asked).status_code == 403
        asked = {"organization_id": str(world.south_one.id)}
        assert client.get("/periods", params=asked).status_code == 404


def accounts(client: Any, unit: Organization, period: str) -> int:
    denominator: int = figure(client, unit, "accounts_activated", period)[1]
    return denominator


def decide_days(session: Session, unit: Organization, days: int) -> None:
    session.add(
        Setting(
            organization_id=unit.id,
            name="lock_after_days",
            value=days,
            valid_from=date(2026, 4, 15),
        )
    )
    session.flush()


def lock_due() -> int:
    with database.writing() as writer:
        return periods.lock_due(Work(writer, SYSTEM, clocks.now()))


def exempt_from_april(member_id: UUID | None) -> dict[str, str]:
    return {"member_id": str(member_id), "valid_from": "2026-04-01"}


def write(session: Session, statement: str, **values: Any) -> None:
    said_of = text(statement)
    for name, value in values.items():
        if f":{name}" in statement:
            said_of = said_of.bindparams(bindparam(name, value, type_=types.Uuid()))
    session.connection().execute(said_of)
