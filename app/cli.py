"""The commands an operator types. Each prints what it did and exits non-zero when it failed."""

import json
import os
import secrets
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from app.commands import audit, backups, doctor, retention
from app.commands import keys as key_commands
from app.core import (
    clock,
    database,
    keys,
    logs,
    migrations,
    numbers,
    passwords,
    periods,
    totp,
    walls,
)
from app.core.errors import AppError
from app.core.passwords import hash_password
from app.core.settings import settings
from app.demo import load, workbooks
from app.demo.sign_ins import sign_ins
from app.jobs import worker as worker_loop
from app.main import app
from app.main import serve as serve_application
from app.models import ImportKind
from app.policies.actors import SYSTEM
from app.schemas.dashboards import DashboardQuery
from app.services import (
    administrators,
    dashboards,
    figure_days,
    file_sweeps,
    imports,
    recounts,
)
from app.work import Work


def _known_period(period: str) -> str:
    if period and not periods.is_period(period):
        raise typer.BadParameter("a period is a month, YYYY-MM")
    return period


cli = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
demo = typer.Typer(help="The demonstration committee.")
admin = typer.Typer(no_args_is_help=True, help="Administrators.")
cli.add_typer(demo, name="demo")
cli.add_typer(admin, name="admin")
cli.add_typer(audit.commands, name="audit")
cli.add_typer(key_commands.commands, name="keys")
cli.command("retention")(retention.erase)
cli.command("backup")(backups.backup)
cli.command("restore")(backups.restore)
cli.command("doctor")(doctor.doctor)
Period = Annotated[
    str, typer.Option(help="YYYY-MM", show_default="the present month", callback=_known_period)
]


@cli.command()
def migrate(
    app_role: Annotated[str, typer.Option(help="the role that serves, which owns no table")] = "",
) -> None:
    """Bring the database to the newest schema; make the file of keys on the first run."""
    _prepare()
    typer.echo(f"migrated to {migrations.head()}")
    if app_role:
        if database.engine().dialect.name != "postgresql":
            raise typer.BadParameter("only a PostgreSQL has roles")
        walls.grant(database.engine(), app_role)
        typer.echo(f"{app_role} may serve")


@cli.command()
def serve() -> None:
    """Serve the API on SOTAY_HOST and PORT."""
    keys.keys()
    if not passwords.work():
        raise RuntimeError("argon2id of this machine does not tell one password from another")
    walls.tell(database.engine())
    serve_application()


@cli.command()
def worker() -> None:
    """Do long work, keep the calendar, fold figures and turn the days until told to stop."""
    keys.keys()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    walls.tell(database.engine())
    typer.echo("worker started")
    worker_loop.run(stop)
    typer.echo("worker stopped")


@demo.callback(invoke_without_command=True)
def run_demo(context: typer.Context) -> None:
    """Migrate, load the demonstration when the database is empty, print sign-ins, serve."""
    if context.invoked_subcommand is not None:
        return
    _prepare()
    given = settings().demo_password
    password = given.get_secret_value() if given else secrets.token_urlsafe(12)
    _load_demonstration(hash_password(password))
    address = f"http://{settings().host}:{settings().port}"
    typer.echo(f"address {address}")
    typer.echo(f"try     {address}/docs")
    typer.echo(f"try     {sys.argv[0]} dashboard --period 2026-05")
    with database.reading() as session:
        for person in sign_ins(session):
            typer.echo(str(person))
    typer.echo("password from SOTAY_DEMO_PASSWORD" if given else f"password {password}")
    sys.stdout.flush()
    serve_application()


@demo.command("workbook")
def write_demo_workbooks(folder: Path) -> None:
    """Write the demonstration's two workbooks into a folder."""
    for path in workbooks.write_workbooks(folder):
        typer.echo(f"wrote {path}")


@demo.command("code")
def show_code(secret: str) -> None:
    """Print the six digits that belong to the SECRET of a sign-in line at this moment."""
    try:
        typer.echo(totp.digits(secret, totp.step_at(clock.now())))
    except ValueError as error:
        raise typer.BadParameter("a secret is the word after totp= of a sign-in line") from error


@admin.command("create")
def create_administrator(name: str, organization: str) -> None:
    """Make a staff account NAME, administrator of the unit with the code ORGANIZATION."""
    with database.writing() as session:
        work = Work(session, SYSTEM, clock.now())
        invited = administrators.create(work, name, organization)
    typer.echo(f"created administrator {name} of {organization}")
    typer.echo(f"activation-code {invited.code}")
    typer.echo(f"good once, until {invited.expires_at.astimezone(clock.LOCAL):%H:%M %d/%m/%Y}")


@cli.command("import")
def import_workbook(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    kind: ImportKind = ImportKind.MEMBERS,
    *,
    commit: bool = False,
    rejects: Annotated[Path | None, typer.Option(help="where to write refused rows")] = None,
) -> None:
    """Preview a workbook, and commit it when told to."""
    now = clock.now()
    figure_days.turn(now)
    parsed = imports.prepare(file.read_bytes(), kind, clock.local_date(now))
    with database.writing() as session:
        work = Work(session, SYSTEM, now)
        preview = imports.create(work, parsed)
        typer.echo(f"preview {preview.id}: {preview.counts}")
        if rejects is not None:
            rejects.write_bytes(imports.reject_workbook(work, preview.id))
            typer.echo(f"wrote {rejects}")
        if commit:
            imports.commit(work, preview.id)
            typer.echo("committed")


@cli.command()
def dashboard(
    organization: Annotated[str, typer.Argument(help="code or id; default the root")] = "",
    period: Period = "",
) -> None:
    """Print the figures of a unit in a period."""
    now = clock.now()
    figure_days.turn(now)
    with database.reading() as session:
        work = Work(session, SYSTEM, now)
        unit_id = dashboards.find_unit(work, organization)
        query = DashboardQuery(period=period or periods.period_at(now))
        shown = json.loads(dashboards.get(work, unit_id, query))
    typer.echo(f"{shown['organization']['name']} · {shown['period']}")
    for name, figure in shown["figures"].items():
        above, below = figure["numerator"], figure["denominator"]
        counts = f"{numbers.whole(above)}/{numbers.whole(below)}"
        typer.echo(f"{name:22} {counts} = {numbers.share(above, below)}")


@cli.command()
def recount(*, repair: bool = False) -> None:
    """Count everything anew and compare; exit 1 when something differs and is not repaired."""
    found = left = 0
    with database.writing() as session:
        now = clock.now()
        work = Work(session, SYSTEM, now)
        figure_days.bring_to(session, now)
        for period, differences in recounts.recount(work, clock.local_date(now), repair=repair):
            typer.echo(f"{period}: {len(differences)} differences")
            for difference in differences:
                typer.echo(f"  {difference}")
            found += len(differences)
            left += sum(each.is_beyond_repair or not repair for each in differences)
    typer.echo("repaired" if found and not left else f"{found} differences in all")
    if left:
        raise typer.Exit(1)


@cli.command("sweep-files")
def sweep_files(*, remove: bool = False) -> None:
    """Count the files of over a week ago that nothing names; `--remove` removes them."""
    with database.reading() as session:
        found = file_sweeps.sweep(session, clock.now(), remove=remove)
    typer.echo(f"{found} files {'removed' if remove else 'would be removed'}")


@cli.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    typer.echo(json.dumps(app.openapi(), ensure_ascii=False, indent=2))


def main() -> None:
    """The entry point: expected refusals are one line, not a traceback."""
    os.umask(0o077)  # whatever is written holds what concerns members: for its owner alone
    logs.configure(settings().log_level)
    try:
        cli()
    except (AppError, keys.KeysMissing, *backups.REFUSALS) as error:
        typer.echo(f"refused: {error}", err=True)
        for fault in getattr(error, "details", {}).get("errors", []):
            typer.echo(f"  {fault['pointer']}: {fault['en']}", err=True)
        raise SystemExit(1) from error


def _prepare() -> None:
    """Keys only for a database that never had any: new ones cannot open old rows."""
    engine = database.engine()
    if not settings().keys_file.exists() and migrations.is_untouched(engine):
        keys.create_keys(settings().keys_file)
        typer.echo(f"made {settings().keys_file}: back it up apart from the database")
    keys.keys()
    migrations.upgrade(engine)


def _load_demonstration(password_hash: str) -> None:
    with database.writing() as session:
        if load.is_empty(session):
            typer.echo("loading the demonstration committee, about a minute …")
            load.load(session, clock.now(), password_hash, typer.echo)
        elif not load.is_loaded(session):
            typer.echo("refused: this database holds a real committee; use `sotay serve`", err=True)
            raise typer.Exit(1)
        else:
            load.renew(session, clock.now(), password_hash)


if __name__ == "__main__":
    main()
