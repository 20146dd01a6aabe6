"""Who reads which field: what is confidential stands in few answers, and each says how."""

import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel

from app.routers.deps import WorkRoute
from app.schemas.base import Input, Output
from tests.architecture.test_wire import ROUTES, shapes_within

M = TypeVar("M", bound=BaseModel)

#: Confidential values of people, by the answer that has them and how it shows them.
CONFIDENTIAL = {
    ("MemberRead", "card_number"): "masked but for the own row",
    ("MemberRead", "personal_id"): "masked but for the own row",
    ("MemberRead", "phone"): "masked but for the own row",
    ("Contact", "phone"): "for whoever calls, with an entry that its owner reads",
    ("IssuedCode", "card_number"): "for whoever hands out the code, with an entry",
    ("CorrectionRead", "wanted"): "masked but for whose it is",
    ("ProposalRead", "current"): "masked where it is a number",
    ("ProposalRead", "proposed"): "masked where it is a number",
    ("RevealedField", "value"): "one field, for a reason, with an entry that its owner reads",
}
#: Secrets, told once; no repeat under a key tells them again.
TOLD_ONCE = {
    ("CalendarKey", "key"),
    ("InvitedStaff", "code"),
    ("IssuedCode", "code"),
    ("RecoveryCodes", "recovery_codes"),
    ("RevealedField", "value"),
    ("Tokens", "access_token"),
    ("Tokens", "device_key"),
    ("Tokens", "refresh_token"),
    ("TotpBegun", "secret"),
    ("TotpBegun", "svg"),
    ("TotpBegun", "uri"),
}
#: A badge and the code of a room are made to be shown.
SHOWN = {("BadgeRead", "token"), ("BadgeRead", "svg"), ("CheckInCodeRead", "token")}
_OF_PEOPLE = re.compile(r"card_number|personal_id|phone|^(wanted|proposed|current|value)$")
_SECRET = re.compile(r"token$|_key$|^key$|secret$|^uri$|^svg$|recovery_codes|password")
#: Values that are no person's: a setting, and a unit's or a fault's word.
_OTHERS = {("SettingRead", "value"), ("CheckInCodeRead", "svg")}
_NEVER = re.compile(r"(?<!^is)_sealed$|_index$|_hash$|device_digest|totp_pending")


def below(base: type[M]) -> Iterator[type[M]]:
    for shape in base.__subclasses__():
        yield shape
        yield from below(shape)


FIELDS = {(shape.__name__, name) for shape in below(Output) for name in shape.model_fields}


def test_confidential_fields_stand_in_the_answers_that_say_how() -> None:
    found = {field for field in FIELDS if _OF_PEOPLE.search(field[1])}

    assert found - _OTHERS == set(CONFIDENTIAL)


def test_secrets_are_told_once_or_made_to_be_shown() -> None:
    found = {field for field in FIELDS if _SECRET.search(field[1])}

    assert found - _OTHERS - SHOWN <= TOLD_ONCE


def test_what_is_told_once_is_never_kept_for_a_repeat() -> None:
    told_once = {name for name, _ in TOLD_ONCE}
    keeping = {
        route.name
        for route in ROUTES
        if isinstance(route, WorkRoute)
        and route.keeps_answer
        and route.methods != {"GET"}
        and {shape.__name__ for shape in shapes_within(route.response_model, set())} & told_once
    }

    assert keeping == set()


def test_nothing_that_is_stored_sealed_or_hashed_is_answered() -> None:
    assert {field for field in FIELDS if _NEVER.search(field[1])} == set()


def test_every_input_refuses_what_it_does_not_know() -> None:
    assert {shape for shape in below(Input) if shape.model_config.get("extra") != "forbid"} == set()
