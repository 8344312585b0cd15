"""The ledger whole: holds, periods, stripes, a chart of accounts, and seals over the history."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"

SQL = Path(__file__).parent.parent / "sql"
PARTS = ("core", "holds", "chart", "seals")


def upgrade() -> None:
    """Make room for what functions do from now on; functions themselves are installed after."""
    bind = op.get_bind()
    bind.exec_driver_sql((SQL / "0006_routines.sql").read_text())
    bind.exec_driver_sql("set local role wekeza_ledger")
    for part in PARTS:
        sql = (SQL / f"0006_{part}.sql").read_text()
        bind.exec_driver_sql(sql.replace("%", "%%"))
    bind.exec_driver_sql("set local role wekeza_owner")


def downgrade() -> None:
    """Refuse: a book is not unwritten."""
    raise NotImplementedError("restore a backup instead")
