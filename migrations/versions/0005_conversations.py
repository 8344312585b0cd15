"""What was said, by whom, and where each conversation stands."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"

SQL = Path(__file__).parent.parent / "sql" / "0005_conversations.sql"


def upgrade() -> None:
    """Create inbox, conversations, interactions and the function that opens a turn."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back would forget what customers said."""
    raise NotImplementedError("restore a backup instead")
