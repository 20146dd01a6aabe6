"""add the whole life of a meeting."""

import sqlalchemy as sa
from alembic import op

revision = "9a328d5e0f59"
down_revision = "711dd823de88"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "unexcused_months",
                "excused_in_a_row",
                name="alertrule",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_alerts_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_alerts_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "organization_id",
            "member_id",
            "rule",
            "year",
            "level",
            name=op.f("uq_alerts_organization_id_member_id_rule_year_level"),
        ),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alerts_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "meeting_scheduled",
                "meeting_changed",
                "meeting_postponed",
                "meeting_cancelled",
                "meeting_returned",
                "document_published",
                "absence_reported",
                "absence_decided",
                "objection_raised",
                "objection_decided",
                "attendance_alert",
                "task_assigned",
                name="notificationkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_notifications_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_notifications_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notifications_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_notifications_subject_id"), ["subject_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_notifications_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_settings_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_settings_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings")),
        sa.UniqueConstraint(
            "organization_id",
            "name",
            "valid_from",
            name=op.f("uq_settings_organization_id_name_valid_from"),
        ),
    )
    with op.batch_alter_table("settings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_settings_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "minutes",
                "resolution",
                "attendance_list",
                name="paperkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(150), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_templates_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["accounts.id"], name=op.f("fk_templates_uploaded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
        sa.UniqueConstraint(
            "organization_id",
            "kind",
            "number",
            name=op.f("uq_templates_organization_id_kind_number"),
        ),
    )
    with op.batch_alter_table("templates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_templates_digest"), ["digest"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_templates_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "check_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "qr", "digits", "badge", "mark", name="checkinmethod", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_digest", sa.LargeBinary(), nullable=True),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "accepted",
                "awaiting",
                "confirmed",
                "rejected",
                "refused",
                name="checkinstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "refusal",
            sa.Enum(
                "wrong_code",
                "old_code",
                "meeting_not_open",
                "window_closed",
                "not_on_roster",
                "not_permitted",
                "badge_revoked",
                "superseded",
                "reason_required",
                "wrong_for_line",
                name="checkinrefusal",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_check_ins_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_check_ins_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_check_ins_meeting_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_check_ins_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_check_ins_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.create_index(
            "ix_check_ins_meeting_id_device_digest", ["meeting_id", "device_digest"], unique=False
        )
        batch_op.create_index(
            "ix_check_ins_meeting_id_member_id", ["meeting_id", "member_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_check_ins_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("number", sa.String(200), nullable=True),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.String(200), nullable=True),
        sa.Column("file_name", sa.String(150), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_documents_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_documents_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["accounts.id"], name=op.f("fk_documents_uploaded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_documents_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_documents_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "guests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("superior", "guest", name="guestkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("full_name", sa.String(200), nullable=False),
        sa.Column("position", sa.String(200), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_guests_meeting_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_guests_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["accounts.id"], name=op.f("fk_guests_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guests")),
    )
    with op.batch_alter_table("guests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guests_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_guests_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "minutes_confirmations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "part",
            sa.Enum("secretary", "chair", name="minutespart", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("full_name", sa.String(200), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["accounts.id"], name=op.f("fk_minutes_confirmations_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_minutes_confirmations_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_minutes_confirmations_organization_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_confirmations")),
    )
    with op.batch_alter_table("minutes_confirmations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_minutes_confirmations_meeting_id"), ["meeting_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_minutes_confirmations_organization_id"),
            ["organization_id"],
            unique=False,
        )

    op.create_table(
        "minutes_revisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_minutes_revisions_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_minutes_revisions_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["accounts.id"], name=op.f("fk_minutes_revisions_written_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_revisions")),
        sa.UniqueConstraint(
            "meeting_id", "number", name=op.f("uq_minutes_revisions_meeting_id_number")
        ),
    )
    with op.batch_alter_table("minutes_revisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_minutes_revisions_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "roster_exclusions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "suspended",
                "interrupted",
                "in_transit",
                "special_duty",
                "temporarily_elsewhere",
                name="exclusionreason",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_roster_exclusions_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_roster_exclusions_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_roster_exclusions_organization_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_exclusions")),
        sa.UniqueConstraint(
            "meeting_id", "member_id", name=op.f("uq_roster_exclusions_meeting_id_member_id")
        ),
    )
    with op.batch_alter_table("roster_exclusions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_roster_exclusions_member_id"), ["member_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_roster_exclusions_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum("open", "done", "dropped", name="taskstatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("result", sa.String(500), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_tasks_meeting_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_tasks_organization_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["members.id"], name=op.f("fk_tasks_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tasks_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_tasks_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tasks_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "agenda_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("planned_minutes", sa.Integer(), nullable=True),
        sa.Column("presenter", sa.String(200), nullable=True),
        sa.Column(
            "audience",
            sa.Enum("everybody", "leaders", name="agendaaudience", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("planned", "done", "open", name="agendastatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carried_from_id", sa.Uuid(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["carried_from_id"], ["agenda_items.id"], name=op.f("fk_agenda_items_carried_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_agenda_items_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_agenda_items_organization_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_agenda_items_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_items")),
    )
    with op.batch_alter_table("agenda_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agenda_items_meeting_id"), ["meeting_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_agenda_items_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "document_readings",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_readings_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_document_readings_member_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "member_id", name=op.f("pk_document_readings")),
    )
    op.create_table(
        "objections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("attendance_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "marked",
            sa.Enum(
                "unmarked",
                "present",
                "absent_excused",
                "absent_unexcused",
                "exempt",
                name="attendancestatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "claimed",
            sa.Enum(
                "unmarked",
                "present",
                "absent_excused",
                "absent_unexcused",
                "exempt",
                name="attendancestatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "accepted",
                "declined",
                "withdrawn",
                name="objectionstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("comment", sa.String(500), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendances.id"], name=op.f("fk_objections_attendance_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_objections_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_objections_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_objections_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_objections_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    with op.batch_alter_table("objections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objections_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_objections_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(
            "uq_objections_pending",
            ["attendance_id"],
            unique=True,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )

    op.add_column(
        "absence_reports",
        sa.Column("is_late", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("absence_reports", sa.Column("attachment_digest", sa.String(64), nullable=True))
    op.add_column("absence_reports", sa.Column("attachment_name", sa.String(150), nullable=True))
    op.add_column("absence_reports", sa.Column("attachment_type", sa.String(100), nullable=True))

    op.add_column("accounts", sa.Column("calendar_digest", sa.LargeBinary(), nullable=True))
    op.create_index(
        op.f("ix_accounts_calendar_digest"), "accounts", ["calendar_digest"], unique=True
    )

    op.add_column(
        "attendance_events", sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("attendance_events", sa.Column("line_version", sa.Integer(), nullable=True))
    op.add_column("attendance_events", sa.Column("check_in_id", sa.Uuid(), nullable=True))

    op.add_column(
        "attendances",
        sa.Column("may_vote", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("attendances", sa.Column("came_at", sa.DateTime(timezone=True), nullable=True))

    op.add_column(
        "figure_deltas",
        sa.Column("cells_met_thematic", sa.Integer(), server_default="0", nullable=False),
    )

    op.add_column(
        "figures", sa.Column("cells_met_thematic", sa.Integer(), server_default="0", nullable=False)
    )

    op.create_table(
        "meeting_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "regular",
                "thematic",
                "extraordinary",
                "committee",
                name="meetingkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(200), nullable=True),
        sa.Column("day_of_month", sa.Integer(), nullable=True),
        sa.Column("week", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("lasts_minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(200), nullable=True),
        sa.Column("online_url", sa.String(500), nullable=True),
        sa.Column(
            "held_as",
            sa.Enum(
                "whole",
                "groups",
                "online",
                "hybrid",
                name="heldas",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_meeting_plans_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_meeting_plans_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_plans")),
    )
    with op.batch_alter_table("meeting_plans", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meeting_plans_organization_id"), ["organization_id"], unique=False
        )

    # SQLite takes a reference only with its column.
    op.add_column(
        "meetings",
        sa.Column(
            "plan_id",
            sa.Uuid(),
            sa.ForeignKey("meeting_plans.id", name=op.f("fk_meetings_plan_id")),
            nullable=True,
        ),
        inline_references=True,
    )
    op.add_column("meetings", sa.Column("planned_period", sa.String(7), nullable=True))
    op.add_column("meetings", sa.Column("planned_version", sa.Integer(), nullable=True))
    op.add_column(
        "meetings", sa.Column("postponed_from", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "uq_meetings_plan_id_planned_period", "meetings", ["plan_id", "planned_period"], unique=True
    )
    op.add_column("meetings", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("meetings", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "meetings", sa.Column("notice_sent_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "meetings", sa.Column("documents_published_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "meetings", sa.Column("minutes_written_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("meetings", sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "meetings", sa.Column("sequence", sa.Integer(), server_default="0", nullable=False)
    )

    op.add_column(
        "members", sa.Column("badge_version", sa.Integer(), server_default="1", nullable=False)
    )

    op.add_column("minutes", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("minutes", sa.Column("chair", sa.String(200), nullable=True))
    op.add_column("minutes", sa.Column("minute_taker", sa.String(200), nullable=True))
    op.add_column("minutes", sa.Column("assessment", sa.String(), nullable=True))
    op.add_column("minutes", sa.Column("direction", sa.String(), nullable=True))
    op.add_column("minutes", sa.Column("opinions", sa.String(), nullable=True))
    op.add_column("minutes", sa.Column("conclusion", sa.String(), nullable=True))
    op.add_column("minutes", sa.Column("resolution", sa.String(), nullable=True))
    op.add_column("minutes", sa.Column("votes", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("minutes", sa.Column("self_score", sa.Float(), nullable=True))

    # What was known before under another name.
    op.execute("UPDATE attendances SET may_vote = (roster_reason = 'official')")
    op.execute("UPDATE meetings SET notice_sent_at = scheduled_at")
    op.execute(
        "UPDATE meetings SET minutes_written_at = "
        "(SELECT written_at FROM minutes WHERE minutes.meeting_id = meetings.id)"
    )


def downgrade() -> None:
    # The older service knows no stand-ins; a deputy may do the same.
    op.execute("UPDATE offices SET role = 'deputy_secretary' WHERE role = 'stand_in'")
    op.drop_column("minutes", "self_score")
    op.drop_column("minutes", "votes")
    op.drop_column("minutes", "resolution")
    op.drop_column("minutes", "conclusion")
    op.drop_column("minutes", "opinions")
    op.drop_column("minutes", "direction")
    op.drop_column("minutes", "assessment")
    op.drop_column("minutes", "minute_taker")
    op.drop_column("minutes", "chair")
    op.drop_column("minutes", "number")
    op.drop_column("members", "badge_version")
    op.drop_column("meetings", "sequence")
    op.drop_column("meetings", "scored_at")
    op.drop_column("meetings", "minutes_written_at")
    op.drop_column("meetings", "documents_published_at")
    op.drop_column("meetings", "notice_sent_at")
    op.drop_column("meetings", "looked_at")
    op.drop_column("meetings", "cancelled_at")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index("uq_meetings_plan_id_planned_period")
    op.drop_column("meetings", "postponed_from")
    op.drop_column("meetings", "planned_version")
    op.drop_column("meetings", "planned_period")
    op.drop_column("meetings", "plan_id")
    with op.batch_alter_table("meeting_plans", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_plans_organization_id"))

    op.drop_table("meeting_plans")
    op.drop_column("figures", "cells_met_thematic")
    op.drop_column("figure_deltas", "cells_met_thematic")
    op.drop_column("attendances", "came_at")
    op.drop_column("attendances", "may_vote")
    op.drop_column("attendance_events", "check_in_id")
    op.drop_column("attendance_events", "line_version")
    op.drop_column("attendance_events", "captured_at")

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_calendar_digest"))
    op.drop_column("accounts", "calendar_digest")
    op.drop_column("absence_reports", "attachment_type")
    op.drop_column("absence_reports", "attachment_name")
    op.drop_column("absence_reports", "attachment_digest")
    op.drop_column("absence_reports", "is_late")

    with op.batch_alter_table("objections", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_objections_pending",
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
        batch_op.drop_index(batch_op.f("ix_objections_organization_id"))
        batch_op.drop_index(batch_op.f("ix_objections_member_id"))

    op.drop_table("objections")
    op.drop_table("document_readings")
    with op.batch_alter_table("agenda_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_items_organization_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_items_meeting_id"))

    op.drop_table("agenda_items")
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tasks_owner_id"))
        batch_op.drop_index(batch_op.f("ix_tasks_organization_id"))
        batch_op.drop_index(batch_op.f("ix_tasks_meeting_id"))

    op.drop_table("tasks")
    with op.batch_alter_table("roster_exclusions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_exclusions_organization_id"))
        batch_op.drop_index(batch_op.f("ix_roster_exclusions_member_id"))

    op.drop_table("roster_exclusions")
    with op.batch_alter_table("minutes_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_revisions_organization_id"))

    op.drop_table("minutes_revisions")
    with op.batch_alter_table("minutes_confirmations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_confirmations_organization_id"))
        batch_op.drop_index(batch_op.f("ix_minutes_confirmations_meeting_id"))

    op.drop_table("minutes_confirmations")
    with op.batch_alter_table("guests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guests_organization_id"))
        batch_op.drop_index(batch_op.f("ix_guests_meeting_id"))

    op.drop_table("guests")
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_organization_id"))
        batch_op.drop_index(batch_op.f("ix_documents_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_documents_digest"))

    op.drop_table("documents")
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_ins_organization_id"))
        batch_op.drop_index("ix_check_ins_meeting_id_member_id")
        batch_op.drop_index("ix_check_ins_meeting_id_device_digest")

    op.drop_table("check_ins")
    with op.batch_alter_table("templates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_templates_organization_id"))
        batch_op.drop_index(batch_op.f("ix_templates_digest"))

    op.drop_table("templates")
    with op.batch_alter_table("settings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_settings_organization_id"))

    op.drop_table("settings")
    with op.batch_alter_table("notifications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notifications_organization_id"))
        batch_op.drop_index(batch_op.f("ix_notifications_subject_id"))
        batch_op.drop_index(batch_op.f("ix_notifications_member_id"))

    op.drop_table("notifications")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_organization_id"))
        batch_op.drop_index(batch_op.f("ix_alerts_member_id"))

    op.drop_table("alerts")
