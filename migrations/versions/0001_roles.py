"""What each role may do from the start; every later migration grants what its tables need."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

SQL = Path(__file__).parent.parent / "sql" / "0001_roles.sql"


def upgrade() -> None:
    """Set the default privileges in the schema."""
    op.get_bind().exec_driver_sql(SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Nothing stands below this."""
    raise NotImplementedError("restore a backup instead")
