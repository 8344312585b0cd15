"""What broke and was laid aside, so that it is seen and blocks nothing else."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"

SQL = Path(__file__).parent.parent / "sql" / "0008_parked.sql"


def upgrade() -> None:
    """Create the table of what broke, and the view of all that waits for a person."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back would forget what broke."""
    raise NotImplementedError("restore a backup instead")
