"""Several numbers of ours on one channel."""

from pathlib import Path

from alembic import op

revision = "0040"
down_revision = "0039"

SQL = Path(__file__).parent.parent / "sql" / "0040_numbers.sql"


def upgrade() -> None:
    """Add the columns."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
