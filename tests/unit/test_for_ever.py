"""What was written once is read for ever: signed words, sealed values, indexes, codes on a screen.

Whoever changes how one of these is made ends what people hold, or what the database keeps.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from app.core import keys, tokens
from app.core.confidential import blind_index, unseal
from app.core.settings import settings
from app.services import check_in_codes

ROW = UUID("01890000-0000-7000-8000-000000000001")
NOON = datetime(2026, 5, 15, 5, tzinfo=UTC)
CONTENT = {
    "active_field": "1",
    "fields": {"1": b64encode(b"f" * 32).decode()},
    "index": b64encode(b"i" * 32).decode(),
    "tokens": b64encode(b"t" * 32).decode(),
}

SIGNED = "c2FpZA.j_TmHEMJlPmBnpY1G_juH2r7HdxpoglqEvKDydx4Fi8"
WORD = "cKHMT6_nnrLrglvs1HqOCEgs5tEa3xLhH3rru3UEn6Y"
FINGERPRINT = "8ff4e61c430994f9819e96351bf8ee1f6afb1ddc69a2096a12f283c9dc78162f"
VALUE = "01314ba12038cc260ef9583ac9f937e3f2da3a32e1fda1e88f012053d1d929a38202acd7dcccbc5f15c0"
INDEX = "ee250d934fb58ccf1aaeb93172656095d8f6a21532eba03ab0713bb6c558f440"
CODE = ("AYkAAAAAcACAAAAAAAAAAQVNIgQvMenJzYxUBluhP96GbE4J", "587429")


@pytest.fixture(autouse=True)
def _keys_of_long_ago(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(CONTENT))
    file.chmod(0o600)
    with monkeypatch.context() as patch:
        patch.setenv("SOTAY_KEYS_FILE", str(file))
        _forget()
        yield
    _forget()


def _forget() -> None:
    settings.cache_clear()
    keys.ring.cache_clear()


def test_a_signed_word() -> None:
    assert tokens.sign("a purpose", b"said") == SIGNED
    assert tokens.verify("a purpose", SIGNED) == b"said"


def test_a_sealed_word() -> None:
    assert tokens.open_word("a purpose", WORD) == b"said"


def test_a_fingerprint() -> None:
    assert tokens.fingerprint("a purpose", b"said").hex() == FINGERPRINT


def test_a_sealed_value_and_its_index() -> None:
    assert unseal(bytes.fromhex(VALUE), "members.phone", ROW) == "+84912345678"
    assert blind_index("+84912345678", "members.phone").hex() == INDEX


def test_the_code_of_a_room() -> None:
    code = check_in_codes.code_at(ROW, NOON)

    assert (code.token, code.digits) == CODE


def test_the_keys_of_the_process_are_those_of_the_file() -> None:
    assert keys.keys() == keys.Keys("1", {"1": b"f" * 32}, b"i" * 32, b"t" * 32)
    assert (keys.field_key("1"), keys.field_key("2")) == (b"f" * 32, None)


def test_a_key_that_another_process_added_is_found_at_once() -> None:
    before = keys.keys()
    path = settings().keys_file
    more = CONTENT | {"fields": {"1": CONTENT["fields"]["1"], "2": CONTENT["index"]}}  # type: ignore[index]  # a mapping
    path.write_text(json.dumps(more))

    assert before.fields.keys() == {"1"}
    assert keys.field_key("2") == b"i" * 32
