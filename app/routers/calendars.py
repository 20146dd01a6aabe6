"""One's own meetings in one's own calendar program."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.gate import answers
from app.gate.problems import refusals
from app.routers.deps import CurrentWork, OpenRoute, SecretRoute
from app.schemas.calendars import CalendarKey
from app.services import calendars

ICS = "text/calendar; charset=utf-8"
router = APIRouter(prefix="/me", tags=["calendars"], route_class=SecretRoute)
feeds = APIRouter(prefix="/me", tags=["calendars"], route_class=OpenRoute)


@router.post("/calendar-key", response_model=CalendarKey, status_code=201)
def renew_calendar_key(work: CurrentWork, request: Request) -> CalendarKey:
    """A key to the own calendar, told once; the one before stops working at once."""
    key = calendars.renew_key(work)
    return CalendarKey(key=key, url=f"{request.app.url_path_for(get_calendar.__name__)}?key={key}")


@feeds.get(
    "/calendar.ics",
    response_class=Response,
    responses=refusals(404)
    | {200: {"content": {"text/calendar": {}}, "description": "The meetings of one's cells"}},
)
def get_calendar(
    work: CurrentWork, key: Annotated[str, Query(max_length=100)], request: Request
) -> Response:
    """The own meetings of a year back and all ahead, for any calendar program."""
    content = calendars.feed(work, key)
    headers = {"etag": f'"{sha256(content).hexdigest()}"', "cache-control": "private, no-cache"}
    if answers.is_known(headers, request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=ICS)
