"""What the bot knew when a case was opened, words that wait for a customer, and ratings."""

from pathlib import Path

from alembic import op

revision = "0039"
down_revision = "0038"

SQL = Path(__file__).parent.parent / "sql" / "0039_handover.sql"


def upgrade() -> None:
    """Add the tables."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
