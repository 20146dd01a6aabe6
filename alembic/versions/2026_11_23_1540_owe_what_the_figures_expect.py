"""owe what the figures expect.

A service in use has opened periods and counted their cells; each of these owes what the next one
will owe. One statement for each period and kind, whatever the number of cells.
"""

import time
from datetime import UTC, date, datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision = "4d0c7a9be216"
down_revision = "76067abe0969"
branch_labels = None
depends_on = None

#: Hours ahead of UTC all year round.
LOCAL = timezone(timedelta(hours=7))
#: After the last day of a period.
DAYS_AFTER = 2
FIGURES = sa.table(
    "figures",
    sa.column("organization_id", sa.Uuid()),
    sa.column("period", sa.String()),
    sa.column("cells", sa.Integer()),
    sa.column("is_cell", sa.Boolean()),
)
OBLIGATIONS = sa.table(
    "obligations",
    sa.column("id", sa.Uuid()),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("version", sa.Integer()),
    sa.column("organization_id", sa.Uuid()),
    sa.column("period", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("due_at", sa.DateTime(timezone=True)),
)
#: A version 7 UUID: twelve digits of the moment, then what no other row has.
IDS = {
    "postgresql": "CAST('{moment}' || '7' || substr(md5(organization_id::text || '{key}'), 1, 3)"
    " || '8' || substr(md5(organization_id::text || '{key}'), 4, 15) AS uuid)",
    "sqlite": "'{moment}' || '7' || substr(lower(hex(randomblob(2))), 2, 3)"
    " || '8' || substr(lower(hex(randomblob(8))), 2, 15)",
}


def upgrade() -> None:
    connection = op.get_bind()
    made_id = IDS[connection.dialect.name]
    moment = f"{time.time_ns() // 1_000_000:012x}"
    now = connection.execute(sa.select(sa.func.current_timestamp())).scalar_one()
    periods = sa.select(FIGURES.c.period).distinct().order_by(FIGURES.c.period)
    for period in connection.execute(periods).scalars().all():
        for kind in _due(period):
            owed = sa.select(
                sa.literal_column(made_id.format(moment=moment, key=f"{period} {kind}")),
                sa.literal(now, sa.DateTime(timezone=True)),
                sa.literal(1, sa.Integer()),
                FIGURES.c.organization_id,
                FIGURES.c.period,
                sa.literal(kind, sa.String()),
                sa.literal(_due_at(period), sa.DateTime(timezone=True)),
            ).where(FIGURES.c.period == period, FIGURES.c.is_cell, FIGURES.c.cells > 0)
            names = [column.name for column in OBLIGATIONS.columns]
            connection.execute(sa.insert(OBLIGATIONS).from_select(names, owed))


def downgrade() -> None:
    op.execute(sa.delete(OBLIGATIONS))


def _due(period: str) -> tuple[str, ...]:
    is_last_of_quarter = int(period[5:]) % 3 == 0
    return ("monthly_meeting", "thematic_meeting") if is_last_of_quarter else ("monthly_meeting",)


def _due_at(period: str) -> datetime:
    next_month = date(int(period[:4]) + int(period[5:]) // 12, int(period[5:]) % 12 + 1, 1)
    after = next_month + timedelta(days=DAYS_AFTER)
    first_moment_late = datetime(after.year, after.month, after.day, tzinfo=LOCAL)
    return first_moment_late.astimezone(UTC) - timedelta(microseconds=1)
