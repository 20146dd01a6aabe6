"""The second factor, and proving again who one is."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from app.schemas.auth import Password, TotpCode
from app.schemas.base import Clean, Input, Output


class TotpBegun(Output):
    """`uri` is what an authenticator reads, `svg` its picture."""

    secret: str
    uri: str
    svg: str


class TotpConfirm(Input):
    code: Annotated[str, StringConstraints(min_length=1, max_length=32), Clean]


class RecoveryCodes(Output):
    """Told once; each stands once in place of the six digits."""

    recovery_codes: list[str]


class StepUp(Input):
    password: Password
    totp: TotpCode | None = None


class Proved(Output):
    proved_until: datetime
