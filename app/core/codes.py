"""Codes that people read from paper and type: groups of four letters and digits."""

import secrets

from app.core.tokens import fingerprint

#: Letters and digits that no eye confuses; each is worth nearly five bits.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_code(groups: int) -> str:
    """A code to print or to write down; three groups are 59 bits, five are 99."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def digest(purpose: str, code: str) -> bytes:
    """What is kept of a code; typed in any case, with or without dashes."""
    typed = "".join(character for character in code.upper() if character.isalnum())
    return fingerprint(purpose, typed.encode())
