"""The page about the architecture has a place for every service, and one only."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"


def test_every_service_stands_in_one_line() -> None:
    table = PAGE.read_text().partition("| what they serve | files |")[2].partition("\n\n")[0]
    named = Counter(
        name
        for line in table.splitlines()
        if line.startswith("|")
        for name in re.findall(r"`(\w+)`", line.split("|")[2])
    )

    services = {path.stem for path in (ROOT / "app" / "services").glob("[!_]*.py")}

    assert named == Counter(services)
