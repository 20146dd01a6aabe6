"""The numbers that operators read are the numbers that count."""

import re
from datetime import timedelta
from pathlib import Path

from app.services.throttles import (
    ANYWHERE,
    DEVICE,
    HERE,
    KNOWN_FOR,
    LOCK_COUNTS,
    LOCKED_AFTER,
    LONGEST_WAIT,
    NETWORK,
    SIGNED_IN,
)

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1)}


def test_the_table_of_waits_says_what_the_service_does() -> None:
    text = PAGE.read_text().partition("## Signing in")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) (\w+) \| ([^|]+) \|$", text, re.MULTILINE)
    told = [(int(free), int(number) * _UNITS[unit]) for _, free, number, unit, _ in rows]

    limits = [(each.free, each.within) for each in (HERE, ANYWHERE, NETWORK, DEVICE, SIGNED_IN)]
    assert told == [*limits, (LOCKED_AFTER, LOCK_COUNTS)]
    assert f"at most {LONGEST_WAIT.seconds} seconds" in rows[0][-1]
    assert f"within {KNOWN_FOR.days} days" in rows[3][0]
