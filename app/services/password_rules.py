"""What no new password may be: what guessers try first, or what whoever knows the person tries."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.password_worth import LEAST, plain, worth
from app.core.selects import pick
from app.models import Account, Member, Membership, Organization
from app.models.base import valid_on
from app.work import Work

#: So much of what belongs to a person is found in a password by no accident.
_TELLING = 6


def expect_uncommon(password: str, pointer: str = "/password") -> None:
    """Asked before anything is looked up: it is the same of everybody."""
    if worth(password) < LEAST:
        raise Invalid.at(
            pointer,
            "password_too_common",
            "Mật khẩu này dễ đoán; hãy ghép vài từ không liên quan với nhau.",
            "This password is easily guessed; put together some words that have nothing in common.",
        )


def expect_impersonal(
    work: Work, account: Account, password: str, pointer: str = "/password"
) -> None:
    """Asked only of whoever has proved to be that person: the refusal confirms a guess."""
    words = set(_words_of(work, account))
    typed = plain(password)
    tells = any(len(word) >= _TELLING and word in typed for word in words)
    if tells or worth(password, _with_parts(words)) < LEAST:
        raise Invalid.at(
            pointer,
            "password_tells_yourself",
            "Mật khẩu không được chứa họ tên, ngày sinh, số thẻ, số điện thoại của bạn.",
            "A password holds nothing of your name, birthday, numbers or unit.",
        )


def _words_of(work: Work, account: Account) -> Iterator[str]:
    """Whole, as one word each."""
    if account.staff_name is not None:
        yield plain(account.staff_name)
    if account.member_id is None:
        return
    member = _member(work, account.member_id)
    yield _letters(member.full_name)
    yield from filter(None, (member.card_number, member.personal_id))
    if member.phone is not None:
        national = member.phone.removeprefix("+84")
        yield from (national, f"0{national}")
    if member.born_on is not None:
        yield from _days(member.born_on)
    yield from (plain(name) for name in _cells_of(work, account.member_id))


def _with_parts(words: Iterable[str]) -> set[str]:
    """With whatever somebody would take of each: the ends of it."""
    return {
        part
        for word in words
        for size in range(3, len(word) + 1)
        for part in (word[:size], word[-size:])
    }


def _days(day: date) -> Iterator[str]:
    for form in ("%d%m%Y", "%Y%m%d", "%d%m%y", "%y%m%d"):
        yield f"{day:{form}}"


def _letters(name: str) -> str:
    return "".join(sign for sign in plain(name) if sign.isalpha())


def _member(work: Work, member_id: UUID) -> Member:
    own = select(Member).where(Member.id == member_id)
    member: Member = work.session.execute(
        own.execution_options(scoped="one's own row")
    ).scalar_one()
    return member


def _cells_of(work: Work, member_id: UUID) -> list[str]:
    statement = (
        pick(Organization.name)
        .join(Membership, col(Membership.organization_id) == Organization.id)
        .where(
            col(Membership.member_id) == member_id,
            *valid_on(Membership, local_date(work.now)),
        )
    )
    own = statement.execution_options(scoped="one's own cell")
    return list(work.session.execute(own).scalars())
