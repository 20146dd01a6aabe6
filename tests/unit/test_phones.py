"""One way to write a telephone number, whatever way it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.phones import canonical_phone


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "(091) 2345678",
        "+84912345678",
        "+84 912 345 678",
        "0084 912345678",
    ],
)
def test_every_way_of_typing_is_one_number(typed: str) -> None:
    assert canonical_phone(typed) == "+84912345678"


def test_a_fixed_line_has_a_digit_more() -> None:
    assert canonical_phone("024 3822 1234") == "+842438221234"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "912345678",
        "00912345678",
        "091234567",
        "091234567890",
        "+1 912345678",
        "+84+912345678",
        "0912345678x",
        "０９１２３４５６７８",  # noqa: RUF001 - full-width digits, as some keyboards type them
        "٠٩١٢٣٤٥٦٧٨",
        "0912345678\n0",
        "0912\u200b345678",
    ],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert canonical_phone(typed) is None


@given(st.text(max_size=30))
def test_whatever_is_typed_the_answer_is_plain_or_none(typed: str) -> None:
    phone = canonical_phone(typed)

    assert phone is None or (phone.startswith("+84") and phone.isascii() and phone[1:].isdigit())
    assert phone is None or canonical_phone(phone) == phone
