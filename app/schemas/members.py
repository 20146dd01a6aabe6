"""A member, as those who may see one see them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from app.core.paging import PageQuery
from app.core.phones import canonical_phone
from app.models import AccountState, MemberState, Sex, Standing
from app.schemas.base import CardNumber, Day, Digits12, Input, Name, Output, SearchText


def _phone(text: str) -> str:
    phone = canonical_phone(text)
    if phone is None:
        raise PydanticCustomError("phone", "is no telephone number of Viet Nam")
    return phone


Phone = Annotated[str, StringConstraints(max_length=20), AfterValidator(_phone)]


class MemberCreate(Input):
    full_name: Name
    sex: Sex
    born_on: Day
    admitted_on: Day
    official_on: Day | None = None
    card_number: CardNumber
    personal_id: Digits12
    phone: Phone | None = None
    organization_id: UUID


class MemberUpdate(Input):
    full_name: Name | MISSING = MISSING
    sex: Sex | MISSING = MISSING
    born_on: Day | MISSING = MISSING
    admitted_on: Day | MISSING = MISSING
    official_on: Day | MISSING | None = MISSING
    card_number: CardNumber | MISSING = MISSING
    personal_id: Digits12 | MISSING = MISSING
    phone: Phone | MISSING | None = MISSING


class MemberRead(Output):
    """Confidential fields are masked, but for one's own row."""

    id: UUID
    full_name: str
    sex: Sex | None
    born_on: date | None
    admitted_on: date | None
    official_on: date | None
    card_number: str | None
    personal_id: str | None
    phone: str | None
    organization_id: UUID | None
    standing: Standing | None
    state: MemberState
    account_state: AccountState
    version: int


class MemberQuery(PageQuery):
    organization_id: UUID | None = None
    text: SearchText | None = None
    status: list[MemberState] | None = None
    account_state: list[AccountState] | None = None
    on: Day | None = None
