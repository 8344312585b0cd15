"""Customers, their addresses and proofs, consents and transfers."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"

SQL = Path(__file__).parent.parent / "sql" / "0003_people.sql"


def upgrade() -> None:
    """Create the tables of people and proof, and grant each role what it needs."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back would lose customers."""
    raise NotImplementedError("restore a backup instead")
