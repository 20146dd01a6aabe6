"""Under which key an answer is kept, and who holds it."""

from uuid import UUID

import pytest

from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.tokens import fingerprint
from app.services.kept_answers import Key, StillRunning, make_key, running

ACCOUNT = new_id()


def key_of(text: str, account_id: UUID | None = ACCOUNT, request: bytes = b"a request") -> Key:
    return make_key(text, account_id, request, keeps_answer=True)


@pytest.mark.parametrize("text", ["x", "x" * 255, "~ !", "6f0d3c1e-once"])
def test_a_key_is_a_word_of_visible_signs(text: str) -> None:
    digest = fingerprint("idempotency", b"a request")

    assert key_of(text) == Key(ACCOUNT, text, digest, keeps_answer=True)


@pytest.mark.parametrize("text", ["", "x" * 256, "é", "a\tb", "a\x7f"])
def test_anything_else_is_refused_where_it_stands(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        key_of(text)

    (error,) = refusal.value.details["errors"]
    assert (error["pointer"], error["code"]) == ("/header/idempotency-key", "invalid_key")


def test_nobodys_keys_are_told_apart_by_what_was_asked() -> None:
    one, same, other = (key_of("x" * 255, None, asked) for asked in (b"one", b"one", b"other"))

    assert one == same != other
    assert one.account_id == UUID(int=0)
    assert one.text == f"{fingerprint('idempotency', b'one').hex()[:32]} {'x' * 222}"


def test_a_key_is_in_one_hand_at_a_time() -> None:
    with running(key_of("x")):
        with pytest.raises(StillRunning), running(key_of("x", request=b"another request")):
            pass
        with running(key_of("y")), running(key_of("x", new_id())), running(None):
            pass
    with running(key_of("x")):
        pass


def test_it_is_let_go_when_its_request_fails() -> None:
    with pytest.raises(ValueError, match="failed"), running(key_of("x")):
        raise ValueError("failed")
    with running(key_of("x")):
        pass
