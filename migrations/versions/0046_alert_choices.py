"""What customers want to be told of."""

from pathlib import Path

from alembic import op

revision = "0046"
down_revision = "0045"

SQL = Path(__file__).parent.parent / "sql" / "0046_alert_choices.sql"


def upgrade() -> None:
    """Add the table."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
