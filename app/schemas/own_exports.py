"""Everything that is held about oneself."""

from datetime import datetime
from typing import Any

from app.schemas.base import Output


class OwnExport(Output):
    """`sections` by the kind of thing, each with its rows; an empty one holds nothing.

    Nobody else is named: who decided, marked or wrote is left out, and so are the words of notices
    that speak of somebody else.
    """

    made_at: datetime
    sections: dict[str, list[dict[str, Any]]]
