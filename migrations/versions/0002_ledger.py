"""The double-entry ledger: its tables, and who may use them."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).parent.parent / "sql"
PARTS = ("ledger", "ledger_seed", "ledger_grants")


def upgrade() -> None:
    """Create the ledger as the role that owns it, which nobody can log in as."""
    bind = op.get_bind()
    bind.exec_driver_sql("set local role wekeza_ledger")
    for part in PARTS:
        sql = (SQL / f"0002_{part}.sql").read_text()
        bind.exec_driver_sql(sql.replace("%", "%%"))
    bind.exec_driver_sql("set local role wekeza_owner")


def downgrade() -> None:
    """Refuse: a book is not unwritten."""
    raise NotImplementedError("restore a backup instead")
