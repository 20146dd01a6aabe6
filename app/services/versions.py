"""Whether a change was made in the sight of the row as it stands."""

from app.core.errors import IfMatchRequired, Stale
from app.core.versions import ANY_VERSION


def expect_version(current: int, if_match: int | None) -> None:
    """`IfMatchRequired` when the client did not say what it saw, `Stale` when it saw another."""
    if if_match is None:
        raise IfMatchRequired
    if if_match not in (current, ANY_VERSION):
        raise Stale
