"""How much room is left where the service writes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from app.core.settings import settings

#: With a smaller share of its disk free a server takes in nobody: writes are about to fail.
LEAST_FREE = 0.05


def free_shares() -> Iterator[tuple[Path, float]]:
    """Each folder that the service writes to, and which share of its disk is free."""
    for folder in _written():
        usage = shutil.disk_usage(_nearest(folder))
        yield folder, usage.free / usage.total


def has_room() -> bool:
    return all(share > LEAST_FREE for _, share in free_shares())


def _written() -> Iterator[Path]:
    if settings().files_url is None:
        yield settings().files_folder
    url = make_url(settings().database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        yield Path(url.database).parent


def _nearest(folder: Path) -> Path:
    """A folder is made when it is first written to."""
    whole = folder.absolute()
    return next(place for place in (whole, *whole.parents) if place.exists())
