"""Documents: their facts, their files, and who has read them."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from app.core.paging import Page
from app.core.settings import DOCUMENT_LIMIT, FORM_LIMIT
from app.files.names import attachment
from app.gate.lanes import UPLOADS, through
from app.routers.deps import CurrentPreparation, CurrentWork, IfMatch, LiveRoute
from app.schemas.documents import DocumentFields, DocumentQuery, DocumentRead, DocumentUpdate
from app.services import documents, uploads
from app.work import Work

router = APIRouter(prefix="/documents", tags=["documents"], route_class=LiveRoute)

_FILES: dict[str, Any] = {kind.media_type: {} for kind in sorted(documents.KINDS)}


class DocumentUpload(DocumentFields):
    """A file, and what is said of it."""  # here, since only routers know an uploaded file

    file: UploadFile


@router.get("", response_model=Page[DocumentRead])
def search_documents(
    work: CurrentWork, query: Annotated[DocumentQuery, Query()]
) -> Page[DocumentRead]:
    """Documents within reach, the newest first; `text` finds without diacritics."""
    return documents.search(work, query)


@router.post(
    "", response_model=DocumentRead, status_code=201, max_body_size=DOCUMENT_LIMIT + FORM_LIMIT
)
@through(UPLOADS)
def create_document(
    preparation: CurrentPreparation,
    data: Annotated[DocumentUpload, Form(media_type="multipart/form-data")],
) -> Callable[[Work], DocumentRead]:
    """Put a document to a meeting or a unit: PDF, Word, Excel, PNG or JPEG, never a secret one."""
    fields = DocumentFields(**data.model_dump(exclude={"file"}))
    with preparation.reading() as work:
        documents.expect_allowed(work, fields)
    upload = uploads.keep(data.file.file, data.file.filename or "", documents.KINDS)
    return lambda work: documents.create(work, fields, upload)


@router.get("/{document_id}", response_model=DocumentRead)
def get_document(work: CurrentWork, document_id: UUID) -> DocumentRead:
    """One document, without its bytes."""
    return documents.get(work, document_id)


@router.patch("/{document_id}", response_model=DocumentRead)
def change_document(
    work: CurrentWork, document_id: UUID, data: DocumentUpdate, if_match: IfMatch
) -> DocumentRead:
    """Say something else of a document; its file stays what it is."""
    return documents.change(work, document_id, data, if_match)


@router.delete("/{document_id}", status_code=204)
def withdraw_document(work: CurrentWork, document_id: UUID, if_match: IfMatch) -> None:
    """Withdraw a document: nobody is shown it any more."""
    documents.withdraw(work, document_id, if_match)


@router.get(
    "/{document_id}/file",
    response_class=Response,
    responses={200: {"content": _FILES, "description": "The file"}},
)
def get_document_file(work: CurrentWork, document_id: UUID) -> Response:
    """The file itself, to be saved; that a member opened it is noted."""
    document = documents.open_(work, document_id)
    headers = {
        "content-disposition": attachment(document.file_name),
        "content-length": str(document.size),
    }
    return StreamingResponse(
        uploads.content(document.digest), headers=headers, media_type=document.media_type
    )


@router.post("/{document_id}/acknowledge", response_model=DocumentRead)
def acknowledge_document(work: CurrentWork, document_id: UUID) -> DocumentRead:
    """Say that one has read a document."""
    return documents.acknowledge(work, document_id)
