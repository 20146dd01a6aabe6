"""Time-ordered identifiers, made before the row reaches the database."""

from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A version 7 UUID: the moment in milliseconds, then randomness."""
    return uuid7()


def first_id(moment: datetime) -> UUID:
    """An id that no row made from this moment on lies below."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def earlier(row_id: UUID, by: timedelta) -> UUID:
    """An id that no row made so long before that one, or later, lies below."""
    milliseconds = (row_id.int >> 80) - by // timedelta(milliseconds=1)
    return UUID(int=max(milliseconds, 0) << 80)
