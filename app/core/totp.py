"""The second factor: six digits of a shared secret and the time. None but this knows pyotp."""

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
#: So many steps a clock may be wrong, either way.
_DRIFT = 1
_ISSUER = "Sổ tay Đảng viên"


def new_secret() -> str:
    """160 bits, as authenticators take them."""
    return pyotp.random_base32()


def uri(secret: str, name: str) -> str:
    """The secret as the address that an authenticator reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def digits(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


def steps_of(secret: str, code: str, moment: datetime) -> list[int]:
    """The steps around a moment whose digits these are; all are compared, whatever comes of one."""
    now = step_at(moment)
    around = range(now - _DRIFT, now + _DRIFT + 1)
    given = code.encode()
    return [step for step in around if hmac.compare_digest(digits(secret, step).encode(), given)]
