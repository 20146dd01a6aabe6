"""see a committee from above."""

import sqlalchemy as sa
from alembic import op

revision = "76067abe0969"
down_revision = "b1f64c0a7d25"
branch_labels = None
depends_on = None

#: By these rows refer to what an import that is taken back deletes.
REFERENCES = (
    ("attendance_events", "meeting_id"),
    ("check_ins", "member_id"),
    ("document_readings", "member_id"),
    ("frozen_accounts", "member_id"),
    ("members", "merged_into_id"),
    ("objections", "attendance_id"),
    ("objections", "meeting_id"),
    ("organization_parents", "parent_id"),
    ("reorganizations", "parent_id"),
    ("reorganizations", "successor_id"),
    ("transfers", "exemption_id"),
)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_closures_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
    )
    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_closures_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "finding_counts",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("check", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_finding_counts_organization_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "check", "day", name=op.f("pk_finding_counts")),
    )
    op.create_table(
        "frozen_accounts",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("is_activated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_frozen_accounts_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_frozen_accounts_organization_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "period", "member_id", name=op.f("pk_frozen_accounts")
        ),
    )
    op.create_table(
        "obligations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "monthly_meeting",
                "thematic_meeting",
                name="obligationkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(100), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_obligations_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
    )
    with op.batch_alter_table("obligations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_obligations_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index("ix_obligations_period", ["period", "kind"], unique=False)
        batch_op.create_index(
            "uq_obligations_key", ["organization_id", "period", "kind"], unique=True
        )

    op.create_table(
        "period_seals",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_period_seals_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", "period", name=op.f("pk_period_seals")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "report",
                "import_commit",
                "recount",
                "period_lock",
                "weekly_summary",
                "forgetting",
                name="jobkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                "cancelled",
                name="jobstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_jobs_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_jobs_status", ["status", "due_at"], unique=False)

    op.create_table(
        "calendar_runs",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_calendar_runs_job_id")),
        sa.PrimaryKeyConstraint("name", "due_at", name=op.f("pk_calendar_runs")),
    )
    with op.batch_alter_table("calendar_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_runs_job_id"), ["job_id"], unique=False)

    op.create_table(
        "weekly_summaries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_weekly_summaries_organization_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_summaries")),
    )
    with op.batch_alter_table("weekly_summaries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_weekly_summaries_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(
            "uq_weekly_summaries_organization_id_day", ["organization_id", "day"], unique=True
        )

    op.create_table(
        "member_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("before_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=True),
        sa.Column("parted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_member_merges_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_by"], ["accounts.id"], name=op.f("fk_member_merges_merged_by")
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["members.id"], name=op.f("fk_member_merges_merged_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_member_merges_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_merges")),
    )
    with op.batch_alter_table("member_merges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_merges_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_merges_merged_id"), ["merged_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_member_merges_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "period_exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["accounts.id"], name=op.f("fk_period_exceptions_granted_by")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_period_exceptions_organization_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_exceptions")),
    )
    with op.batch_alter_table("period_exceptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_period_exceptions_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(
            "ix_period_exceptions_organization_id_period",
            ["organization_id", "period"],
            unique=False,
        )

    op.create_table(
        "period_locks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("locked_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["locked_by"], ["accounts.id"], name=op.f("fk_period_locks_locked_by")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_period_locks_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_locks")),
    )
    with op.batch_alter_table("period_locks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_period_locks_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(
            "ix_period_locks_organization_id_period", ["organization_id", "period"], unique=False
        )

    op.create_table(
        "period_reviews",
        sa.Column(
            "status",
            sa.Enum(
                "submitted",
                "returned",
                "accepted",
                name="reviewstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("comment", sa.String(500), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("lock_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_period_reviews_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_period_reviews_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["accounts.id"], name=op.f("fk_period_reviews_submitted_by")
        ),
        sa.ForeignKeyConstraint(
            ["lock_id"], ["period_locks.id"], name=op.f("fk_period_reviews_lock_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_reviews")),
        sa.UniqueConstraint(
            "organization_id", "period", name=op.f("uq_period_reviews_organization_id_period")
        ),
    )
    with op.batch_alter_table("period_reviews", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_period_reviews_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(32), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("message", sa.String(1000), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_reminders_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_reminders_organization_id")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["accounts.id"], name=op.f("fk_reminders_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reminders_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(
            "ix_reminders_organization_id_measure",
            ["organization_id", "measure", "period"],
            unique=False,
        )
        batch_op.create_index("uq_reminders_subject_id_day", ["subject_id", "day"], unique=True)

    op.create_table(
        "reorganizations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "moved",
                "merged",
                "split",
                "dissolved",
                "reopened",
                name="reorganizationkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(100), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_reorganizations_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_reorganizations_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organizations.id"], name=op.f("fk_reorganizations_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["organizations.id"], name=op.f("fk_reorganizations_successor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reorganizations")),
    )
    with op.batch_alter_table("reorganizations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reorganizations_effective_on"), ["effective_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reorganizations_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "monthly",
                "cell_year",
                "member_year",
                "committee",
                "call_list",
                name="reportkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_period", sa.String(7), nullable=False),
        sa.Column("last_period", sa.String(7), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("follows", sa.String(64), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_reports_made_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_reports_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_reports_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reports_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reports_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(
            "ix_reports_organization_id_kind",
            ["organization_id", "kind", "first_period"],
            unique=False,
        )
        batch_op.create_index(
            "uq_reports_digest", ["organization_id", "kind", "digest"], unique=True
        )

    op.create_table(
        "transfers",
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "sent",
                "accepted",
                "declined",
                "cancelled",
                name="transferstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("to_organization_id", sa.Uuid(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("comment", sa.String(500), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("exemption_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_transfers_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_transfers_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["exemption_id"], ["exemptions.id"], name=op.f("fk_transfers_exemption_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_transfers_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_transfers_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_organization_id"],
            ["organizations.id"],
            name=op.f("fk_transfers_to_organization_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfers_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_transfers_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_transfers_to_organization_id"), ["to_organization_id"], unique=False
        )
        batch_op.create_index(
            "uq_transfers_under_way",
            ["member_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('draft', 'sent')"),
            postgresql_where=sa.text("status IN ('draft', 'sent')"),
        )

    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("current_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("proposed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "accepted",
                "rejected",
                "superseded",
                name="proposalstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_proposals_decided_by")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_proposals_import_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_proposals_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_proposals_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint(
            "import_id", "member_id", "field", name=op.f("uq_proposals_import_id_member_id_field")
        ),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposals_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_proposals_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "report_schedules",
        sa.Column(
            "status",
            sa.Enum(
                "active", "paused", "ended", name="schedulestatus", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "monthly",
                "cell_year",
                "member_year",
                "committee",
                "call_list",
                name="reportkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("day_of_month", sa.Integer(), nullable=False),
        sa.Column("local_time", sa.String(5), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(64), nullable=True),
        sa.Column("last_report_id", sa.Uuid(), nullable=True),
        sa.Column("last_job_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_report_schedules_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_job_id"], ["jobs.id"], name=op.f("fk_report_schedules_last_job_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_report_id"], ["reports.id"], name=op.f("fk_report_schedules_last_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_report_schedules_organization_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedules")),
    )
    with op.batch_alter_table("report_schedules", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_report_schedules_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_report_schedules_last_job_id"), ["last_job_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_report_schedules_next_at"), ["next_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_report_schedules_organization_id"), ["organization_id"], unique=False
        )

    op.create_index("ix_audit_entries_actor_id_id", "audit_entries", ["actor_id", "id"])
    op.add_column("figures", sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("figures", sa.Column("open_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_figures_period_path", "figures")
    op.create_index("ix_figures_period_path", "figures", ["period", "path"])
    op.create_index(op.f("ix_organizations_path"), "organizations", ["path"])
    if op.get_bind().dialect.name == "postgresql":  # elsewhere nobody waits for it
        op.drop_constraint(op.f("uq_organizations_path"), "organizations")
    op.add_column("import_rows", sa.Column("before_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("imports", sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "imports",
        sa.Column(
            "mode",
            sa.Enum("changes", "proposals", name="importmode", native_enum=False, length=32),
            server_default="changes",
            nullable=False,
        ),
    )
    # SQLite takes a reference only with its column.
    op.add_column(
        "meetings",
        sa.Column(
            "import_id",
            sa.Uuid(),
            sa.ForeignKey("imports.id", name=op.f("fk_meetings_import_id")),
            nullable=True,
        ),
        inline_references=True,
    )
    op.create_index(op.f("ix_meetings_import_id"), "meetings", ["import_id"])
    op.add_column(
        "members",
        sa.Column(
            "merged_into_id",
            sa.Uuid(),
            sa.ForeignKey("members.id", name=op.f("fk_members_merged_into_id")),
            nullable=True,
        ),
        inline_references=True,
    )
    for table in ("memberships", "organizations"):
        op.add_column(table, sa.Column("entered_from", sa.Date(), nullable=True))
    op.add_column("not_held", sa.Column("excused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "not_held",
        sa.Column(
            "excused_by",
            sa.Uuid(),
            sa.ForeignKey("accounts.id", name=op.f("fk_not_held_excused_by")),
            nullable=True,
        ),
        inline_references=True,
    )
    for table, column in REFERENCES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, column in reversed(REFERENCES):
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    op.drop_column("not_held", "excused_by")
    op.drop_column("not_held", "excused_at")
    for table in ("organizations", "memberships"):
        op.drop_column(table, "entered_from")
    op.drop_column("members", "merged_into_id")
    op.drop_index(op.f("ix_meetings_import_id"), "meetings")
    op.drop_column("meetings", "import_id")
    op.drop_column("imports", "mode")
    op.drop_column("imports", "taken_back_at")
    op.drop_column("import_rows", "before_sealed")
    if op.get_bind().dialect.name == "postgresql":
        op.create_unique_constraint(op.f("uq_organizations_path"), "organizations", ["path"])
    op.drop_index(op.f("ix_organizations_path"), "organizations")
    op.drop_index("ix_figures_period_path", "figures")
    op.create_index("ix_figures_period_path", "figures", ["period", "path"], unique=True)
    op.drop_column("figures", "open_until")
    op.drop_column("figures", "locked_at")
    op.drop_index("ix_audit_entries_actor_id_id", "audit_entries")
    op.drop_table("report_schedules")
    op.drop_table("proposals")
    op.drop_table("transfers")
    op.drop_table("reports")
    op.drop_table("reorganizations")
    op.drop_table("reminders")
    op.drop_table("period_reviews")
    op.drop_table("period_locks")
    op.drop_table("period_exceptions")
    op.drop_table("member_merges")
    op.drop_table("weekly_summaries")
    op.drop_table("calendar_runs")
    op.drop_table("jobs")
    op.drop_table("period_seals")
    op.drop_table("obligations")
    op.drop_table("frozen_accounts")
    op.drop_table("finding_counts")
    op.drop_table("closures")
    op.drop_table("outbox")
