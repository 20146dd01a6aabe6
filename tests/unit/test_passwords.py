"""How a password is kept: slowly, and however it was typed."""

import unicodedata

import pytest

from app.core import passwords

WORD = "mật khẩu dài của thử nghiệm"
HASHED = passwords.hash_password(WORD)


def test_it_is_kept_by_argon2id_at_the_cost_that_was_chosen() -> None:
    """19 MiB and two passes, as OWASP asks for; a cheaper hash is a finding."""
    assert HASHED.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.hash_password(WORD) != HASHED  # salted


def test_both_ways_to_compose_a_letter_are_one() -> None:
    typed = unicodedata.normalize("NFD", WORD)

    assert typed != WORD
    assert passwords.verify_password(typed, HASHED) is True
    assert passwords.verify_password(WORD, passwords.hash_password(typed)) is True


@pytest.mark.parametrize("other", [WORD + " ", " " + WORD, WORD[:-1], WORD.upper(), ""])
def test_nothing_else_is_it(other: str) -> None:
    assert passwords.verify_password(other, HASHED) is False


def test_where_there_is_none_nothing_is_it() -> None:
    assert passwords.verify_password(WORD, None) is False
    # As dear to compare as any other, and made once.
    assert passwords.nobodys_hash().startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.nobodys_hash() == passwords.nobodys_hash()


def test_the_machine_can_tell() -> None:
    assert passwords.work() is True


@pytest.mark.parametrize("verdict", [True, False])
def test_a_machine_that_says_the_same_of_every_password_is_found_out(
    monkeypatch: pytest.MonkeyPatch, *, verdict: bool
) -> None:
    monkeypatch.setattr(passwords, "verify_password", lambda _password, _hashed: verdict)

    assert passwords.work() is False
