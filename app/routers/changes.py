"""What a phone loads at its start: only what became different."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.changes import Changes, ChangesQuery
from app.services import changes

router = APIRouter(prefix="/me/changes", tags=["me"], route_class=WorkRoute)


@router.get("", response_model=Changes, responses={304: {"description": "Nothing changed."}})
def get_changes(
    work: CurrentWork,
    query: Annotated[ChangesQuery, Query()],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Changes | Response:
    """Own meetings, documents and notices that changed since `watermark`, and what is gone.

    Whoever names the watermark in `If-None-Match` too is told 304 when there is nothing.
    """
    found = changes.since(work, query)
    if found is not None:
        return found
    if if_none_match is not None and if_none_match.strip('"') == query.since:
        return Response(status_code=304, headers={"etag": if_none_match})
    return changes.nothing(query)
