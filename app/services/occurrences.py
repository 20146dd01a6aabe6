"""When a plan puts its meeting in a period: a pure rule, with holidays."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import chain
from typing import cast

from app.core import periods
from app.core.clock import day_starts_at, local_date
from app.models import MeetingPlan, Organization

WEEK = timedelta(days=7)
#: The week that every month has, whatever its number.
LAST = -1


def day_in(period: str, plan: MeetingPlan) -> date:
    """The day that the rule names, holiday or not."""
    first, last = periods.first_day(period), periods.last_day(period)
    if plan.day_of_month is not None:
        return first.replace(day=plan.day_of_month)
    week, weekday = cast("int", plan.week), cast("int", plan.weekday)  # the other kind of rule
    if week == LAST:
        return last - timedelta(days=(last.isoweekday() - weekday) % 7)
    return first + timedelta(days=(weekday - first.isoweekday()) % 7) + WEEK * (week - 1)


def free_day(day: date, holidays: Collection[date]) -> date | None:
    """The day itself or the next in its month that is no holiday, else the last before it."""
    first, last = day.replace(day=1), periods.last_day(periods.period_of(day))
    onwards = (day + timedelta(days=n) for n in range((last - day).days + 1))
    backwards = (day - timedelta(days=n) for n in range(1, (day - first).days + 1))
    return next((each for each in chain(onwards, backwards) if each not in holidays), None)


def moment_in(period: str, plan: MeetingPlan, holidays: Collection[date]) -> datetime | None:
    """When the meeting starts; None in a month of holidays."""
    day = free_day(day_in(period, plan), holidays)
    if day is None:
        return None
    hours, minutes = plan.at.split(":")
    return day_starts_at(day) + timedelta(hours=int(hours), minutes=int(minutes))


def may_be_at(moment: datetime, plan: MeetingPlan, cell: Organization) -> bool:
    """Whether the plan and its cell hold on that day."""
    day = local_date(moment)
    dated: tuple[MeetingPlan | Organization, ...] = plan, cell
    return all(
        each.valid_from <= day and (each.valid_to is None or day < each.valid_to) for each in dated
    )
