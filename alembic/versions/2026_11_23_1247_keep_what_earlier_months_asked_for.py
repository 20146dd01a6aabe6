"""keep what earlier months asked for.

A service in use has counted months as on time by their submission alone. It goes on so to the end
of the running month, as a decision at each root of the tree; a new one has nothing to keep.
"""

import uuid
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "b1f64c0a7d25"
down_revision = "9a328d5e0f59"
branch_labels = None
depends_on = None

NAME = "on_time_needs"
SETTINGS = sa.table(
    "settings",
    sa.column("id", sa.Uuid()),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("version", sa.Integer()),
    sa.column("organization_id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("value", sa.JSON()),
    sa.column("valid_from", sa.Date()),
    sa.column("decided_by", sa.Uuid()),
)
ORGANIZATIONS = sa.table(
    "organizations", sa.column("id", sa.Uuid()), sa.column("parent_id", sa.Uuid())
)
DAYS = sa.table("figure_days", sa.column("day"), sa.column("first_period"))


def upgrade() -> None:
    connection = op.get_bind()
    counted = connection.execute(sa.select(DAYS.c.day, DAYS.c.first_period)).one_or_none()
    if counted is None:
        return
    now = connection.execute(sa.select(sa.func.current_timestamp())).scalar_one()
    last = max(date.fromisoformat(counted.day), now.date())
    roots = sa.select(ORGANIZATIONS.c.id).where(ORGANIZATIONS.c.parent_id.is_(None))
    words = {
        date.fromisoformat(f"{counted.first_period}-01"): [],
        (last.replace(day=1) + timedelta(days=31)).replace(day=1): None,
    }
    rows = [
        {
            "id": uuid.uuid4(),
            "created_at": now,
            "version": 1,
            "organization_id": root_id,
            "name": NAME,
            "value": value,
            "valid_from": valid_from,
        }
        for root_id in connection.execute(roots).scalars()
        for valid_from, value in words.items()
    ]
    op.bulk_insert(SETTINGS, rows)


def downgrade() -> None:
    kept = SETTINGS.c.decided_by.is_(None) & (SETTINGS.c.name == NAME)
    op.execute(sa.delete(SETTINGS).where(kept))
