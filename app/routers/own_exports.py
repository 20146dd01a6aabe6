"""One's own data, to take away."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from app.files.kinds import FileKind
from app.files.names import attachment
from app.gate.lanes import EXPORTS, through
from app.routers.deps import CurrentPreparation, CurrentWork, WorkRoute
from app.schemas.own_exports import OwnExport
from app.services import own_exports
from app.work import Work

XLSX = FileKind.XLSX.media_type
router = APIRouter(prefix="/me", tags=["me"], route_class=WorkRoute)


@router.get("/export", response_model=OwnExport)
@through(EXPORTS)
def get_own_export(work: CurrentWork) -> OwnExport:
    """Everything that is held about oneself, and nothing of anybody else's."""
    return own_exports.get(work)


@router.get(
    "/export.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "The same as a workbook"}},
)
@through(EXPORTS)
def get_own_export_xlsx(preparation: CurrentPreparation) -> Callable[[Work], Response]:
    """The same as a workbook, a sheet for each kind of thing."""
    with preparation.reading() as work:
        export = own_exports.get(work)
    headers = {"content-disposition": attachment("du-lieu-ca-nhan.xlsx")}
    answer = Response(own_exports.workbook(export), headers=headers, media_type=XLSX)
    return lambda work: answer
