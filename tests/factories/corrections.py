"""What members say is wrong about their own data."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import Correction, CorrectionField, Organization


def make_correction(
    session: Session, cell: Organization, member_id: UUID, wanted: str, **overrides: Any
) -> Correction:
    """Of the telephone, unless it is told of another field; it waits."""
    defaults: dict[str, Any] = {
        "field": CorrectionField.PHONE,
        "reply_due_on": date(2026, 5, 19),
        "due_on": date(2026, 5, 29),
    }
    correction = Correction(
        organization_id=cell.id, member_id=member_id, wanted_sealed=b"", **(defaults | overrides)
    )
    correction.wanted = wanted
    session.add(correction)
    session.flush()
    return correction
