"""Where each turn found the customer, where it left them, and why they went."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"

SQL = Path(__file__).parent.parent / "sql" / "0007_funnel.sql"


def upgrade() -> None:
    """Let interactions be counted by flow, version, channel, language and step."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back would forget what was counted."""
    raise NotImplementedError("restore a backup instead")
