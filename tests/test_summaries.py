"""Every Monday a committee is told how its month goes; nothing when nothing has changed."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.core import database
from app.jobs import calendar, worker
from app.models import (
    Job,
    JobKind,
    MeetingStatus,
    Notification,
    NotificationKind,
    WeeklySummary,
)
from app.policies.actors import SYSTEM
from app.services import figures, summaries
from app.work import Work
from tests.conftest import at
from tests.factories.jobs import do_what_waits
from tests.factories.meetings import make_held_meeting
from tests.recounts import differences
from tests.world import World, rows

MONDAY = at("2026-05-18T07:30:00+07:00")
WEEK = timedelta(days=7)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def _begun(world: World, clock: time_machine.Traveller) -> None:
    calendar.keep()
    clock.move_to(MONDAY)


def inbox(session: Session, world: World, person: str) -> list[Notification]:
    member_id = world.people[person].member_id
    told = rows(session, Notification, Notification.kind == NotificationKind.WEEKLY_SUMMARY)
    return [notice for notice in told if notice.member_id == member_id]


def run(session: Session) -> Job:
    do_what_waits()
    return rows(session, Job, Job.kind == JobKind.WEEKLY_SUMMARY)[-1]


def meet(session: Session, world: World) -> None:
    """A regular meeting of the first cell in the north, counted."""
    members = world.members[world.north_one.id][:2]
    make_held_meeting(session, world.north_one, members, status=MeetingStatus.SUBMITTED)
    with database.writing() as writer:
        figures.recount(Work(writer, SYSTEM, MONDAY), [world.north_one.id], ["2026-05"])


def test_whoever_leads_a_committee_is_told_of_it(
    session: Session, world: World, clock: time_machine.Traveller
) -> None:
    meet(session, world)

    job = run(session)

    (notice,) = inbox(session, world, "overseer")
    assert notice.title == "Tổng hợp tuần: Đảng bộ xã Bắc"
    lines = notice.body.splitlines()
    assert lines[0] == "Tháng 05/2026, tính đến 18/05/2026."
    assert lines[1] == "Chi bộ đã sinh hoạt thường kỳ: 1/2 = 50,00 %"
    assert "Cần đôn đốc trước:" in lines
    assert lines[lines.index("Cần đôn đốc trước:") + 1].startswith("- Chi bộ Bắc 2: 1 chi bộ")
    assert len(inbox(session, world, "officer")) == 1
    assert inbox(session, world, "secretary") == inbox(session, world, "inspector") == []
    assert (job.done, job.skipped) == (3, 0)
    assert differences() == []


def test_what_is_folded_meanwhile_is_counted_once(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet(session, world)
    waiting = summaries._pending  # noqa: SLF001 - between what waits and the rows

    def slowly(work: Work, period: str) -> Any:
        found = waiting(work, period)
        worker.step()
        return found

    monkeypatch.setattr(summaries, "_pending", slowly)
    run(session)

    (notice,) = inbox(session, world, "overseer")
    assert "Chi bộ đã sinh hoạt thường kỳ: 1/2 = 50,00 %" in notice.body


def test_a_week_later_the_change_is_told(
    session: Session, world: World, clock: time_machine.Traveller
) -> None:
    run(session)
    meet(session, world)
    clock.shift(WEEK)

    run(session)

    body = inbox(session, world, "overseer")[-1].body
    assert "Chi bộ đã sinh hoạt thường kỳ: 1/2 = 50,00 % (+1 so với tuần trước)" in body


def test_when_nothing_changed_nobody_is_told(
    session: Session, world: World, clock: time_machine.Traveller
) -> None:
    run(session)
    clock.shift(WEEK)

    job = run(session)

    assert (job.done, job.skipped) == (0, 3)
    assert len(inbox(session, world, "overseer")) == 1


def test_done_again_it_tells_nobody_twice(
    session: Session, world: World, clock: time_machine.Traveller
) -> None:
    """As after a worker that was lost in the middle."""
    done = run(session)
    again = Job(
        kind=JobKind.WEEKLY_SUMMARY,
        parameters=done.parameters,
        due_at=MONDAY,
        result=done.result,
    )
    session.add(again)
    session.flush()

    do_what_waits()

    assert len(inbox(session, world, "overseer")) == 1


def test_in_the_first_days_it_is_of_the_month_that_is_over(
    session: Session, world: World, clock: time_machine.Traveller
) -> None:
    clock.move_to(at("2026-06-01T07:30:00+07:00"))

    run(session)

    kept = rows(session, WeeklySummary)
    assert {(row.day, row.period) for row in kept} == {(date(2026, 6, 1), "2026-05")}


def test_what_is_too_old_to_compare_with_is_forgotten(
    session: Session, world: World, clock: time_machine.Traveller
) -> None:
    run(session)
    clock.move_to(MONDAY + 9 * WEEK)

    run(session)

    assert {row.day for row in rows(session, WeeklySummary)} == {date(2026, 7, 20)}
