"""Six digits of a secret and the time, as every authenticator makes them (RFC 6238)."""

from base64 import b32encode
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from app.core import totp

#: The secret of the RFC's own examples.
SECRET = b32encode(b"12345678901234567890").decode()


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (20000000000, "353130")],
)
def test_the_digits_are_those_of_the_rfc(seconds: int, digits: str) -> None:
    assert totp.digits(SECRET, totp.step_at(at(seconds))) == digits


@pytest.mark.parametrize(("seconds", "step"), [(0, 0), (29.9, 0), (30, 1), (59.9, 1), (60, 2)])
def test_a_step_is_thirty_seconds(seconds: float, step: int) -> None:
    assert totp.step_at(at(seconds)) == step


@pytest.mark.parametrize(("ahead", "holds"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_a_clock_may_be_one_step_off_either_way(ahead: int, holds: int) -> None:
    code = totp.digits(SECRET, 1000 + ahead)

    assert totp.steps_of(SECRET, code, at(1000 * 30)) == [1000 + ahead] * holds


@pytest.mark.parametrize("code", ["", "000000", "28708", "2870820", "é", "२८७०८२"])
def test_what_is_not_of_now_is_of_no_step(code: str) -> None:
    assert totp.steps_of(SECRET, code, at(59)) == []


def test_a_secret_is_160_bits_and_goes_into_an_authenticator() -> None:
    secret = totp.new_secret()
    address = urlsplit(totp.uri(secret, "Nguyễn Thị Đào"))

    assert len(secret) == 32
    assert secret != totp.new_secret()
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/Sổ tay Đảng viên:Nguyễn Thị Đào"
    asked = parse_qs(address.query)
    assert asked["secret"] == [secret]
    assert asked["issuer"] == ["Sổ tay Đảng viên"]
