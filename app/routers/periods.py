"""Months on their way up: submitted, returned, accepted; locked, and opened again for some."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.gate.lanes import BRANCHES, through
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.periods import (
    PeriodDecide,
    PeriodLockCreate,
    PeriodProgress,
    PeriodQuery,
    PeriodRead,
    PeriodReturn,
    PeriodUnlock,
    ProgressQuery,
)
from app.services import period_reviews, periods

router = APIRouter(prefix="/periods", tags=["periods"], route_class=WorkRoute)


@router.get("", response_model=Page[PeriodRead])
def search_periods(work: CurrentWork, query: Annotated[PeriodQuery, Query()]) -> Page[PeriodRead]:
    """The months of a unit, the latest first: locked or not, and how far on their way up."""
    return periods.search(work, query)


@router.get("/{period}/progress", response_model=PeriodProgress)
def get_period_progress(
    work: CurrentWork, period: str, query: Annotated[ProgressQuery, Query()]
) -> PeriodProgress:
    """How many units of each level are confirmed or excused, and where those right below stand."""
    return periods.progress(work, period, query.organization_id)


@router.post("/{period}/lock", response_model=PeriodRead)
@through(BRANCHES)
def lock_period(work: CurrentWork, period: str, data: PeriodLockCreate) -> PeriodRead:
    """Freeze a month for a unit and all below it."""
    return periods.lock(work, period, data)


@router.post("/{period}/unlock", response_model=PeriodRead)
@through(BRANCHES)
def unlock_period(work: CurrentWork, period: str, data: PeriodUnlock) -> PeriodRead:
    """Let a unit change a locked month until a moment, or for good; from the level above."""
    return periods.unlock(work, period, data)


@router.post("/{period}/submit", response_model=PeriodRead)
@through(BRANCHES)
def submit_period(work: CurrentWork, period: str, data: PeriodDecide) -> PeriodRead:
    """Hand a committee's month up, once all below are settled."""
    return period_reviews.submit(work, period, data)


@router.post("/{period}/return", response_model=PeriodRead)
@through(BRANCHES)
def return_period(work: CurrentWork, period: str, data: PeriodReturn) -> PeriodRead:
    """Give it back with a comment; what its acceptance locked is open again."""
    return period_reviews.return_(work, period, data)


@router.post("/{period}/accept", response_model=PeriodRead)
@through(BRANCHES)
def accept_period(work: CurrentWork, period: str, data: PeriodDecide) -> PeriodRead:
    """Accept it, and freeze it with that."""
    return period_reviews.accept(work, period, data)
