"""Each country's authority is told of the cash of its tills and of those who bank there."""

import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from core.access import approvals
from core.aml.cases import find as find_case
from core.crm import calendar
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.regulatory import filing, preparing, reports, schema
from core.regulatory.kinds import CountryDoesNotReport, countries, kinds
from core.regulatory.preparing import NothingToReport, UnknownKind
from core.regulatory.schema import ReportUnfit
from core.store import outbox
from core.store.files import Files
from tests.core.aml.suspects import Office
from tests.core.people import fund, someone
from tests.core.regulatory.suspicion import reported
from tests.core.regulatory.tills import agent, brought, rates_of
from tests.support.outbox_rows import ALL
from tests.support.regulatory import close_nigeria, nigeria_reports

THEIRS = Path(os.environ["GOAML_SCHEMA"]) if os.environ.get("GOAML_SCHEMA") else None
MONDAY, WEEK, MONTH = date(2026, 5, 25), "2026-W22", "2026-05"
JUNE = datetime(2026, 6, 2, 8, tzinfo=UTC)


@pytest.fixture
def nigeria(admin_engine):
    """Nigeria's rows are confirmed, and what its authority gave the bank is entered."""
    with nigeria_reports(admin_engine):
        yield


@pytest.fixture
def office(nigeria, unit):
    unit.now = JUNE
    return Office(unit)


@pytest.fixture
def files(tmp_path, unit):
    return Files(tmp_path, "compliance", unit.keys)


@pytest.fixture
def town(office, unit):
    """Amina of Kenya and Ngozi of Nigeria, and a till in either country."""
    outbox.register_senders(unit, ALL)
    unit.now = JUNE - timedelta(days=60)
    rates_of(unit, unit.now)
    amina = someone(unit, tier=Tier.ASSESSED)
    ngozi = someone(unit, "+2348030000001", names=("Ngozi", "Bello"), tier=Tier.ASSESSED)
    faith = agent(unit, someone(unit, "+254712000003", names=("Faith", "Chebet")))
    emeka = agent(
        unit, someone(unit, "+2348030000003", names=("Emeka", "Obi")), country="NG",
        most="NGN 5000000.00",
    )  # fmt: skip
    unit.now = JUNE
    return amina, ngozi, faith, emeka


def make(unit, office, files, country, kind="ctr"):
    period = WEEK if kind == "ctr" else MONTH
    return preparing.for_period(
        unit, office.halima, files, kind, period, country=country, theirs=THEIRS
    )


def text_of(files, report):
    return files.read(report.id).decode()


def told(text, name):
    return re.findall(f"<{name}>(.*?)</{name}>", text)


def test_two_countries_on_the_same_days_never_mix(unit, office, files, town):
    amina, ngozi, faith, emeka = town
    brought(unit, faith, amina, "KES 2000000.00", day=MONDAY)  # over USD 15,000
    brought(unit, emeka, amina, "KES 300000.00", day=MONDAY)  # in Nigeria: below NGN 5,000,000
    brought(unit, emeka, ngozi, "NGN 5000000.00", day=MONDAY)  # exactly that
    brought(unit, faith, ngozi, "NGN 4000000.00", day=MONDAY)  # in Kenya: USD 2,702
    kenya, nigeria = (make(unit, office, files, country) for country in ("KE", "NG"))
    assert (kenya.reference, kenya.lines) == (f"CTR-KE-{WEEK}-1", 1)
    assert (nigeria.reference, nigeria.lines) == (f"CTR-NG-{WEEK}-1", 1)
    assert told(text_of(files, kenya), "amount_local") == ["2000000.00"]
    assert told(text_of(files, nigeria), "amount_local") == ["5000000.00"]
    assert "Ngozi" not in text_of(files, kenya) and "Amina" not in text_of(files, nigeria)
    for country, moved in (("KE", {"KES": 200000000, "NGN": 400000000}),
                           ("NG", {"KES": 30000000, "NGN": 500000000})):  # fmt: skip
        summary = json.loads(text_of(files, make(unit, office, files, country, "summary")))
        assert summary["cash"]["minor_units"] == moved
        assert summary["from"]["country"] == country
    large = {
        country: text_of(files, make(unit, office, files, country, "large_cash"))
        for country in ("KE", "NG")
    }
    assert [large[one].count("\n") - 1 for one in ("KE", "NG")] == [1, 2]
    assert "Ngozi" not in large["KE"], "in Kenya it was small"


def test_cash_in_another_country_is_told_there_in_its_money_and_its_time(unit, office, files, town):
    amina, _, _, emeka = town
    brought(unit, emeka, amina, "KES 500000.00", day=MONDAY)
    text = text_of(files, make(unit, office, files, "NG"))
    schema.check(text.encode(), THEIRS)
    for name, values in (
        ("rentity_id", ["77"]), ("rentity_branch", ["LAGOS"]), ("submission_code", ["M"]),
        ("currency_code_local", ["NGN"]), ("amount_local", ["5716216.22"]),
        ("foreign_currency_code", ["KES"]), ("foreign_amount", ["500000.00"]),
        ("transaction_location", ["NG"]), ("country_code", ["NG"]), ("country", ["KE"]),
        ("nationality1", ["KE"]), ("tph_country_prefix", ["+254"]), ("swift", ["WEKZNGLA"]),
        ("date_transaction", ["2026-05-25T10:00:00"]), ("submission_date", ["2026-06-02T09:00:00"]),
    ):  # fmt: skip
        assert told(text, name) == values, name
    assert "NGN 5,000,000" in told(text, "reason")[0]
    with pytest.raises(NothingToReport):
        make(unit, office, files, "KE")


def test_a_report_is_due_by_the_working_days_of_its_country(unit, office, files, town):
    amina, ngozi, faith, emeka = town
    brought(unit, faith, amina, "KES 2000000.00", day=MONDAY)
    brought(unit, emeka, ngozi, "NGN 5000000.00", day=MONDAY)
    for country, day in (("KE", date(2026, 6, 8)), ("NG", date(2026, 6, 5))):  # 1 June: Madaraka
        at = calendar.load(unit, country)
        assert make(unit, office, files, country).due_at == at.open_on(day)[1]


def test_a_day_that_is_over_in_nairobi_runs_on_in_lagos(unit, office, files, town):
    unit.now = datetime(2026, 5, 31, 22, tzinfo=UTC)
    assert make(unit, office, files, "KE", "summary").period == MONTH
    with pytest.raises(preparing.PeriodRunsOn):
        make(unit, office, files, "NG", "summary")


def test_both_come_out_again_whatever_happened_since(unit, office, files, town, admin_engine):
    amina, ngozi, faith, emeka = town
    brought(unit, faith, amina, "KES 2000000.00", day=MONDAY)
    brought(unit, emeka, ngozi, "NGN 5000000.00", day=MONDAY)
    made = [
        make(unit, office, files, country, kind)
        for country in ("KE", "NG")
        for kind in ("ctr", "large_cash", "summary")
    ]
    before = [files.read(one.id) for one in made]
    rates_of(unit, unit.now)
    brought(unit, emeka, amina, "KES 900000.00", day=MONDAY)
    brought(unit, faith, ngozi, "NGN 900000.00", day=MONDAY)
    close_nigeria(admin_engine)
    unit.now += timedelta(days=300)
    for report, content in zip(made, before, strict=True):
        assert reports.again(unit, office.yusuf, report) == (content, True)


def test_each_authority_has_a_schema_of_its_own(unit, office, files, town, tmp_path):
    amina, ngozi, faith, emeka = town
    brought(unit, faith, amina, "KES 2000000.00", day=MONDAY)
    brought(unit, emeka, ngozi, "NGN 5000000.00", day=MONDAY)
    ours, folder = schema.OURS.read_text(), tmp_path / "schemas"
    folder.mkdir()
    (folder / "NG.xsd").write_text(ours.replace('value="CTR"', 'value="TFR"'))
    given = {"theirs": folder}
    preparing.for_period(unit, office.halima, files, "ctr", WEEK, country="KE", **given)
    with pytest.raises(ReportUnfit):
        preparing.for_period(unit, office.halima, files, "ctr", WEEK, country="NG", **given)
    (folder / "NG.xsd").unlink()
    preparing.for_period(unit, office.halima, files, "ctr", WEEK, country="NG", **given)


def filed(unit, office, report):
    asked = filing.request(unit, office.halima, report.id, reason="checked")
    approvals.approve(unit, office.yusuf, asked.id, "fine")
    filing.filed(unit, office.yusuf, report.id, number="NFIU-1", at=unit.now)


def paid(unit, payer, payee, amount):
    made, money = unit.new_id(), Money.load(amount)
    fund(unit, payer.wallet, amount)
    book.post(
        unit, id=made, type="transfer", wallet=payer.wallet, reference=f"T{str(made)[-6:]}",
        legs=[book.Leg(payer.wallet, payee.wallet, money)],
    )  # fmt: skip
    return made


def test_a_suspicion_is_told_where_its_customer_banks(unit, office, files, town):
    amina, ngozi, _, _ = town
    zuri = someone(unit, "+2348030000009", names=("Zuri", "Ade"))
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    for suspect, payee, amount, country, hours in (
        (ngozi, zuri, "NGN 900.00", "NG", 24), (amina, brian, "KES 300.00", "KE", 48),
    ):  # fmt: skip
        case = reported(
            unit, office, suspect, payments=[paid(unit, suspect, payee, amount)], key=country
        )
        report = preparing.for_case(unit, office.halima, files, case, theirs=THEIRS)
        text = text_of(files, report)
        schema.check(text.encode(), THEIRS)
        assert (report.country, report.due_at) == (country, JUNE + timedelta(hours=hours))
        assert told(text, "country_code") == [country]
        assert told(text, "currency_code_local") == [amount[:3]]
        assert told(text, "is_suspected") == ["true", "false"]
        assert preparing.for_case(unit, office.yusuf, files, case, theirs=THEIRS) == report
    for country in ("KE", "NG"):
        summary = json.loads(text_of(files, make(unit, office, files, country, "summary")))
        assert summary["suspicions"]["alerts"] == []  # they were raised in June
    assert {one.country for one in reports.page(unit, office.halima, type="str")} == {"KE", "NG"}
    [only] = reports.page(unit, office.halima, type="str", country="NG")
    assert only.country == "NG"


def test_figures_are_those_of_a_country(unit, office, files, town):
    amina, ngozi, _, _ = town
    for customer in (amina, ngozi, ngozi):
        reported(unit, office, customer, key=str(unit.new_id()))
    someone(unit, "+2348030000009", names=("Zuri", "Ade"))
    filed(unit, office, make(unit, office, files, "NG", "summary"))
    unit.now = datetime(2026, 7, 2, 8, tzinfo=UTC)
    for country, many, joined, sent in (
        ("KE", 1, 0, []), ("NG", 2, 1, [{"type": "summary", "filed": 1, "late": 0}]),
    ):  # fmt: skip
        report = preparing.for_period(
            unit, office.halima, files, "summary", "2026-06", country=country, theirs=None
        )
        summary = json.loads(text_of(files, report))
        assert (summary["customers"]["joined"], summary["reports"]) == (joined, sent)
        suspicions = summary["suspicions"]
        assert [one["raised"] for one in suspicions["alerts"]] == [many]
        assert suspicions["investigations"] == {"opened": many, "concluded": {"reported": many}}


def test_where_nothing_was_confirmed_nothing_is_reported(unit, office, files, town):
    assert list(countries(unit)) == ["KE", "NG"]
    for country in ("UG", "TZ", "XX", ""):
        with pytest.raises(CountryDoesNotReport):
            kinds(unit, country)
        with pytest.raises(CountryDoesNotReport):
            make(unit, office, files, country)
    for phone in ("+256772000001", "+255712000001"):
        case = reported(unit, office, someone(unit, phone, names=("Ssali", "Mo")), key=phone)
        with pytest.raises(CountryDoesNotReport):
            preparing.for_case(unit, office.halima, files, case, theirs=None)
        hours = 48 if phone.startswith("+256") else 24  # without a law of its own: the shortest
        assert find_case(unit, office.halima, case).report_due == JUNE + timedelta(hours=hours)


def test_what_a_country_does_not_ask_for_is_unknown_there(unit, office, files, town):
    with pytest.raises(UnknownKind):
        make(unit, office, files, "NG", "str")


@pytest.mark.parametrize(
    "change",
    [
        "update regulatory_entities set reports = true where country = 'UG'",
        "update regulatory_entities set swift = null where country = 'KE'",
        "update regulatory_kinds set days = null where type = 'ctr'",
        "update regulatory_kinds set amount = 1 where type = 'ctr'",
        "update regulatory_kinds set hours = null where type = 'str'",
    ],
)
def test_no_country_reports_that_is_not_whole(admin_engine, change):
    with pytest.raises(DBAPIError), admin_engine.begin() as connection:
        connection.exec_driver_sql(change)
