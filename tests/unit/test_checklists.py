"""What is measured of a meeting, and what its cell's month makes of it."""

from datetime import datetime
from typing import Any

import pytest

from app.models import MeetingKind, MeetingStatus
from app.schemas.checklists import ChecklistItem
from app.schemas.settings import Need, Rules
from app.services.checklists import (
    Facts,
    check,
    counts_of_month,
    counts_of_quarter,
    lacking,
    obligation,
)

DEFAULT = Rules()
STARTS = "2026-05-05T19:00:00+07:00"
WHOLE: dict[str, Any] = {
    "kind": MeetingKind.REGULAR,
    "status": MeetingStatus.SUBMITTED,
    "starts_at": STARTS,
    "ended_at": "2026-05-05T20:30:00+07:00",
    "first_submitted_at": "2026-05-06T09:00:00+07:00",
    "notice_sent_at": "2026-04-28T08:00:00+07:00",
    "documents_published_at": "2026-05-01T08:00:00+07:00",
    "minutes_written_at": "2026-05-05T21:00:00+07:00",
    "scored_at": None,
}


def facts(**changes: Any) -> Facts:
    said = WHOLE | changes
    return Facts(*(_moment(name, said[name]) for name in Facts._fields))


def _moment(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name.endswith("_at") and value else value


ON_TIME = {"cells_met", "cells_met_on_time", "documents_on_time"}
MET = {"cells_met", "documents_on_time"}
ONLY_MET = {"cells_met"}


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, ON_TIME),
        ({"status": "accepted"}, ON_TIME),
        ({"status": "returned"}, {"documents_on_time"}),
        ({"status": "scheduled"}, {"documents_on_time"}),
        ({"status": "draft"}, set()),
        ({"status": "cancelled"}, set()),
        ({"kind": "thematic"}, set()),
        ({"kind": "extraordinary"}, set()),
        ({"documents_published_at": None}, ONLY_MET),
        # Exactly 24 hours before is in time, by any clock.
        ({"documents_published_at": "2026-05-04T12:00:00+00:00"}, ON_TIME),
        ({"documents_published_at": "2026-05-04T19:00:00.000001+07:00"}, ONLY_MET),
        ({"notice_sent_at": None}, MET),
        ({"notice_sent_at": "2026-05-05T18:59:59+07:00"}, ON_TIME),
        ({"notice_sent_at": STARTS}, MET),
        ({"minutes_written_at": None}, MET),
        ({"minutes_written_at": "2026-05-07T23:59:59.999999+07:00"}, ON_TIME),
        ({"minutes_written_at": "2026-05-08T00:00:00+07:00"}, MET),
        ({"first_submitted_at": "2026-05-07T23:59:59+07:00"}, ON_TIME),
        ({"first_submitted_at": "2026-05-08T00:00:00+07:00"}, MET),
        # Ended just after midnight: the days are counted from that day.
        (
            {
                "ended_at": "2026-05-06T00:10:00+07:00",
                "first_submitted_at": "2026-05-08T23:00:00+07:00",
            },
            ON_TIME,
        ),
    ],
)
def test_a_month_counts_as_the_defaults_say(changes: dict[str, Any], counts: set[str]) -> None:
    assert set(counts_of_month(facts(**changes), DEFAULT)) == counts


@pytest.mark.parametrize(
    ("rules", "changes", "counts"),
    [
        ({"met_needs": ["scored"]}, {}, {"documents_on_time"}),
        ({"met_needs": ["scored"]}, {"scored_at": "2026-06-20T08:00:00+07:00"}, ON_TIME),
        ({"met_needs": ["notice_sent"]}, {"notice_sent_at": None}, {"documents_on_time"}),
        ({"on_time_needs": []}, {"notice_sent_at": None, "minutes_written_at": None}, ON_TIME),
        # What is needed for the month is needed in time too.
        (
            {"met_needs": ["notice_sent"], "on_time_needs": []},
            {"documents_published_at": None},
            {"cells_met", "cells_met_on_time"},
        ),
        ({"monthly_kinds": ["regular", "committee"]}, {"kind": "committee"}, ON_TIME),
        ({"monthly_kinds": []}, {}, set()),
    ],
)
def test_a_committee_may_ask_for_more_or_less(
    rules: dict[str, Any], changes: dict[str, Any], counts: set[str]
) -> None:
    said = Rules.model_validate(rules)

    assert set(counts_of_month(facts(**changes), said)) == counts


@pytest.mark.parametrize(
    ("kind", "status", "counted"),
    [
        ("thematic", "submitted", True),
        ("thematic", "accepted", True),
        ("thematic", "returned", False),
        ("thematic", "ended", False),
        ("regular", "submitted", False),
    ],
)
def test_a_quarter_asks_for_a_thematic_meeting(kind: str, status: str, *, counted: bool) -> None:
    found = list(counts_of_quarter(facts(kind=kind, status=status), DEFAULT))

    assert found == (["cells_met_thematic"] if counted else [])


def test_the_checklist_shows_every_item_with_its_moment_and_the_last_one_in_time() -> None:
    lines = check(facts(notice_sent_at=None), DEFAULT, is_roll_closed=True)

    shown = {line.item: (line.is_met, line.is_needed_for) for line in lines}
    assert shown == {
        ChecklistItem.NOTICE_SENT: (False, "on_time"),
        ChecklistItem.DOCUMENTS_IN_TIME: (True, "on_time"),
        ChecklistItem.HELD: (True, "met"),
        ChecklistItem.ROLL_CLOSED: (True, "met"),
        ChecklistItem.SCORED: (False, None),
        ChecklistItem.MINUTES_IN_TIME: (True, "on_time"),
        ChecklistItem.SUBMITTED: (True, "met"),
        ChecklistItem.SUBMITTED_IN_TIME: (True, "on_time"),
    }
    due = {str(line.item): line.due_at and line.due_at.isoformat() for line in lines}
    assert due == {
        "notice_sent": "2026-05-05T18:59:59.999999+07:00",
        "documents_in_time": "2026-05-04T19:00:00+07:00",
        "held": None,
        "roll_closed": None,
        "scored": None,
        "minutes_in_time": "2026-05-07T16:59:59.999999+00:00",
        "submitted": None,
        "submitted_in_time": "2026-05-07T16:59:59.999999+00:00",
    }


@pytest.mark.parametrize(
    ("status", "is_roll_closed", "met"),
    [
        ("scheduled", True, set()),
        ("open", True, set()),
        ("ended", False, {"held"}),
        ("ended", True, {"held", "roll_closed"}),
        ("returned", True, {"held", "roll_closed"}),
        ("submitted", True, {"held", "roll_closed", "submitted"}),
    ],
)
def test_three_items_follow_from_the_state(
    status: str, met: set[str], *, is_roll_closed: bool
) -> None:
    lines = check(facts(status=status), DEFAULT, is_roll_closed=is_roll_closed)

    by_state = {"held", "roll_closed", "submitted"}
    assert {line.item for line in lines if line.is_met and line.item in by_state} == met


@pytest.mark.parametrize(
    ("kind", "owed", "needed"),
    [
        ("thematic", "quarterly", {"held", "roll_closed", "submitted"}),
        ("extraordinary", None, set()),
    ],
)
def test_other_kinds_are_asked_for_less(kind: str, owed: str | None, needed: set[str]) -> None:
    met = facts(kind=kind)
    lines = check(met, DEFAULT, is_roll_closed=True)

    assert obligation(met, DEFAULT) == owed
    assert {line.item for line in lines if line.is_needed_for} == needed


def test_every_need_of_a_setting_is_an_item() -> None:
    assert {str(need) for need in Need} <= {str(item) for item in ChecklistItem}
    everything = Rules(met_needs=tuple(Need), on_time_needs=())

    assert lacking(facts(), everything, on_time=False) == ["scored"]
