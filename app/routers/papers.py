"""Papers of a meeting, as DOCX to edit and as PDF to print."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.core.errors import Invalid
from app.files.kinds import FileKind
from app.files.names import attachment
from app.gate.lanes import EXPORTS, through
from app.gate.problems import refusals
from app.papers.pdf import to_pdf
from app.papers.rendering import render
from app.routers.deps import CurrentPreparation, WorkRoute
from app.schemas.papers import AttendanceListQuery
from app.services import papers, rolls
from app.services.manuscripts import Manuscript, PaperTooLarge, TemplateFailed
from app.work import Work

router = APIRouter(prefix="/meetings/{meeting_id}", tags=["papers"], route_class=WorkRoute)
Step = Callable[[Work], Response]
ListQuery = Annotated[AttendanceListQuery, Query()]


def _answer(kind: FileKind) -> dict[int | str, dict[str, Any]]:
    """The paper; or why it cannot be made, though it may be asked for."""
    return refusals(409) | {200: {"description": "The paper", "content": {kind.media_type: {}}}}


@router.get("/minutes.docx", response_class=Response, responses=_answer(FileKind.DOCX))
@through(EXPORTS)
def get_minutes_docx(preparation: CurrentPreparation, meeting_id: UUID) -> Step:
    """The minutes in the official skeleton; a form to fill in before they are written, as DOCX."""
    with preparation.reading() as work:
        manuscript = papers.minutes_of(work, meeting_id)
    return _printed(manuscript, FileKind.DOCX)


@router.get("/minutes.pdf", response_class=Response, responses=_answer(FileKind.PDF))
@through(EXPORTS)
def get_minutes_pdf(preparation: CurrentPreparation, meeting_id: UUID) -> Step:
    """The minutes in the official skeleton; a form to fill in before they are written, as PDF."""
    with preparation.reading() as work:
        manuscript = papers.minutes_of(work, meeting_id)
    return _printed(manuscript, FileKind.PDF)


@router.get("/resolution.docx", response_class=Response, responses=_answer(FileKind.DOCX))
@through(EXPORTS)
def get_resolution_docx(preparation: CurrentPreparation, meeting_id: UUID) -> Step:
    """The resolution that the meeting passed, as DOCX."""
    with preparation.reading() as work:
        manuscript = papers.resolution_of(work, meeting_id)
    return _printed(manuscript, FileKind.DOCX)


@router.get("/resolution.pdf", response_class=Response, responses=_answer(FileKind.PDF))
@through(EXPORTS)
def get_resolution_pdf(preparation: CurrentPreparation, meeting_id: UUID) -> Step:
    """The resolution that the meeting passed, as PDF."""
    with preparation.reading() as work:
        manuscript = papers.resolution_of(work, meeting_id)
    return _printed(manuscript, FileKind.PDF)


@router.get("/attendance-list.docx", response_class=Response, responses=_answer(FileKind.DOCX))
@through(EXPORTS)
def get_attendance_list_docx(
    preparation: CurrentPreparation, meeting_id: UUID, query: ListQuery
) -> Step:
    """The attendance list with the absent and a column to sign, or a blank one, as DOCX."""
    with preparation.reading() as work:
        manuscript = rolls.attendance_list_of(work, meeting_id, blank=query.blank)
    return _printed(manuscript, FileKind.DOCX)


@router.get("/attendance-list.pdf", response_class=Response, responses=_answer(FileKind.PDF))
@through(EXPORTS)
def get_attendance_list_pdf(
    preparation: CurrentPreparation, meeting_id: UUID, query: ListQuery
) -> Step:
    """The attendance list with the absent and a column to sign, or a blank one, as PDF."""
    with preparation.reading() as work:
        manuscript = rolls.attendance_list_of(work, meeting_id, blank=query.blank)
    return _printed(manuscript, FileKind.PDF)


def _printed(manuscript: Manuscript, kind: FileKind) -> Step:
    """Made between two looks at the database: it takes long, and nobody shall wait for it."""
    try:
        content = render(manuscript.template, manuscript.paper)
    except Invalid as error:  # the template is at fault, and not the request
        raise TemplateFailed from error
    if kind is FileKind.PDF:
        content = _set(content)
    headers = {"content-disposition": attachment(f"{manuscript.name}.{kind}")}
    answer = Response(content, headers=headers, media_type=kind.media_type)
    return lambda work: answer


def _set(content: bytes) -> bytes:
    try:
        return to_pdf(content)
    except Invalid as error:  # which it is of its length alone
        raise PaperTooLarge from error
