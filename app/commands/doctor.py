"""`sotay doctor`."""

import typer

from app.services.checkups import Verdict, findings


def doctor() -> None:
    """Look at all that could be wrong; exit 1 when something is."""
    is_ill = False
    for found in findings():
        typer.echo(f"{found.verdict:4} {found.about}: {found.said}")
        is_ill |= found.verdict is Verdict.FAIL
    if is_ill:
        raise typer.Exit(1)
