"""Column types that read the same on both databases."""

from enum import StrEnum

from sqlalchemy import Enum, String


def choice(values: type[StrEnum]) -> Enum:
    """Stored as its text, so that a new value needs no type change in the database."""
    return Enum(
        values, native_enum=False, length=32, values_callable=lambda e: [v.value for v in e]
    )


#: Text compared byte by byte, so that a prefix is a range on both databases.
BYTEWISE = String().with_variant(String(collation="C"), "postgresql")
