"""The demo has an alert that a typology has found, beside that of the payment that is held."""

from core.access.actors import SYSTEM
from core.aml import alert_list
from tests.core.people import units


def test_the_demo_has_one_alert_that_explains_itself(bank_engine, now):
    with units(bank_engine, now)() as unit:
        found = alert_list.page(unit, SYSTEM)
        [alert] = [one for one in found if one.source.startswith("typology")]
        fired = alert_list.fired(unit, SYSTEM, alert)
    assert (alert.type, alert.status) == ("cycle", "open")
    assert alert.source.startswith("typology cycle")
    assert len(fired) == 3 and all(one.amount and one.why for one in fired)
    assert [one.payee for one in fired] == [one.payer for one in (*fired[1:], fired[0])]
