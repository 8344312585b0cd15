"""Which press of its session a press of USSD is."""

from pathlib import Path

from alembic import op

revision = "0041"
down_revision = max(
    found.name[:4] for found in Path(__file__).parent.glob("00*.py") if found.name < "0041"
)

SQL = Path(__file__).parent.parent / "sql" / "0041_ussd_presses.sql"


def upgrade() -> None:
    """Make the table."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
