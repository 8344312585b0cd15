"""``flask --app bot orders``: what is asked of partners is seen, and asked after when told so."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import uuid_utils.compat
from sqlalchemy import Engine

from core.partners import order_queue, orders
from core.partners.answers import Unclear
from core.store.unit import open_unit
from tests.support.keys import KEYS


@pytest.fixture
def order(bank_engine: Engine) -> UUID:
    """One that was asked, and nobody knows what came of it."""
    with open_unit(
        bank_engine, keys=KEYS, now=datetime.now(UTC), new_id=uuid_utils.compat.uuid7,
        correlation=str(uuid4()),
    ) as unit:  # fmt: skip
        made = orders.owe(
            unit, partner="trial", action="pay", subject="trial", subject_id=UUID(int=1),
            body={"phone": "+254712000001"},
        )  # fmt: skip
        (taken,) = order_queue.take(unit, "trial", most=1)
        order_queue.note(unit, taken, Unclear("silence"))
    return made


def test_orders_are_listed_without_what_is_sealed(demo, order):
    told = demo("orders", "list", "--partner", "trial")
    assert told.exit_code == 0, told.output
    assert str(order) in told.output and "unclear" in told.output and "silence" in told.output
    assert "712000001" not in told.output
    (row,) = json.loads(demo("orders", "list", "--status", "unclear", "--json").output)
    assert row["id"] == str(order) and "body" not in row
    assert "no such orders" in demo("orders", "list", "--stuck").output


def test_an_order_is_asked_after_at_a_persons_word(demo, order, bank_engine):
    told = demo("orders", "retry", str(order), str(UUID(int=9)))
    assert told.exit_code == 0, told.output
    assert f"{order}: is asked within seconds" in told.output
    assert f"{UUID(int=9)}: no open order" in told.output
    with bank_engine.connect() as connection:
        row = connection.exec_driver_sql(
            "select status, attempts, hurried from partner_orders"
        ).one()
    assert tuple(row) == ("unclear", 1, True)
