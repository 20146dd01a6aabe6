"""`sotay audit`: whether the trail is whole, and whose data an account met."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.core import clock, database, numbers
from app.core.settings import settings
from app.policies.actors import SYSTEM
from app.services import audit_checks, audit_seals, touches
from app.work import Work

commands = typer.Typer(no_args_is_help=True, help="The audit trail.")


@commands.command()
def verify(
    anchor: Annotated[
        Path | None, typer.Option(help="default SOTAY_AUDIT_ANCHOR", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Walk the chain over the audit trail; exit 1 at the first link that is broken."""
    file = anchor or settings().audit_anchor
    with database.reading() as session:
        found = next(chain(_broken_links(session), _off_anchors(session, file)), None)
        _tell_unsealed(session)
    if found:
        typer.echo(f"broken: {found}")
        raise typer.Exit(1)
    typer.echo("the audit trail is whole")


@commands.command()
def touched(
    account: Annotated[str, typer.Argument(help="id of an account, or name of staff")],
    since: Annotated[datetime, typer.Option(help="local time: 2026-05-31T17:00")],
) -> None:
    """Whose data an account has met since a moment: seen in clear, or changed."""
    with database.reading() as session:
        work = Work(session, SYSTEM, clock.now())
        found = touches.of(work, touches.find_account(work, account), clock.local_moment(since))
    for member in found:
        typer.echo(str(member))
    in_clear = sum(bool(member.seen) for member in found)
    typer.echo(f"{len(found)} members, {in_clear} of them seen in clear")


def _broken_links(session: Session) -> Iterator[audit_checks.Break]:
    for checked, total, broken in audit_checks.walk(session):
        typer.echo(f"checked {numbers.whole(checked)} of {numbers.whole(total)} links")
        if broken:
            yield broken


def _off_anchors(session: Session, file: Path) -> Iterator[audit_checks.Break]:
    if file.exists():
        yield from audit_checks.against_anchors(session, file)
    else:
        typer.echo(f"warning: no anchors at {file}: a tail cut off would not show")


def _tell_unsealed(session: Session) -> None:
    waiting = audit_seals.unsealed_before(session)
    old = audit_seals.unsealed_before(session, clock.now() - audit_seals.USUALLY)
    typer.echo(f"{numbers.whole(waiting)} not yet sealed")
    if old:
        typer.echo(f"warning: {numbers.whole(old)} of them for over a minute; does a worker run?")
