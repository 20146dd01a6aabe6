"""The agenda of a meeting."""

from uuid import UUID

from fastapi import APIRouter

from app.routers.deps import CurrentWork, IfMatch, WorkRoute
from app.schemas.agendas import AgendaRead, AgendaWrite
from app.services import agendas
from app.services.agendas import Agenda

router = APIRouter(prefix="/meetings", tags=["agendas"], route_class=WorkRoute)


@router.get("/{meeting_id}/agenda", response_model=AgendaRead)
def get_agenda(work: CurrentWork, meeting_id: UUID) -> Agenda:
    """What the meeting is to deal with, in order; members see what is for everybody."""
    return agendas.get(work, meeting_id)


@router.put("/{meeting_id}/agenda", response_model=AgendaRead)
def write_agenda(
    work: CurrentWork, meeting_id: UUID, data: AgendaWrite, if_match: IfMatch
) -> Agenda:
    """Write the whole list; once the meeting has opened, items are added and get their status."""
    return agendas.write(work, meeting_id, data, if_match)
