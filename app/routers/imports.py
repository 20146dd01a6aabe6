"""Workbooks that come in: previewed row by row, then committed as a whole."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response, UploadFile

from app.core.clock import local_date
from app.core.paging import Page
from app.core.settings import UPLOAD_LIMIT
from app.gate.lanes import EXPORTS, IMPORTS, through
from app.models import Import, ImportKind, ImportMode, ImportRow
from app.routers.deps import CurrentPreparation, CurrentWork, WorkRoute
from app.schemas.base import Input
from app.schemas.imports import ImportRead, ImportRowQuery, ImportRowRead
from app.services import imports
from app.work import Work

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
router = APIRouter(prefix="/imports", tags=["imports"], route_class=WorkRoute)


class ImportUpload(Input):
    """A workbook, what it lists, and what a commit does with what differs."""

    file: UploadFile  # so the schema stands here: only routers know an uploaded file
    kind: ImportKind
    mode: ImportMode = ImportMode.CHANGES


@router.post("", response_model=ImportRead, status_code=201, max_body_size=UPLOAD_LIMIT)
@through(IMPORTS)
def create_import(
    preparation: CurrentPreparation,
    data: Annotated[ImportUpload, Form(media_type="multipart/form-data")],
) -> Callable[[Work], Import]:
    """Read a workbook and keep a preview of what each row would change."""
    with preparation.reading() as work:
        imports.expect_allowed(work, data.kind, data.mode)
        today = local_date(work.now)
    parsed = imports.prepare(data.file.file.read(), data.kind, today)
    return lambda work: imports.create(work, parsed, data.mode)


@router.get("/{import_id}", response_model=ImportRead)
def get_import(work: CurrentWork, import_id: UUID) -> Import:
    """One's own import, with its counts."""
    return imports.get(work, import_id)


@router.get("/{import_id}/rows", response_model=Page[ImportRowRead])
def search_import_rows(
    work: CurrentWork, import_id: UUID, query: Annotated[ImportRowQuery, Query()]
) -> Page[ImportRow]:
    """Its rows in the order of the file, each with its state and its errors."""
    return imports.search_rows(work, import_id, query)


@router.get(
    "/{import_id}/rejects.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "The refused rows as a workbook"}},
)
@through(EXPORTS)
def get_import_rejects(work: CurrentWork, import_id: UUID) -> Response:
    """The refused rows in the layout they came in, with what is wrong in each."""
    headers = {"content-disposition": 'attachment; filename="rejects.xlsx"'}
    return Response(imports.reject_workbook(work, import_id), headers=headers, media_type=XLSX)


@router.post("/{import_id}/commit", response_model=ImportRead)
@through(IMPORTS)
def commit_import(work: CurrentWork, import_id: UUID) -> Import:
    """Carry the preview out, all of it or nothing; 409 when the data moved since."""
    return imports.commit(work, import_id)


@router.post("/{import_id}/take-back", response_model=ImportRead)
@through(IMPORTS)
def take_back_import(work: CurrentWork, import_id: UUID) -> Import:
    """Undo a commit, all of it; 409 when anything was built on what it wrote."""
    return imports.take_back(work, import_id)
