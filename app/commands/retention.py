"""`sotay retention`: erase what has had its time, or only say how much that is."""

from typing import Annotated

import typer

from app.core import clock, database
from app.policies.actors import SYSTEM
from app.services import retention
from app.services.retention_classes import CLASSES, DataClass
from app.work import Work


def erase(
    *, dry_run: Annotated[bool, typer.Option("--dry-run", help="erase nothing")] = False
) -> None:
    """Erase what has had its time, class by class; the calendar does it every night."""
    for each in CLASSES:
        number = _due(each) if dry_run else _erase(each)
        typer.echo(
            f"{each.name:24} {number:>8} {'due' if dry_run else 'erased'}, after {each.kept}"
        )


def _due(each: DataClass) -> int:
    with database.reading() as session:
        return retention.due(session, each, clock.now())


def _erase(each: DataClass) -> int:
    whole = 0
    while True:
        with database.writing() as session:
            number = retention.erase(Work(session, SYSTEM, clock.now()), each)
        whole += number
        if number < retention.PORTION:
            return whole
