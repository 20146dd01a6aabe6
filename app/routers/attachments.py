"""Attachments of absence reports."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Response, UploadFile
from fastapi.responses import StreamingResponse

from app.core.settings import DOCUMENT_LIMIT, FORM_LIMIT
from app.files.names import attachment
from app.gate.lanes import UPLOADS, through
from app.models import AbsenceReport
from app.routers.deps import CurrentPreparation, CurrentWork, WorkRoute
from app.schemas.absence_reports import AbsenceReportRead
from app.schemas.base import Input
from app.services import attachments, uploads
from app.work import Work

router = APIRouter(prefix="/absence-reports", tags=["absence_reports"], route_class=WorkRoute)

_FILES: dict[str, Any] = {kind.media_type: {} for kind in sorted(attachments.KINDS)}


class AttachmentUpload(Input):
    file: UploadFile


@router.post(
    "/{absence_report_id}/attachment",
    response_model=AbsenceReportRead,
    max_body_size=DOCUMENT_LIMIT + FORM_LIMIT,
)
@through(UPLOADS)
def attach_to_absence_report(
    preparation: CurrentPreparation,
    absence_report_id: UUID,
    data: Annotated[AttachmentUpload, Form(media_type="multipart/form-data")],
) -> Callable[[Work], AbsenceReport]:
    """Attach a PDF or a picture to an absence report."""
    with preparation.reading() as work:
        attachments.expect_allowed(work, absence_report_id)
    given = data.file
    upload = uploads.keep(given.file, given.filename or "", attachments.KINDS, is_sealed=True)
    return lambda work: attachments.attach(work, absence_report_id, upload)


@router.get(
    "/{absence_report_id}/attachment",
    response_class=Response,
    responses={200: {"content": _FILES, "description": "The file"}},
)
def get_absence_report_attachment(work: CurrentWork, absence_report_id: UUID) -> Response:
    """What was attached to an absence report."""
    report = attachments.get(work, absence_report_id)
    headers = {"content-disposition": attachment(report.attachment_name or "")}
    return StreamingResponse(
        uploads.content(report.attachment_digest or "", report.attachment_key),
        headers=headers,
        media_type=report.attachment_type,
    )
