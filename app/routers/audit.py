"""The audit trail: what was done, by whom and why. It is read, and never written here."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.audit import AuditEntryRead, AuditQuery
from app.services import audit

router = APIRouter(prefix="/audit", tags=["audit"], route_class=WorkRoute)


@router.get("", response_model=Page[AuditEntryRead])
def search_audit(work: CurrentWork, query: Annotated[AuditQuery, Query()]) -> Page[AuditEntryRead]:
    """What was done within reach, the newest first: of a unit, a person, a meeting, an account."""
    return audit.search(work, query)
