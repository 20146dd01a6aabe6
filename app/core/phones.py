"""One way to write a telephone number of Viet Nam, whatever way it was typed."""

import re

_TYPED = re.compile(r"(?:\+84|0084|0)([1-9][0-9]{8,9})")


def canonical_phone(text: str) -> str | None:
    """`0912 345 678` and `+84 912345678` become `+84912345678`; None for what is no number."""
    match = _TYPED.fullmatch(re.sub(r"[ .()-]", "", text))
    return f"+84{match[1]}" if match else None
