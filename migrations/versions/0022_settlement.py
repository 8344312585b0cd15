"""Banks, rails, nostros and payments that leave the bank."""

from pathlib import Path

from alembic import op

revision = "0022"
down_revision = "0021"

FOLDER = Path(__file__).parent.parent / "sql"
FILES = ("0022_settlement.sql", "0022_rails.sql", "0022_banks.sql")


def upgrade() -> None:
    """Make the tables, and write down the banks and the rails as they are publicly known."""
    for name in FILES:
        op.get_bind().exec_driver_sql((FOLDER / name).read_text().replace("%", "%%"))


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
