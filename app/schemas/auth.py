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


def _long_enough(password: str) -> str:
    if not 15 <= len(unicodedata.normalize("NFC", password)) <= 256:
        raise PydanticCustomError("password_length", "takes 15 to 256 characters")
    return password


#: Never trimmed or truncated; composed once, when it is hashed.
NewPassword = Annotated[str, AfterValidator(_long_enough)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
DeviceName = Annotated[str, StringConstraints(max_length=100), Clean]
DeviceKey = Annotated[str, StringConstraints(min_length=16, max_length=100)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64), Clean]


class Activation(Input):
    card_number: Identifier
    activation_code: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: NewPassword
    device_name: DeviceName | None = None


class Login(Input):
    """`totp` belongs to the contract; it is read once second factors exist."""

    identifier: Identifier
    password: Password
    totp: Annotated[str, StringConstraints(max_length=16)] | None = None
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


class Me(Output):
    account: AccountRead
    member: MemberRead | None
    offices: list[HeldOffice]
    permissions: list[str]


class PasswordChange(Input):
    current_password: Password
    new_password: NewPassword


class SessionRead(Output):
    id: UUID
    device_name: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_current: bool


class OwnSessions(Output):
    items: list[SessionRead]
    next_cursor: str | None
