"""`sotay keys`: which keys seal the confidential fields, and changing them under way."""

from typing import Annotated

import typer

from app.core import clock, database, keys
from app.core.settings import settings
from app.services import key_rotations

commands = typer.Typer(no_args_is_help=True, help="The keys of confidential fields.")
#: Seconds between two portions, so that whoever writes meanwhile gets a turn.
PAUSE = 0.02


@commands.command()
def show() -> None:
    """Print the id of each key and how many values it has sealed; never a key."""
    active = keys.keys().active_field
    with database.reading() as session:
        found = key_rotations.counts(session)
    unknown = found.pop("")
    for name, number in found.items():
        typer.echo(f"key {name}: {number} values{', active' if name == active else ''}")
    if unknown:
        typer.echo(f"{unknown} values name a key that the file does not hold", err=True)
        raise typer.Exit(1)


@commands.command()
def add() -> None:
    """Add a key that is not used yet, to be brought to every machine before `rotate`."""
    name = key_rotations.add(settings().keys_file)
    typer.echo(f"added key {name}: bring {settings().keys_file} to every machine, then rotate")


@commands.command()
def rotate(
    *, retire: Annotated[bool, typer.Option(help="instead: remove keys that seal nothing")] = False
) -> None:
    """Seal by a new key from now on, and again what older keys sealed."""
    if retire:
        dropped = key_rotations.retire(settings().keys_file, clock.now())
        typer.echo(f"removed keys: {', '.join(dropped) or 'none'}")
        return
    name = key_rotations.begin(settings().keys_file)
    typer.echo(f"key {name} is active: back up {settings().keys_file}, apart from the database")
    stuck: dict[str, int] = {}
    for walk in key_rotations.renew_all(PAUSE):
        stuck[walk.place] = walk.stuck
        if walk.renewed:
            typer.echo(f"{walk.place}: {walk.renewed} values sealed again")
    if left := sum(stuck.values()):
        typer.echo(f"{left} values do not open and were left; the log names them", err=True)
        raise typer.Exit(1)
