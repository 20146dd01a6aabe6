"""The page about more than one machine knows every table there is."""

import re
from pathlib import Path

from sqlmodel import SQLModel

PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"


def test_every_table_has_a_key_to_be_spread_by() -> None:
    spread = PAGE.read_text().partition("| tables | spread by |")[2].partition("\n\n")[0]
    first = [line.split("|")[1] for line in spread.splitlines() if line.startswith("|")]

    named = set(re.findall(r"`(\w+)`", " ".join(first)))

    assert set(SQLModel.metadata.tables) - named == set()
