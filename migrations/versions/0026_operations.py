"""What operations take care of themselves, and what positions are worth at the end of a day."""

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0025"

SQL = Path(__file__).parent.parent / "sql" / "0026_operations.sql"


def upgrade() -> None:
    """Make the tables."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
