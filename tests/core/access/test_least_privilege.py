"""What the application and the auditor may not do with people."""

import pytest
from sqlalchemy.exc import DBAPIError

from tests.core.people import someone

FORBIDDEN = [
    *(f"delete from {table}" for table in
      ("customers", "addresses", "pins", "one_time_codes", "consents", "transfers")),
    *(f"truncate {table}" for table in ("customers", "pins", "transfers")),
    "update customers set id = uuidv7()",
    "update customers set created_at = now()",
    "update customers set country = 'TZ'",
    "update customers set home_currency = 'USD'",
    "update addresses set address = '+254700000000'",
    "update pins set customer_id = uuidv7()",
    "update one_time_codes set expires_at = now() + interval '1 day'",
    "update one_time_codes set purpose = 'link'",
    "update consents set given_at = now()",
    "update transfers set amount = 1",
    "update users set name = '{}'",
]  # fmt: skip


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_may_not(unit, statement):
    someone(unit)
    with (
        pytest.raises(DBAPIError, match=r"permission denied|append-only|cannot update"),
        unit.savepoint(),
    ):
        unit.run(statement)


def test_an_auditor_reads_of_people_what_is_neither_sealed_nor_a_hash(admin_engine):
    with admin_engine.connect() as connection:
        connection.exec_driver_sql("set role wekeza_auditor")
        for table in ("addresses", "one_time_codes", "consents"):
            connection.exec_driver_sql(f"select * from {table} limit 1")
        connection.exec_driver_sql("select attempts, locked_at from pins")
        connection.exec_driver_sql("select id, kyc_status, tier from customers")
        connection.exec_driver_sql("select user_id, kyc_status from users")
        for hidden in ("hash from pins", "first_name from customers", "name from users"):
            with pytest.raises(DBAPIError, match="permission denied"), connection.begin_nested():
                connection.exec_driver_sql(f"select {hidden}")


def test_a_transfer_is_never_rewritten_even_by_its_owner(admin_engine, now):
    from uuid import uuid4

    from sqlalchemy import text

    with admin_engine.connect() as connection:
        outer = connection.begin()
        connection.execute(
            text(
                "insert into transfers"
                " values (:a, :b, :c, :d, :e, 1, 'KES', 'WK', 'ussd', :now, '\\x01')"
            ),
            {"a": uuid4(), "b": uuid4(), "c": uuid4(), "d": uuid4(), "e": uuid4(), "now": now},
        )
        with pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql("update transfers set note = '\\x02'")
        outer.rollback()
