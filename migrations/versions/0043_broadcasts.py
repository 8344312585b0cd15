"""Quiet hours, and one message to many customers."""

from pathlib import Path

from alembic import op

revision = "0043"
down_revision = max(
    found.name[:4] for found in Path(__file__).parent.glob("00*.py") if found.name < "0043"
)

SQL = Path(__file__).parent.parent / "sql" / "0043_broadcasts.sql"


def upgrade() -> None:
    """Make the tables."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
