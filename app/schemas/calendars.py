"""The address of one's own calendar."""

from app.schemas.base import Output


class CalendarKey(Output):
    """Told once. `url` is the path of the feed below this service's address."""

    key: str
    url: str
