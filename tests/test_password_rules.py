"""What no new password may be of one person, and may be of another."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from app.core.errors import Invalid
from app.models import Account
from app.policies.actors import SYSTEM
from app.services.password_rules import expect_impersonal, expect_uncommon
from app.work import Work
from tests.factories.people import make_account, make_member
from tests.world import BEGAN, NOON, World

#: Long enough for anybody; what follows it must not make it worse.
HONEST = "hai con trâu cày ruộng sâu "
PERSON: dict[str, Any] = {
    "full_name": "Kpă Hwíng Zôrak",
    "born_on": date(1979, 11, 25),
    "card_number": "970081230001",
    "personal_id": "079079112233",
    "phone": "+84912345678",
}


@pytest.fixture
def work(session: Session) -> Work:
    return Work(session, SYSTEM, NOON)


@pytest.fixture
def person(session: Session, world: World) -> Account:
    member = make_member(session, world.north_one, number=900, **PERSON)
    return make_account(session, member, password_hash="no hash", at=BEGAN)


@pytest.mark.parametrize(
    "told",
    [
        "kpahwingzorak",
        "Kpă Hwíng Zôrak!",
        "970081230001",
        "079079112233",
        "912345678",
        "0912345678",
        "25111979",
        "19791125",
        "251179",
        "791125",
        "Chi bộ Bắc 1",
    ],
)
def test_nothing_of_the_person_stands_in_it(work: Work, person: Account, told: str) -> None:
    expect_uncommon(HONEST + told)
    with pytest.raises(Invalid) as refusal:
        expect_impersonal(work, person, HONEST + told, "/new_password")

    (error,) = refusal.value.details["errors"]
    assert (error["pointer"], error["code"]) == ("/new_password", "password_tells_yourself")


@pytest.mark.parametrize("password", [HONEST, HONEST + "1979", HONEST + "zorak", HONEST + "1125"])
def test_what_anybody_may_know_does_no_harm_in_a_long_one(
    work: Work, person: Account, password: str
) -> None:
    expect_impersonal(work, person, password)


def test_parts_of_the_name_put_together_are_worth_nothing(work: Work, person: Account) -> None:
    password = "zorakkpahwizorakkpahwi"

    expect_uncommon(password)
    with pytest.raises(Invalid):
        expect_impersonal(work, person, password)


def test_of_somebody_of_whom_less_is_known_less_is_asked(
    work: Work, session: Session, world: World
) -> None:
    bare = PERSON | {"phone": None, "born_on": None, "personal_id": None}
    member = make_member(session, world.south_one, number=901, **bare)
    account = make_account(session, member, password_hash="no hash", at=BEGAN)

    for telling in ("0912345678", "251179", "079079112233", "Chi bộ Bắc 1"):
        expect_impersonal(work, account, HONEST + telling)


@pytest.mark.parametrize(
    ("name", "password", "is_refused"),
    [
        ("vpxkq", HONEST + "vpxkq", False),
        ("vpxkqz", HONEST + "vpxkqz", True),
        # All of the name, or an end of three letters, is worth one.
        ("vpxkq", "vpxkqzjwfdh", True),
        ("vpxkq", "vpxkqzjwfdhb", False),
        ("vpxkqzj", "vpxqzjwfdhb", True),
        ("vpxkqzj", "vpxqzjwfdhbg", False),
    ],
)
def test_staff_do_not_repeat_the_name_they_sign_in_by(
    work: Work, session: Session, name: str, password: str, is_refused: bool
) -> None:
    account = make_account(session, None, password_hash="no hash", at=BEGAN, staff_name=name)

    if is_refused:
        with pytest.raises(Invalid):
            expect_impersonal(work, account, password)
    else:
        expect_impersonal(work, account, password)


def test_eight_letters_are_the_least() -> None:
    expect_uncommon("xkjwpqvz")
    with pytest.raises(Invalid) as refusal:
        expect_uncommon("xkjwpqv", "/new_password")

    (error,) = refusal.value.details["errors"]
    assert (error["pointer"], error["code"]) == ("/new_password", "password_too_common")
