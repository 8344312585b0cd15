"""Which rail a payment takes, when it leaves and when it is there: plain functions, tried whole."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crm import calendar
from core.money import Money
from core.settlement import banks, hours, market, rails, routing
from core.settlement.banks import BankUnknown
from core.settlement.reasons import reason
from core.settlement.routing import Payment
from tests.core.settlement import house
from tests.core.settlement.house import MORNING, NIGHT

GOOD_FRIDAY_EVE = datetime(2026, 4, 2, 17, 0, tzinfo=UTC)  # Thursday 20:00 in Nairobi


@pytest.fixture
def funded(unit):
    house.funded(unit)
    return unit


def route(unit, amount, *, now=MORNING, bank="KE-68", country="KE", tried=()):
    unit.now = now
    return market.choose(
        unit, amount=Money.load(amount), payer_country=country, bank=banks.bank(unit, bank),
        tried=tried,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "now", "tried", "rail"),
    [
        ("KES 1500.00", NIGHT, (), "KE-PESALINK"),
        ("KES 999999.00", MORNING, (), "KE-PESALINK"),
        ("KES 1000000.00", MORNING, (), "KE-RTGS"),
        ("KES 1000000.00", NIGHT, (), "KE-RTGS"),
        ("KES 1500.00", NIGHT, ("KE-PESALINK",), "KE-EFT"),
        ("KES 1500.00", NIGHT, ("KE-PESALINK", "KE-EFT"), "KE-RTGS"),
        ("KES 1500.00", NIGHT, ("KE-PESALINK", "KE-EFT", "KE-RTGS"), None),
    ],
)
def test_the_rail_of_a_payment_in_kenya(funded, amount, now, tried, rail):
    choice = route(funded, amount, now=now, tried=tried)
    assert (choice.rail.rail if choice.rail else None) == rail
    assert len(choice.candidates) == len(
        [r for r in rails.all_rails(funded) if r.currency == "KES"]
    )
    assert all(one.why for one in choice.candidates)


def test_every_candidate_says_why_not(funded):
    by = {one.rail: one.verdict for one in route(funded, "KES 1200000.00").candidates}
    assert by == {
        "KE-RTGS": "fits", "KE-PESALINK": "too_large", "KE-EFT": "too_large",
        "KE-MPESA": "not_there", "KE-MOMO": "not_there", "KE-PAPSS": "not_there",
    }  # fmt: skip


def test_across_the_border_papss_alone(funded):
    assert route(funded, "KES 5000.00", bank="NG-044").rail.rail == "KE-PAPSS"
    assert route(funded, "KES 5000.00", bank="UG-SBIC").rail is None


def test_senegal_and_cote_divoire_clear_in_one_place(unit):
    house.funded(unit, amount=Money.load("XOF 90000000"))
    choice = route(unit, "XOF 60000000", bank="CI-008", country="SN")
    assert (choice.rail.rail, choice.liquid) == ("XOF-STAR", True)
    assert route(unit, "XOF 60000", bank="CI-008", country="SN").rail.rail == "XOF-GIM"


def test_a_rail_without_liquidity_is_taken_only_where_nothing_else_fits(unit):
    assert not route(unit, "KES 1500.00").liquid
    house.funded(unit)
    assert route(unit, "KES 1500.00").liquid


def test_a_partner_that_does_not_answer_is_passed_over(funded):
    for _ in range(9):
        funded.run(
            """
            insert into partner_health (partner, failures, open_until, reason)
            values ('pesalink', 5, %(until)s, 'no answer') on conflict do nothing
            """,
            until=NIGHT + timedelta(days=2),
        )
    choice = route(funded, "KES 1500.00", now=NIGHT)
    assert choice.rail.rail == "KE-EFT"
    pesalink = next(one for one in choice.candidates if one.rail == "KE-PESALINK")
    assert "does not answer" in pesalink.why


def test_hours_and_windows_keep_holidays_and_what_the_bank_wrote_down(unit):
    rtgs, eft = rails.rail(unit, "KE-RTGS"), rails.rail(unit, "KE-EFT")
    kenya = calendar.load(unit, "KE")
    opens = hours.next_open(rtgs, kenya, GOOD_FRIDAY_EVE)
    assert opens.isoformat() == "2026-04-07T04:00:00+00:00"  # Tuesday after Easter Monday
    cutoff = hours.next_cutoff(eft, kenya, GOOD_FRIDAY_EVE - timedelta(hours=9))
    assert cutoff.isoformat() == "2026-04-02T10:30:00+00:00"
    assert hours.settled_at(eft, kenya, cutoff).isoformat() == "2026-04-07T06:00:00+00:00"
    own = replace(kenya, days={opens.date(): None})
    assert hours.next_open(rtgs, own, GOOD_FRIDAY_EVE).day == 8
    pesalink = rails.rail(unit, "KE-PESALINK")
    assert hours.next_open(pesalink, kenya, GOOD_FRIDAY_EVE) == GOOD_FRIDAY_EVE
    never = replace(rtgs, days=frozenset({3}), opens=time(7), closes=time(8))
    with pytest.raises(hours.NeverOpen):
        hours.next_open(never, replace(kenya, weekdays=frozenset({1})), GOOD_FRIDAY_EVE)


def test_papss_is_netted_at_eleven_by_universal_time_everywhere(unit):
    for name in ("KE-PAPSS", "NG-PAPSS", "GH-PAPSS", "RW-PAPSS"):
        one = rails.rail(unit, name)
        cutoff = hours.next_cutoff(one, calendar.load(unit, one.calendar), NIGHT)
        assert cutoff.isoformat() == "2026-03-05T11:00:00+00:00"


def test_banks_are_found_as_people_call_them(unit):
    def found(said, country="KE", currency="KES"):
        return [one.id for one in banks.called(unit, said, country=country, currency=currency)]

    assert found("equity") == ["KE-68"]
    assert found("EQUITY BANK") == ["KE-68"]
    assert found("68") == ["KE-68"]
    assert found("KCBLKENX") == ["KE-01"]
    assert found("equty") == ["KE-68"]
    assert found("co-op") == found("coop bank") == ["KE-11"]
    assert found("standard") == ["KE-02"]
    assert found("bank of africa") == ["KE-19"]
    assert found("zenith") == ["NG-057", "GH-ZEBL"]
    assert found("societe generale", "SN", "XOF") == ["SN-011"]
    for nonsense in ("x", "wxyz", "bank"):
        with pytest.raises(BankUnknown):
            found(nonsense)


@pytest.mark.parametrize(
    ("number", "operator"),
    [
        ("+254712000001", "KE-MPESA"), ("+254733000111", "KE-AIRTEL"), ("+256772000005", "UG-MTN"),
        ("+255754000111", "TZ-MPESA"), ("+233241234567", "GH-MTN"), ("+233261234567", "GH-AT"),
        ("+221770000004", "SN-ORANGE"), ("+2250501234567", "CI-MTN"), ("+250781234567", "RW-MTN"),
    ],
)  # fmt: skip
def test_a_number_tells_its_operator(unit, number, operator):
    assert banks.operator(unit, number).id == operator


def test_every_country_has_banks_rails_and_a_nostro_for_each(unit):
    rows = unit.all(
        """
        select c.country, count(distinct b.bank_id) as banks, count(distinct x.rail) as rails,
            bool_and(x.rail is not null) as reached
        from payout_countries c join banks b on b.country = c.country
        left join bank_rails x on x.bank_id = b.bank_id group by c.country
        """
    )
    assert {row.country for row in rows} == {"KE", "UG", "TZ", "NG", "GH", "ZA", "RW", "SN", "CI"}
    assert all(row.banks >= 6 and row.rails >= 2 and row.reached for row in rows)
    lines = {(row.nostro, row.currency) for row in unit.all("select * from nostro_lines")}
    assert {(one.nostro, one.currency) for one in rails.all_rails(unit)} == lines


def test_what_nobody_has_heard_of_is_no_reason_of_its_own():
    assert reason("AC01").payers
    assert reason("account_unknown").code == "AC01"
    assert reason("ZZ99").code == "NARR"


@given(
    amount=st.integers(1, 300_000_000),
    hour=st.integers(0, 24 * 20),
    tried=st.sets(st.sampled_from(["KE-PESALINK", "KE-EFT", "KE-RTGS"])),
    free=st.integers(0, 400_000_000),
)
def test_a_choice_is_always_fit_the_best_and_told_whole(seen, amount, hour, tried, free):
    now = MORNING + timedelta(hours=hour)
    known = replace(seen, now=now, free={("nostro_central", "KES"): free})
    payment = Payment(
        amount=Money(amount, "KES"), payer_country="KE", bank_country="KE",
        on=frozenset({"KE-PESALINK", "KE-EFT", "KE-RTGS"}), tried=frozenset(tried),
    )  # fmt: skip
    choice = routing.choose(payment, known)
    again = routing.choose(payment, replace(known, rails=list(reversed(known.rails))))
    assert (again.rail, again.why) == (choice.rail, choice.why)
    fit = [one for one in choice.candidates if one.verdict in ("fits", "no_liquidity")]
    if choice.rail is None:
        assert not fit
        return
    assert choice.rail.rail not in tried
    assert choice.rail.least <= amount <= (choice.rail.most or amount)
    assert now <= choice.leaves_at <= choice.expected_by
    assert choice.liquid == (free >= amount)
    chosen = next(one for one in fit if one.rail == choice.rail.rail)
    assert chosen.worth == min(one.worth for one in fit)


@pytest.fixture(scope="module")
def seen(engine):
    """The market of Kenya, read once."""
    from tests.core.people import passing_unit

    with passing_unit(engine, MORNING) as unit:
        return market.market(unit, "KES")
