"""A database to measure on, and the processes that work on it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.samples import Sample
from tests.databases import Databases

PASSWORD = "khong-dung-cho-that"  # noqa: S105 - of people who live for minutes
KEYS = "keys.json"


@dataclass(frozen=True)
class Place:
    """An empty, migrated database, which every process finds by the service's own settings."""

    folder: Path
    url: str

    @classmethod
    @contextmanager
    def new(cls, databases: Databases) -> Iterator["Place"]:
        with databases.copy("empty") as engine:
            yield cls(databases.folder, engine.url.render_as_string(hide_password=False))

    @property
    def environment(self) -> dict[str, str]:
        """By which a process works on this database."""
        told = {
            "SOTAY_DATABASE_URL": self.url,
            "SOTAY_FILES_FOLDER": str(self.folder / "files"),
            "SOTAY_AUDIT_ANCHOR": str(self.folder / "audit-anchor.jsonl"),
            "SOTAY_KEYS_FILE": str(self.folder / KEYS),
            "SOTAY_DEMO_PASSWORD": PASSWORD,
            "SOTAY_THROTTLING": "off",
        }
        return os.environ | told  # noqa: TID251 - the rest of it is the machine's

    def measure(self, module: str, *options: str) -> list[Sample]:
        """Run one measurement in a process of its own, and read its samples."""
        printed = subprocess.run(  # noqa: S603 - our own modules
            [sys.executable, "-m", f"bench.{module}", str(self.folder), *options],
            check=True,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        return [Sample(*json.loads(line)) for line in printed.splitlines()]
