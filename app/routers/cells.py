"""Cells at a glance: where a secretary and an officer start."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.cells import CellQuery, CellRead, OneCellQuery
from app.services import cells

router = APIRouter(prefix="/cells", tags=["cells"], route_class=WorkRoute)


@router.get("", response_model=Page[CellRead])
def search_cells(work: CurrentWork, query: Annotated[CellQuery, Query()]) -> Page[CellRead]:
    """Cells within reach, in the order of the tree."""
    return cells.search(work, query)


@router.get("/{organization_id}", response_model=CellRead)
def get_cell(
    work: CurrentWork, organization_id: UUID, query: Annotated[OneCellQuery, Query()]
) -> CellRead:
    """One cell: its leaders, members, meetings, figures and what waits."""
    return cells.get(work, organization_id, query)
