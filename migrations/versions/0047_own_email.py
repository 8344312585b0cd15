"""A customer's own e-mail address, and the letters that go there."""

from pathlib import Path

from alembic import op

revision = "0047"
down_revision = "0046"

SQL = Path(__file__).parent.parent / "sql" / "0047_own_email.sql"


def upgrade() -> None:
    """Add the columns."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
