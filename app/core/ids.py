"""Time-ordered identifiers, made before the row reaches the database."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A version 7 UUID: the moment in milliseconds, then randomness."""
    return uuid7()
