"""Whoever sets the service up finds every setting and every command where they look for them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from app.cli import cli
from app.core.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PATTERN = (ROOT / ".env.example").read_text()
SETTINGS = [
    str(field.validation_alias or f"SOTAY_{name.upper()}")
    for name, field in Settings.model_fields.items()
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_explained_and_stands_in_the_pattern(setting: str) -> None:
    assert f"| `{setting}` |" in README
    assert re.search(rf"^(# )?{setting}=", PATTERN, re.MULTILINE)


def test_every_command_has_its_line() -> None:
    assert [words for words in commands("sotay", get_command(cli)) if not is_told(words)] == []


def commands(words: str, command: object) -> Iterator[str]:
    """`sotay keys rotate`, of the groups of commands too."""
    if not isinstance(command, TyperGroup):
        yield words
        return
    for name, inner in command.commands.items():
        yield from commands(f"{words} {name}", inner)


def is_told(words: str) -> bool:
    """In a line of the table, alone or beside others: `sotay keys show\\|add\\|rotate`."""
    group, _, name = words.rpartition(" ")
    return re.search(rf"^\| `{group} (\S+\|)?{name}[ `\\]", README, re.MULTILINE) is not None
