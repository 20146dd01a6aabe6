"""What a health check says."""

from typing import Literal

from app.schemas.base import Output


class Health(Output):
    status: Literal["ok"]
