"""What tests commit into a database that they share goes, and what it began with stands again."""

from core.access import audit
from core.access.actors import SYSTEM
from core.access.audit_verify import verify
from tests.core.people import units
from tests.support.emptied import begin, empty


def rows(unit):
    return unit.value("select count(*) from audit_log"), unit.value("select seq from audit_head")


def test_a_log_that_was_emptied_begins_anew(clean_engine, clean_admin_engine):
    with clean_admin_engine.begin() as connection:
        beginning = begin(connection)
    unit_of = units(clean_engine)
    with unit_of() as unit:
        audit.note(unit, SYSTEM, "case.taken", subject="case", subject_id="7")
        unit.run("update calendars set weekdays = '{7}'")
    with unit_of() as unit:
        assert rows(unit) == (1, 1)
    with clean_admin_engine.begin() as connection:
        empty(connection, beginning)
    with unit_of() as unit:
        assert rows(unit) == (0, 0)
        assert unit.value("select count(*) from calendars where weekdays = '{7}'") == 0
        audit.note(unit, SYSTEM, "case.taken", subject="case", subject_id="7")
    with unit_of() as unit:
        assert list(verify(unit)) == []
