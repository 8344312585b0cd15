"""What the bank charges, and payments that are made later."""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"

SQL = Path(__file__).parent.parent / "sql" / "0020_fees.sql"


def upgrade() -> None:
    """Make the tables."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
