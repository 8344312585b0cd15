"""What tells who a customer is, sealed: names, numbers, addresses, and all that was said."""

from pathlib import Path

from alembic import context, op

from migrations import sealing

revision = "0011"
down_revision = "0010"

SQL = Path(__file__).parent.parent / "sql"
FIRST, LAST = "0011_protection.sql", "0011_sealed.sql"


def upgrade() -> None:
    """Make room for what is sealed, seal what is there in clear, and drop that."""
    connection = op.get_bind()
    connection.exec_driver_sql((SQL / FIRST).read_text().replace("%", "%%"))
    filled = sealing.filled(connection)
    if filled:
        keyring = context.config.attributes["keyring"]
        if keyring is None:
            raise LookupError("what this database holds is sealed now: that takes FIELD_KEYS")
        sealing.seal_all(connection, keyring(connection))
    connection.exec_driver_sql((SQL / LAST).read_text().replace("%", "%%"))
    if filled:
        sealing.forget_clear(connection)


def downgrade() -> None:
    """Refuse: going back is never tried."""
    raise NotImplementedError("restore a backup instead")
