"""The words by which an account is named: a card number, a phone, or the name of staff."""

import re
from typing import Any

from sqlalchemy import ColumnElement, Select, union_all
from sqlmodel import col, select

from app.core.confidential import blind_index
from app.core.phones import canonical_phone
from app.core.tokens import fingerprint
from app.models import Account, Member

_CARD_NUMBER = re.compile("[0-9]{6,12}")


def accounts_named(identifier: str) -> Select[Any]:
    """Mostly one or none: one's old card number may read as another's phone."""
    named = select(Account).where(col(Account.id).in_(ids_named(identifier)))
    return named.execution_options(scoped="whoever knows the password")


def ids_named(identifier: str) -> Any:
    """A lookup by each of three unique indexes, never a walk over all accounts."""
    card = blind_index(identifier, "members.card_number")
    lookups = [
        select(Account.id).where(col(Account.staff_name) == identifier),
        _of_member(col(Member.card_number_index) == card),
    ]
    if (phone := canonical_phone(identifier)) is not None:
        index = blind_index(phone, "members.phone")
        lookups.append(_of_member(col(Member.phone_index) == index))
    return union_all(*lookups)


def readings(identifier: str) -> int:
    """As how many things it can be read: so many passwords are compared, whoever is there."""
    return 2 if canonical_phone(identifier) and _CARD_NUMBER.fullmatch(identifier) else 1


def digest_of(identifier: str) -> bytes:
    """The same for every spelling of a name; nothing else can be learnt from it."""
    return fingerprint("name given", (canonical_phone(identifier) or identifier).encode())


def _of_member(condition: ColumnElement[bool]) -> Any:
    return select(Account.id).join(Member, col(Member.id) == Account.member_id).where(condition)
