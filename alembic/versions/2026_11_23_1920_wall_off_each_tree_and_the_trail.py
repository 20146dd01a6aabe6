"""wall off each tree, and the trail."""

from alembic import op

revision = "5f2c81d0a947"
down_revision = "b931b7dc3058"
branch_labels = None
depends_on = None

TRAIL = ("audit_entries", "audit_seals")

# What a policy asks. Nothing declared is an error: nobody takes "no rows" for the truth. Where
# every tree there is was declared, no row is asked about; functions, since planning a subquery
# for each statement costs more than most statements do.
FUNCTIONS = {
    "wall_is_open()": """
        DECLARE declared text := current_setting('sotay.trees', true);
        BEGIN
            IF coalesce(declared, '') = '' THEN
                RAISE insufficient_privilege USING MESSAGE = 'sotay.trees: nothing was declared';
            END IF;
            RETURN declared = '*' OR NOT EXISTS (
                SELECT FROM organizations WHERE parent_id IS NULL
                AND left(path, 5) <> ALL (string_to_array(declared, ' '))
            );
        END
    """,
    "wall_shows_unit(unit uuid)": """
        BEGIN
            RETURN EXISTS (
                SELECT FROM organizations WHERE id = unit
                AND left(path, 5) = ANY (string_to_array(current_setting('sotay.trees'), ' '))
            );
        END
    """,
    # Of every tree in which the member ever belonged to a cell.
    "wall_shows_member(member uuid)": """
        BEGIN
            RETURN EXISTS (
                SELECT FROM memberships AS held JOIN organizations AS cell
                ON cell.id = held.organization_id WHERE held.member_id = member
                AND left(cell.path, 5) = ANY (string_to_array(current_setting('sotay.trees'), ' '))
            );
        END
    """,
}
OPEN = "(SELECT wall_is_open())"
OF_UNIT = f"{OPEN} OR wall_shows_unit(organization_id)"
OF_MEMBER = f"{OPEN} OR wall_shows_member(member_id)"
OF_BOTH = f"{OF_UNIT} OR wall_shows_member(member_id)"
OF_WHOEVER_DECLARES = f"{OPEN} IS NOT NULL"
SEEN = {
    **dict.fromkeys(
        (
            "absence_reports",
            "access_entries",
            "activation_codes",
            "alerts",
            "attendance_events",
            "attendances",
            "check_ins",
            "corrections",
            "exemptions",
            "frozen_accounts",
            "member_merges",
            "notifications",
            "objections",
            "proposals",
            "reminders",
            "reports",
            "roster_exclusions",
        ),
        OF_BOTH,
    ),
    **dict.fromkeys(
        (
            "agenda_items",
            "documents",
            "guests",
            "minutes",
            "minutes_confirmations",
            "minutes_revisions",
            "tasks",
        ),
        OF_UNIT,
    ),
    "document_readings": OF_MEMBER,
    "members": f"{OPEN} OR wall_shows_member(id)",
    "import_rows": OF_WHOEVER_DECLARES,
}
#: A member is entered before the first membership.
WRITTEN = SEEN | {"members": OF_WHOEVER_DECLARES}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        for table in TRAIL:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE insufficient_privilege USING MESSAGE = TG_TABLE_NAME || ' is written once'; "
        "END $$"
    )
    for table in TRAIL:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for function, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {function} RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE "
            f"COST 5 AS $${body}$$"
        )
    for table, seen in SEEN.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY wall ON {table} USING ({seen}) WITH CHECK ({WRITTEN[table]})")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        for table in TRAIL:
            for act in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_refuse_{act}")
        return
    for table in SEEN:
        op.execute(f"DROP POLICY wall ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in TRAIL:
        op.execute(f"DROP TRIGGER refuse_change ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
