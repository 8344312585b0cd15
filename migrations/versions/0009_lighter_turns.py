"""What every turn writes costs less: a lighter check on messages, and an index that rests."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"

SQL = Path(__file__).parent.parent / "sql" / "0009_lighter_turns.sql"


def upgrade() -> None:
    """Put the new check and the new index in place of the old ones."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
