"""Transfers as if they had been drafted before."""

from datetime import date
from typing import Any

from sqlmodel import Session

from app.models import ExemptionKind, Member, Organization, Transfer, TransferStatus
from tests.factories.people import make_exemption
from tests.world import NOON


def make_transfer(
    session: Session, member: Member, giving: Organization, taking: Organization, **overrides: Any
) -> Transfer:
    """Of a member of the cell that gives, for 1 June; one that was sent is in transit."""
    defaults: dict[str, Any] = {"effective_on": date(2026, 6, 1), "created_at": NOON}
    facts = defaults | overrides
    if facts.get("status") is TransferStatus.SENT:
        facts.setdefault("sent_at", NOON)
        transit = make_exemption(
            session, giving, member, kind=ExemptionKind.IN_TRANSIT, valid_from=date(2026, 5, 15)
        )
        facts["exemption_id"] = transit.id
    transfer = Transfer(
        member_id=member.id, organization_id=giving.id, to_organization_id=taking.id, **facts
    )
    session.add(transfer)
    session.flush()
    return transfer
