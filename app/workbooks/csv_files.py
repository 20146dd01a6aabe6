"""Rows as CSV that Excel opens by a double click in Viet Nam: UTF-8 with its mark, `;` between.

There the comma is the decimal sign, so it cannot separate. What would begin a formula is made text
by an apostrophe before it.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_csv(rows: Iterable[Sequence[str | int | float | None]]) -> bytes:
    target = StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([_written(value) for value in row])
    return target.getvalue().encode("utf-8-sig")


def _written(value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(_BEGINS_A_FORMULA) else value
    return str(value) if isinstance(value, int) else f"{value:.2f}".replace(".", ",")
