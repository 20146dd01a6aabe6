"""Members on their way from one cell to another."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.transfers import (
    TransferAccept,
    TransferCreate,
    TransferDecline,
    TransferQuery,
    TransferRead,
)
from app.services import transfers

router = APIRouter(prefix="/transfers", tags=["transfers"], route_class=WorkRoute)


@router.get("", response_model=Page[TransferRead])
def search_transfers(
    work: CurrentWork, query: Annotated[TransferQuery, Query()]
) -> Page[TransferRead]:
    """Transfers out of and into the cells within reach, the newest first; a member's own."""
    return transfers.search(work, query)


@router.post("", response_model=TransferRead, status_code=201)
def create_transfer(work: CurrentWork, data: TransferCreate) -> TransferRead:
    """Draft the transfer of a member of the cell to another one, from a day on."""
    return transfers.create(work, data)


@router.get("/{transfer_id}", response_model=TransferRead)
def get_transfer(work: CurrentWork, transfer_id: UUID) -> TransferRead:
    """One transfer, for both of its cells."""
    return transfers.get(work, transfer_id)


@router.post("/{transfer_id}/send", response_model=TransferRead)
def send_transfer(work: CurrentWork, transfer_id: UUID) -> TransferRead:
    """Ask the other cell: from today on the member is in transit, and on no roster."""
    return transfers.send(work, transfer_id)


@router.post("/{transfer_id}/accept", response_model=TransferRead)
def accept_transfer(
    work: CurrentWork, transfer_id: UUID, data: TransferAccept | None = None
) -> TransferRead:
    """Take the member in: the memberships switch on the transfer's day."""
    return transfers.accept(work, transfer_id, data or TransferAccept())


@router.post("/{transfer_id}/decline", response_model=TransferRead)
def decline_transfer(work: CurrentWork, transfer_id: UUID, data: TransferDecline) -> TransferRead:
    """Send the member back, with a comment."""
    return transfers.decline(work, transfer_id, data)


@router.post("/{transfer_id}/cancel", response_model=TransferRead)
def cancel_transfer(work: CurrentWork, transfer_id: UUID) -> TransferRead:
    """Give it up, by the cell that gives."""
    return transfers.cancel(work, transfer_id)
