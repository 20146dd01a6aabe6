"""Signing in, and one's own account."""

import unicodedata
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from app.models import Role
from app.schemas.base import Clean, Input, Output
from app.schemas.members import MemberRead

#: Beside a second factor fewer characters are enough.
SHORTEST, SHORTEST_WITH_FACTOR, LONGEST = 15, 12, 256


def length_of(password: str) -> int:
    """Counted composed, as it is hashed."""
    return len(unicodedata.normalize("NFC", password))


def _takes(shortest: int) -> AfterValidator:
    def check(password: str) -> str:
        if not shortest <= length_of(password) <= LONGEST:
            raise PydanticCustomError("password_length", "takes 15 to 256 characters")
        return password

    return AfterValidator(check)


#: Never trimmed or truncated; composed once, when it is hashed.
NewPassword = Annotated[str, _takes(SHORTEST)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
DeviceName = Annotated[str, StringConstraints(max_length=100), Clean]
DeviceKey = Annotated[str, StringConstraints(min_length=16, max_length=100)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64), Clean]
#: The six digits of the second factor, or a recovery code in their place.
TotpCode = Annotated[str, StringConstraints(max_length=32), Clean]


class Activation(Input):
    card_number: Identifier
    activation_code: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: NewPassword
    totp: TotpCode | None = None
    device_name: DeviceName | None = None


class Login(Input):
    identifier: Identifier
    password: Password
    totp: TotpCode | None = None
    device_name: DeviceName | None = None
    device_key: DeviceKey | None = None


class Refresh(Input):
    refresh_token: Secret
    device_key: DeviceKey | None = None


class Tokens(Output):
    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str
    device_key: str | None


class AccountRead(Output):
    id: UUID
    staff_name: str | None
    activated_at: datetime


class HeldOffice(Output):
    organization_id: UUID
    role: Role


class OwnTotp(Output):
    """Whether the account has a second factor, and whether it needs one."""

    is_enrolled: bool
    is_required: bool


class Me(Output):
    """`proved_until`: so long the few weighty steps are open in this session.

    `purposes_edition_read`: the edition of the purposes that one was shown last.
    """

    account: AccountRead
    member: MemberRead | None
    offices: list[HeldOffice]
    permissions: list[str]
    totp: OwnTotp
    proved_until: datetime | None
    purposes_edition_read: str | None


class PasswordChange(Input):
    """The new one takes 15 characters, or 12 where there is a second factor."""

    current_password: Password
    new_password: Annotated[str, _takes(SHORTEST_WITH_FACTOR)]


class SessionRead(Output):
    """It ends at `expires_at`, or unused for `idle_seconds`; `source` is the network it is from."""

    id: UUID
    device_name: str | None
    source: str | None
    created_at: datetime
    last_used_at: datetime
    proved_at: datetime | None
    idle_seconds: int
    expires_at: datetime
    is_current: bool


class OwnSessions(Output):
    items: list[SessionRead]
    next_cursor: str | None
