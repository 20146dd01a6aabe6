"""What a client carries proves what it says, for its own purpose and time, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jose import jwt

from app.core.errors import Malformed, Unauthenticated
from app.core.ids import new_id
from app.core.keys import keys
from app.core.tokens import (
    ACCESS_LIFETIME,
    AccessClaims,
    fingerprint,
    open_word,
    seal_word,
    sign,
    sign_access,
    verify,
    verify_access,
)

Write = Callable[[str, bytes], str]
Read = Callable[[str, str], bytes]
NOON = datetime(2026, 5, 15, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class TestAccess:
    def test_it_says_whose_it_is(self) -> None:
        account_id, session_id = new_id(), new_id()

        token = sign_access(account_id, session_id, NOON)

        assert verify_access(token, NOON) == AccessClaims(account_id, session_id)

    def test_no_two_are_alike(self) -> None:
        ids = new_id(), new_id()

        assert sign_access(*ids, NOON) != sign_access(*ids, NOON)

    @pytest.mark.parametrize(
        ("moment", "is_good"),
        [
            (NOON - 6 * SECOND, False),
            (NOON - 5 * SECOND, True),  # clocks differ a little
            (NOON + ACCESS_LIFETIME - SECOND, True),
            (NOON + ACCESS_LIFETIME, False),
            (NOON + timedelta(days=3650), False),
        ],
    )
    def test_it_is_good_for_ten_minutes(self, moment: datetime, *, is_good: bool) -> None:
        token = sign_access(new_id(), new_id(), NOON)

        if is_good:
            verify_access(token, moment)
        else:
            with pytest.raises(Unauthenticated):
                verify_access(token, moment)

    @given(st.data())
    def test_one_changed_letter_proves_nothing(self, data: st.DataObject) -> None:
        token = sign_access(new_id(), new_id(), NOON)
        place = data.draw(st.integers(0, len(token) - 1))
        letter = data.draw(st.sampled_from("AZaz09-_.").filter(lambda new: new != token[place]))

        with pytest.raises(Unauthenticated):
            verify_access(token[:place] + letter + token[place + 1 :], NOON)

    def test_there_is_one_spelling_of_it(self) -> None:
        """The last letter of a seal has bits that say nothing: they are as they were written."""
        token = sign_access(new_id(), new_id(), NOON)

        for letter in set(ascii_letters + digits + "-_") - {token[-1]}:
            with pytest.raises(Unauthenticated):
                verify_access(token[:-1] + letter, NOON)

    def test_in_a_hundred_years_it_is_as_good(self) -> None:
        """No clock but the one that is given has a say."""
        later = NOON + timedelta(days=36500)

        assert verify_access(sign_access(new_id(), new_id(), later), later)

    @pytest.mark.parametrize(
        ("header", "claims"),
        [
            ({"typ": "JWT"}, {}),
            ({"kid": "1"}, {}),
            ({}, {"nbf": int(NOON.timestamp()) + 60}),
            ({}, {"jti": "x" * 4000}),
            ({}, {"aud": ["sotay-api"]}),
            ({}, {"aud": ["sotay-api", "another"]}),
            ({}, {"iss": "another"}),
            ({}, {"scope": "all"}),
            ({}, {"exp": NOON.timestamp() + 60.5}),
            ({}, {"nbf": True}),
        ],
    )
    def test_signed_by_our_key_but_not_as_we_write_it_proves_nothing(
        self, header: dict[str, Any], claims: dict[str, Any]
    ) -> None:
        ours = jwt.get_unverified_claims(sign_access(new_id(), new_id(), NOON))
        typ = {"typ": "at+jwt"} | header
        token = jwt.encode(ours | claims, keys().tokens, algorithm="HS256", headers=typ)

        with pytest.raises(Unauthenticated):
            verify_access(token, NOON)

    @given(st.one_of(st.text(), st.from_regex(r"\A[\w-]{1,90}\.[\w-]{1,90}\.[\w-]{1,90}\Z")))
    def test_nonsense_is_refused_and_breaks_nothing(self, word: str) -> None:
        with pytest.raises(Unauthenticated):
            verify_access(word, NOON)


@pytest.mark.parametrize(("write", "read"), [(sign, verify), (seal_word, open_word)])
class TestWords:
    @pytest.mark.parametrize("content", [b"", b"x", b"\x00\xff" * 500])
    def test_what_was_written_is_read(self, write: Write, read: Read, content: bytes) -> None:
        assert read("a purpose", write("a purpose", content)) == content

    def test_for_another_purpose_it_is_nothing(self, write: Write, read: Read) -> None:
        word = write("a purpose", b"content")

        for other in ("another purpose", "a purpose\0", "", "a purposec"):
            with pytest.raises(Malformed):
                read(other, word)

    def test_it_stands_in_an_address_as_it_is(self, write: Write, read: Read) -> None:
        word = write("a purpose", bytes(range(256)))

        assert word.isascii()
        assert all(letter.isalnum() or letter in "-_." for letter in word)

    @pytest.mark.parametrize("word", ["", ".", "..", "x", "é", "AAAA", "AAAA.AAAA", "a" * 2000])
    def test_nonsense_is_malformed(self, write: Write, read: Read, word: str) -> None:
        with pytest.raises(Malformed):
            read("a purpose", word)


def test_a_sealed_word_tells_nothing() -> None:
    assert seal_word("a purpose", b"secret") != seal_word("a purpose", b"secret")
    assert len(seal_word("a purpose", b"secret")) < 60


def test_a_fingerprint_is_of_its_purpose() -> None:
    assert fingerprint("one", b"x") == fingerprint("one", b"x")
    assert len({fingerprint("one", b"x"), fingerprint("two", b"x"), fingerprint("one", b"y")}) == 3
