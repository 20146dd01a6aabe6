"""Brings a database to the schema this code knows."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from app.core import patience

_HERE = Path(__file__).resolve()
#: In a checkout beside `app`; in an installed package inside it.
_FOLDERS = (_HERE.parents[2] / "alembic", _HERE.parents[1] / "migrations")


def config() -> Config:
    """Alembic's configuration, wherever the package lies."""
    made = Config()
    folder = next(folder for folder in _FOLDERS if (folder / "env.py").exists())
    made.set_main_option("script_location", str(folder))
    return made


@lru_cache
def head() -> str | None:
    """The newest revision this code knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def upgrade(engine: Engine, revision: str = "head") -> None:
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    _run(engine, command.downgrade, revision)


def is_untouched(engine: Engine) -> bool:
    """Whether no migration has ever run here."""
    return not inspect(engine).has_table("alembic_version")


def check(engine: Engine) -> None:
    """Raises when the models say something that no migration has made."""
    made = config()
    with engine.connect() as connection:
        made.attributes["connection"] = connection
        command.check(made)


def _run(engine: Engine, act: Callable[[Config, str], None], revision: str) -> None:
    made = config()
    with patience.waiting(patience.MIGRATION), engine.begin() as connection:
        made.attributes["connection"] = connection
        act(made, revision)
