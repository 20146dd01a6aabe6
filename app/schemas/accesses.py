"""Who saw one's own confidential data."""

from datetime import datetime

from app.core.paging import PageQuery
from app.models import AccessWay
from app.schemas.base import Output


class AccessRead(Output):
    """`office` is the post and the unit by which somebody looked, not the person.

    `reason` was given for a reveal; the other ways are part of an office's daily work.
    """

    at: datetime
    office: str
    way: AccessWay
    fields: list[str]
    reason: str | None


class AccessQuery(PageQuery):
    """The newest first."""
