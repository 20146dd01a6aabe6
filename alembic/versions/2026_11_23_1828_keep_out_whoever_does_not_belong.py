"""keep out whoever does not belong."""

import sqlalchemy as sa
from alembic import op

revision = "b931b7dc3058"
down_revision = "4d0c7a9be216"
branch_labels = None
depends_on = None


ADDED_TO_ACCOUNTS = (
    ("totp_secret_sealed", sa.LargeBinary()),
    ("totp_pending_sealed", sa.LargeBinary()),
    ("totp_confirmed_at", sa.DateTime(timezone=True)),
)
ADDED_TO_SESSIONS = (
    ("proved_at", sa.DateTime(timezone=True)),
    ("idle_seconds", sa.Integer()),
    ("source", sa.String(64)),
)


def upgrade() -> None:
    op.create_table(
        "access_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("office", sa.String(300), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "reveal",
                "contact",
                "call_list",
                "activation_code",
                name="accessway",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("request_id", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_access_entries_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_access_entries_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_access_entries_organization_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entries")),
    )
    op.create_index(op.f("ix_access_entries_account_id"), "access_entries", ["account_id"])
    op.create_index(op.f("ix_access_entries_member_id"), "access_entries", ["member_id"])
    op.create_index(
        op.f("ix_access_entries_organization_id"), "access_entries", ["organization_id"]
    )

    op.create_table(
        "corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "field",
            sa.Enum(
                "full_name",
                "sex",
                "born_on",
                "admitted_on",
                "official_on",
                "card_number",
                "personal_id",
                "phone",
                name="correctionfield",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("wanted_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "passed_on",
                "corrected",
                "declined",
                "withdrawn",
                name="correctionstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reply_due_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("comment", sa.String(500), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_corrections_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_corrections_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_corrections_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_member_id"), "corrections", ["member_id"])
    op.create_index(op.f("ix_corrections_organization_id"), "corrections", ["organization_id"])

    op.create_table(
        "purpose_readings",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.String(32), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_purpose_readings_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "edition", name=op.f("pk_purpose_readings")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_account_id"), "recovery_codes", ["account_id"])

    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("identifier_digest", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sign_in_failures_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(
        op.f("ix_sign_in_failures_account_id"), "sign_in_failures", ["account_id", "created_at"]
    )
    op.create_index(
        op.f("ix_sign_in_failures_identifier_digest"),
        "sign_in_failures",
        ["identifier_digest", "created_at"],
    )
    op.create_index(
        op.f("ix_sign_in_failures_source"), "sign_in_failures", ["source", "created_at"]
    )

    op.create_table(
        "staff_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_staff_codes_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_codes")),
    )
    op.create_index(op.f("ix_staff_codes_account_id"), "staff_codes", ["account_id"])

    op.create_table(
        "totp_uses",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_totp_uses_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "step", name=op.f("pk_totp_uses")),
    )
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entries.id"], name=op.f("fk_audit_seals_entry_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seals_entry_id")),
    )
    unit = sa.ForeignKey("organizations.id", name=op.f("fk_accounts_unit_id"))
    op.add_column("accounts", sa.Column("unit_id", sa.Uuid(), unit), inline_references=True)
    op.create_index(op.f("ix_accounts_unit_id"), "accounts", ["unit_id"])
    # Staff of before serve where they hold office: who keeps the accounts there finds them.
    op.execute(
        "UPDATE accounts SET unit_id = (SELECT organization_id FROM offices"
        " WHERE offices.account_id = accounts.id ORDER BY valid_from DESC, id LIMIT 1)"
        " WHERE staff_name IS NOT NULL"
    )
    for name, kind in ADDED_TO_ACCOUNTS:
        op.add_column("accounts", sa.Column(name, kind))
    for name, kind in ADDED_TO_SESSIONS:
        op.add_column("sessions", sa.Column(name, kind))
    op.add_column("absence_reports", sa.Column("attachment_key_sealed", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("absence_reports", "attachment_key_sealed")
    for name, _ in ADDED_TO_SESSIONS:
        op.drop_column("sessions", name)
    for name, _ in ADDED_TO_ACCOUNTS:
        op.drop_column("accounts", name)
    op.drop_index(op.f("ix_accounts_unit_id"), "accounts")
    op.drop_column("accounts", "unit_id")
    for table in (
        "audit_seals",
        "totp_uses",
        "staff_codes",
        "sign_in_failures",
        "recovery_codes",
        "purpose_readings",
        "corrections",
        "access_entries",
    ):
        op.drop_table(table)
