"""A confidential field opens in its own row only, and its index tells nothing."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite
from structlog.testing import capture_logs

from app.core.confidential import (
    Sealed,
    SealedText,
    Unreadable,
    blind_index,
    confidential,
    masked,
    prefix,
    seal,
    sealed,
    sealed_columns,
    unseal,
)
from app.core.ids import new_id
from app.core.keys import keys
from app.models import Account, Member

PLACE = "members.personal_id"
TEXT = "097008000123"
CAUSES = {"InvalidTag", "LookupError", "IndexError", "ValueError", "UnicodeDecodeError"}


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

    with pytest.raises(Unreadable):
        unseal(sealed, place.get(other, PLACE), place_id)


def test_one_altered_bit_does_not_open() -> None:
    row_id = new_id()
    sealed = bytearray(seal(TEXT, PLACE, row_id))
    sealed[-1] ^= 1

    with pytest.raises(Unreadable):
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


class TestWhatIsStored:
    def test_the_id_of_the_key_then_the_nonce_then_the_rest(self) -> None:
        """Whoever changes this leaves every stored value behind."""
        row_id, name = UUID(int=7), keys().active_field
        stored = bytes(seal(TEXT, PLACE, row_id))
        nonce, body = stored[2:14], stored[14:]
        bound_to = b"members.personal_id\x0000000000-0000-0000-0000-000000000007"

        assert stored[:2] == prefix(name) == b"\x01" + name.encode()
        assert len(stored) == 2 + 12 + len(TEXT) + 16
        opened = AESGCM(keys().fields[name]).decrypt(nonce, body, bound_to)
        assert opened.decode() == TEXT

    def test_an_index_is_an_hmac_of_place_and_text(self) -> None:
        told = hmac.digest(keys().index, b"members.personal_id\x00" + TEXT.encode(), "sha256")

        assert blind_index(TEXT, PLACE) == told

    def test_nonces_are_not_repeated(self) -> None:
        """Of ten thousand random ones of 96 bits, none comes twice."""
        row_id = new_id()

        assert len({bytes(seal("", PLACE, row_id))[2:14] for _ in range(10_000)}) == 10_000

    @pytest.mark.parametrize("name", ["1", "12", "k" * 255])
    def test_no_prefix_begins_another(self, name: str) -> None:
        others = [prefix(each) for each in ("1", "12", "123", "k" * 255, "k") if each != name]

        assert not any(other.startswith(prefix(name)) for other in others)


class TestWhatDoesNotOpen:
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda sealed: b"",
            lambda sealed: sealed[:1],
            lambda sealed: sealed[:2],
            lambda sealed: sealed[:8],
            lambda sealed: sealed[:-1],
            lambda sealed: sealed + b"x",
            lambda sealed: prefix("9") + sealed[2:],
            lambda sealed: b"\x01\xff" + sealed[2:],
            lambda sealed: b"\xff" + sealed[1:],
            lambda sealed: sealed[:2] + bytes(12) + sealed[14:],
        ],
    )
    def test_is_refused_in_one_way_and_logged_without_its_text(
        self, spoil: Callable[[bytes], bytes]
    ) -> None:
        row_id = new_id()
        spoilt = spoil(bytes(seal(TEXT, PLACE, row_id)))

        with capture_logs() as told, pytest.raises(Unreadable) as refused:
            unseal(spoilt, PLACE, row_id)

        assert (refused.value.status, refused.value.code) == (503, "unreadable")
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__
        [line] = told
        assert (line["event"], line["log_level"]) == ("sealed value does not open", "error")
        assert (line["place"], line["row_id"]) == (PLACE, str(row_id))
        assert line["cause"] in CAUSES
        assert TEXT not in str(line)


class TestOfARow:
    def test_a_field_with_an_index_is_written_and_emptied_as_a_pair(self) -> None:
        member = Member(full_name="A", search_text="a", sort_key="a")
        member.phone = "+84912345678"

        assert member.phone == "+84912345678"
        assert member.phone_index == blind_index("+84912345678", "members.phone")
        assert unseal(member.phone_sealed or b"", "members.phone", member.id) == member.phone
        member.phone = None
        told = [getattr(member, name) for name in ("phone", "phone_sealed", "phone_index")]
        assert told == [None, None, None]

    def test_a_field_that_nobody_searches_has_no_index(self) -> None:
        account = Account(password_hash="x", activated_at=datetime(2026, 5, 15, tzinfo=UTC))
        account.totp_secret = TEXT

        assert account.totp_secret == TEXT
        sealed = account.totp_secret_sealed or b""
        assert unseal(sealed, "accounts.totp_secret", account.id) == TEXT
        with pytest.raises(Unreadable):
            unseal(sealed, "accounts.totp_pending", account.id)
        account.totp_secret = None
        assert (account.totp_secret, account.totp_secret_sealed) == (None, None)


@dataclass
class Card:
    """As a row has it: one attribute, two columns."""

    __tablename__ = "cards"

    id: UUID = field(default_factory=new_id)
    number_sealed: Sealed | None = None
    number_index: bytes | None = None
    note_sealed: Sealed | None = None


class TestAttributes:
    def test_what_is_written_is_sealed_at_its_place_and_read_in_clear(self) -> None:
        attribute, card = confidential("number"), Card()
        write, read = attribute.fset, attribute.fget
        assert write is not None
        assert read is not None

        write(card, TEXT)

        assert read(card) == TEXT
        assert card.number_sealed is not None
        assert unseal(card.number_sealed, "cards.number", card.id) == TEXT
        assert card.number_index == blind_index(TEXT, "cards.number")
        write(card, None)
        assert {read(card), *vars(card).values()} == {None, card.id}

    def test_what_nobody_searches_has_no_index(self) -> None:
        attribute, card = sealed("note"), Card()
        write, read = attribute.fset, attribute.fget
        assert write is not None
        assert read is not None

        write(card, TEXT)

        assert read(card) == TEXT
        assert card.note_sealed is not None
        assert unseal(card.note_sealed, "cards.note", card.id) == TEXT
        write(card, None)
        assert {read(card), *vars(card).values()} == {None, card.id}


def test_a_column_takes_what_is_sealed_and_gives_it_back_so() -> None:
    column, dialect = SealedText(), sqlite.dialect()
    value = seal(TEXT, PLACE, new_id())

    assert column.process_bind_param(value, dialect) == bytes(value)
    assert type(column.process_bind_param(value, dialect)) is bytes
    assert column.process_bind_param(None, dialect) is None
    assert type(column.process_result_value(bytes(value), dialect)) is Sealed
    assert column.process_result_value(None, dialect) is None
    assert column.cache_ok is True
