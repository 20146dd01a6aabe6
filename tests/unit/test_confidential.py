"""A confidential field opens in its own row only, and its index tells nothing."""

import hmac
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from app.core.confidential import (
    Sealed,
    SealedText,
    blind_index,
    masked,
    seal,
    sealed_columns,
    unseal,
)
from app.core.ids import new_id
from app.core.keys import keys

PLACE = "members.personal_id"
TEXT = "097008000123"


@given(st.text())
def test_what_was_sealed_opens_again(text: str) -> None:
    row_id = new_id()
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return  # no such text passes the gate

    assert unseal(seal(text, PLACE, row_id), PLACE, row_id) == text


def test_the_same_text_is_sealed_differently_each_time() -> None:
    row_id = new_id()

    assert len({bytes(seal(TEXT, PLACE, row_id)) for _ in range(10)}) == 10


@pytest.mark.parametrize("other", ["another row", "another column", "another table"])
def test_a_value_copied_elsewhere_does_not_open(other: str) -> None:
    row_id = new_id()
    sealed = seal(TEXT, PLACE, row_id)
    place = {"another column": "members.phone", "another table": "accounts.personal_id"}
    place_id = new_id() if other == "another row" else row_id

    with pytest.raises(InvalidTag):
        unseal(sealed, place.get(other, PLACE), place_id)


def test_one_altered_bit_does_not_open() -> None:
    row_id = new_id()
    sealed = bytearray(seal(TEXT, PLACE, row_id))
    sealed[-1] ^= 1

    with pytest.raises(InvalidTag):
        unseal(bytes(sealed), PLACE, row_id)


def test_its_text_form_shows_nothing() -> None:
    sealed = seal(TEXT, PLACE, new_id())

    assert {repr(sealed), str(sealed), format(sealed)} == {"Sealed(…)"}
    assert TEXT.encode() not in bytes(sealed)


def test_an_index_finds_equal_texts_of_one_place() -> None:
    assert blind_index(TEXT, PLACE) == blind_index(TEXT, PLACE)
    assert blind_index(TEXT, PLACE) != blind_index(TEXT, "members.card_number")
    assert blind_index(TEXT, PLACE) != blind_index("097008000124", PLACE)
    # No text of one place runs into that of another.
    assert blind_index("b", "a") != blind_index("", "ab")


def test_an_index_needs_its_own_key() -> None:
    guess = f"{PLACE}\0{TEXT}".encode()
    known = [keys().tokens, *keys().fields.values()]

    assert blind_index(TEXT, PLACE) not in [hmac.digest(key, guess, "sha256") for key in known]


def test_plain_text_never_reaches_the_column() -> None:
    column = SealedText()

    for plain in (TEXT, TEXT.encode()):
        with pytest.raises(TypeError):
            column.process_bind_param(plain, sqlite.dialect())  # type: ignore[arg-type]  # the mistake it is there for
    assert column.process_bind_param(None, sqlite.dialect()) is None
    assert isinstance(column.process_result_value(b"x", sqlite.dialect()), Sealed)


def test_columns_of_a_row_come_in_pairs() -> None:
    row_id = UUID(int=7)

    columns = sealed_columns("members", row_id, {"personal_id": TEXT, "phone": None})

    assert set(columns) == {
        "personal_id_sealed",
        "personal_id_index",
        "phone_sealed",
        "phone_index",
    }
    assert (columns["phone_sealed"], columns["phone_index"]) == (None, None)
    assert unseal(columns["personal_id_sealed"] or b"", PLACE, row_id) == TEXT


@pytest.mark.parametrize(
    ("text", "shown"),
    [(TEXT, "********0123"), ("123456", "********3456"), (None, None)],
)
def test_others_see_the_last_four_characters(text: str | None, shown: str | None) -> None:
    assert masked(text) == shown
