"""Plans of cells, as if they had been made before; the next day brings their drafts."""

from datetime import date
from typing import Any

from sqlmodel import Session

from app.models import HeldAs, MeetingKind, MeetingPlan, Organization


def make_plan(session: Session, cell: Organization, **overrides: Any) -> MeetingPlan:
    """Of regular meetings, on the fifth of the month at half past seven in the evening."""
    defaults: dict[str, Any] = {
        "kind": MeetingKind.REGULAR,
        "day_of_month": 5,
        "at": "19:30",
        "lasts_minutes": 90,
        "place": "Hội trường",
        "held_as": HeldAs.WHOLE,
        "valid_from": date(2026, 1, 1),
    }
    plan = MeetingPlan(organization_id=cell.id, **(defaults | overrides))
    session.add(plan)
    session.flush()
    return plan
