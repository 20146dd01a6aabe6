"""What the environment may say, and what a refusal of it does not repeat."""

import pytest
from pydantic import ValidationError

from app.core.settings import Settings

PRIMARY = "postgresql+psycopg://sotay:hidden@primary/sotay"
REPLICA = "postgresql+psycopg://sotay:hidden@replica/sotay"


@pytest.mark.parametrize(
    ("database_url", "replica_url"),
    [("sqlite:///var/sotay.db", REPLICA), (PRIMARY, "mysql://sotay:hidden@replica/sotay")],
    ids=["of a file", "of another kind"],
)
def test_only_a_postgresql_has_a_replica(database_url: str, replica_url: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings(database_url=database_url, replica_url=replica_url)

    assert "replica" in str(refusal.value).lower()
    assert "hidden" not in str(refusal.value)


def test_a_postgresql_may_have_one() -> None:
    assert Settings(database_url=PRIMARY, replica_url=REPLICA).replica_url == REPLICA
    assert Settings(database_url=PRIMARY).replica_url is None
