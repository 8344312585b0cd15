"""What was said to customers and by them, and what still has to leave the house."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"

SQL = Path(__file__).parent.parent / "sql" / "0004_messages.sql"


def upgrade() -> None:
    """Create messages, the outbox and its senders, receipts, media and provider templates."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back would forget what customers were told."""
    raise NotImplementedError("restore a backup instead")
