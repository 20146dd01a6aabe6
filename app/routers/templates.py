"""Templates of papers: Word files that the office may replace."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from app.core.paging import Page
from app.core.settings import FORM_LIMIT, TEMPLATE_LIMIT
from app.files.kinds import FileKind
from app.files.names import attachment
from app.gate.lanes import UPLOADS, through
from app.models import PaperKind, Template
from app.papers.validation import validate
from app.routers.deps import CurrentPreparation, CurrentWork, WorkRoute
from app.schemas.templates import InForceQuery, TemplateFields, TemplateQuery, TemplateRead
from app.services import templates, uploads
from app.work import Work

DOCX = FileKind.DOCX.media_type
router = APIRouter(prefix="/templates", tags=["templates"], route_class=WorkRoute)


class TemplateUpload(TemplateFields):
    """A Word file, and which papers it is for."""  # here, since only routers know such a file

    file: UploadFile


@router.get("", response_model=Page[TemplateRead])
def search_templates(work: CurrentWork, query: Annotated[TemplateQuery, Query()]) -> Page[Template]:
    """Templates within reach, the newest first."""
    return templates.search(work, query)


@router.post(
    "", response_model=TemplateRead, status_code=201, max_body_size=TEMPLATE_LIMIT + FORM_LIMIT
)
@through(UPLOADS)
def create_template(
    preparation: CurrentPreparation,
    data: Annotated[TemplateUpload, Form(media_type="multipart/form-data")],
) -> Callable[[Work], Template]:
    """Give a unit and those below a template; refused unless both papers can be written by it."""
    fields = TemplateFields(**data.model_dump(exclude={"file"}))
    with preparation.reading() as work:
        templates.expect_allowed(work, fields)
    upload = uploads.keep(data.file.file, data.file.filename or "", templates.KINDS)
    data.file.file.seek(0)
    left_out = validate(fields.kind, data.file.file.read())
    return lambda work: templates.create(work, fields, upload, left_out)


@router.get("/{template_id}", response_model=TemplateRead)
def get_template(work: CurrentWork, template_id: UUID) -> Template:
    """One version of a template, without its bytes."""
    return templates.get(work, template_id)


@router.get(
    "/{template_id}/file",
    response_class=Response,
    responses={200: {"content": {DOCX: {}}, "description": "The template as a Word file"}},
)
def get_template_file(work: CurrentWork, template_id: UUID) -> Response:
    """The Word file of one version."""
    template = templates.get(work, template_id)
    headers = {"content-disposition": attachment(template.file_name)}
    return StreamingResponse(uploads.content(template.digest), headers=headers, media_type=DOCX)


@router.get(
    "/in-force/{kind}.docx",
    response_class=Response,
    responses={200: {"content": {DOCX: {}}, "description": "The template as a Word file"}},
)
def get_template_in_force(
    work: CurrentWork, kind: PaperKind, query: Annotated[InForceQuery, Query()]
) -> Response:
    """The Word file that papers of a unit are written by on a day."""
    headers = {"content-disposition": attachment(f"{kind}.docx")}
    return Response(templates.show_in_force(work, kind, query), headers=headers, media_type=DOCX)
