"""Taking files in: whole, once, by whom may, and nothing of what cannot be trusted."""

import pytest
from sqlalchemy import exc

from core.access.actors import Forbidden
from core.recon import lines
from core.recon.told import AccountUnknown, FileUnreadable, PartnerNeeded, ToldOtherwise
from tests.core.recon.town import HEAD, NEXT, ON, bank, out
from tests.support.desk import hired


@pytest.fixture
def town(unit):
    return bank(unit)


def count(town, table):
    return town.unit.value(f"select count(*) from {table}")


def test_the_same_file_twice_is_the_same_import(town):
    first = town.states(out("WK1", 5), opening=10**12)
    again = town.states(out("WK1", 5), opening=10**12)
    assert (first.again, again.again, again.id, again.lines) == (False, True, first.id, 1)
    assert (count(town, "recon_sources"), count(town, "recon_items")) == (1, 1)


def test_reports_without_lines_are_one_for_each_day(town):
    first, again, next_day = town.reports(), town.reports(), town.reports(on=NEXT)
    assert (first.again, again.again, next_day.again) == (False, True, False)
    assert first.sources == 1 and first.lines == 0


def test_the_same_statement_with_other_lines_is_refused(town):
    town.states(out("WK1", 5), opening=10**12)
    with pytest.raises(ToldOtherwise):
        town.states(out("WK1", 6), opening=10**12)


def test_names_and_accounts_are_sealed_and_open_again(town):
    town.states(out("WK1", 5, name="Juma Otieno", account="0110-223 344", words="for milk"))
    row = town.unit.one("select source_id, n, details, token from recon_items")
    assert b"Juma" not in bytes(row.details)
    opened = lines.details(town.unit, source=row.source_id, n=row.n, sealed=row.details)
    assert opened == {"name": "Juma Otieno", "account": "0110-223 344", "words": "for milk"}
    assert row.token == lines.token(town.unit, "0110223344")
    assert lines.details(town.unit, source=row.source_id, n=1, sealed=None) == {}


def test_who_may_not_does_not(town, unit):
    with pytest.raises(Forbidden):
        town.takes(b"", actor=hired(unit, "supervisor"))
    with pytest.raises(FileUnreadable):
        town.takes(b"", actor=hired(unit, "operations"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<Document/>",
        b":20:1\n:25:1\n",
        f"{HEAD}\nout,R,WK1,,1.00,KES,ACSC,,2026-03-04".encode(),
        f"{HEAD}\nsideways,R,WK1,,1.00,KES,ACSC,,2026-03-04,x,0".encode(),
        f"{HEAD}\nout,R,WK1,,-1.00,KES,ACSC,,2026-03-04,x,0".encode(),
        f"{HEAD}\nout,R,WK1,,1.001,KES,ACSC,,2026-03-04,x,0".encode(),
        f"{HEAD}\nout,R,WK1,,1.00,XXX,ACSC,,2026-03-04,x,0".encode(),
        f"{HEAD}\nout,R,WK1,,1.00,KES,ACSC,,tomorrow,x,0".encode(),
        f"{HEAD}\nout,R,WK1,,1.00,KES,ACSC,,2026-03-04,x,0\n"
        "out,R,WK2,,1.00,KES,ACSC,,2026-03-05,x,0".encode(),
        f"{HEAD}\n".encode() + b"\xff\xfe",
    ],
)
def test_a_file_that_cannot_be_trusted_leaves_nothing(town, content):
    with pytest.raises(FileUnreadable):
        town.takes(content, partner="pesalink")
    assert count(town, "recon_imports") == 0


def test_a_report_is_somebodys(town):
    for partner in ("", "nobody"):
        with pytest.raises(PartnerNeeded):
            town.takes(f"{HEAD}\n".encode(), partner=partner, on=ON)


def test_a_statement_of_an_account_that_is_no_nostro(town):
    with pytest.raises(AccountUnknown) as refused:
        town.states(out("X", 5), partner="acme")
    assert refused.value.facts["account"].endswith("-KES") and "*" in refused.value.facts["account"]


def test_a_line_stays_what_it_said_and_is_matched_once(town, unit):
    town.pays("WK1")
    town.states(out("WK1", 150_000))
    town.reconciles()
    for wrong in ("set amount = 1", "set match_id = null", "set end_to_end = 'X'"):
        with pytest.raises(exc.DBAPIError), unit.savepoint():
            unit.run(f"update recon_items {wrong}")
    for table in ("recon_items", "recon_matches", "reconciliation_logs", "recon_breaks"):
        with pytest.raises(exc.DBAPIError), unit.savepoint():
            unit.run(f"delete from {table}")
