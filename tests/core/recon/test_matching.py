"""Which lines belong together: every rule, in its order, each match with the rule that made it."""

import pytest

from core.money import Money
from tests.core.recon.town import NEXT, ON, THIRD, bank, out


@pytest.fixture
def town(unit):
    return bank(unit)


def agreed(town):
    """Report and statement match, nothing is open, and nothing more is found the second time."""
    town.reconciles()
    assert town.open() == []
    again = town.reconciles()
    assert (again.run, again.matched, again.opened) == (None, 0, {})
    return town.rules()


def test_the_same_id_and_amount(town):
    town.pays("WK1")
    town.pays("WK2", 7)
    town.states(out("WK2", 7), out("WK1", 150_000))
    town.reports(("out", "WK1", 150_000), ("out", "WK2", 7))
    assert agreed(town) == {"end_to_end": 4}


def test_mt940_is_read_as_well(town):
    town.pays("WK1", partner="rtgs")
    town.states(out("WK1", 150_000), partner="rtgs", as_mt940=True)
    town.reports(("out", "WK1", 150_000), partner="rtgs")
    assert agreed(town) == {"end_to_end": 2}


def test_money_that_came_back_by_its_own_line(town):
    town.pays("WK1", status="returned", back=True)
    back = out("WK1", -150_000, reason="AC04")
    town.states(out("WK1", 150_000), back)
    town.reports(("out", "WK1", 150_000), ("back", "WK1", 150_000))
    assert agreed(town) == {"end_to_end": 4}


def test_a_report_that_tells_of_going_and_coming_back_in_one_line(town):
    town.pays("WK1", status="returned", back=True)
    town.states(out("WK1", 150_000), out("WK1", -150_000, reason="AC04"))
    town.reports(("back", "WK1", 150_000))
    town.silent_until(THIRD)
    assert agreed(town) == {"end_to_end": 3}
    assert town.unit.value("select count(*) from recon_items where match_id is null") == 0


def test_nearly_the_same_amount_passes_and_the_rest_goes_to_suspense(town):
    town.pays("WK1")
    before = town.holds("nostro_central")
    town.states(out("WK1", 150_200))
    town.reports(("out", "WK1", 150_200))
    town.reconciles()
    assert town.open() == [] and town.ended() == {"amount_differs": "tolerance"}
    assert town.rules() == {"tolerance": 2}
    # The statement has 200 less: the nostro holds less, which is below zero in the book.
    assert town.holds("nostro_central") == before + 200
    assert town.holds("suspense_breaks") == -200
    assert town.reconciles().run is None, "what went to suspense is not set against anything"


def test_one_unit_more_than_what_is_let_pass_does_not(town):
    town.pays("WK1")
    town.states(out("WK1", 150_201))
    town.reconciles()
    assert town.open() == [("amount_differs", "WK1")]


def test_a_reference_that_only_the_partner_gave(town):
    town.pays("WK1", number="PE77")
    town.states(out("", 150_000, reference="PE77"))
    town.reports(("out", "WK1", 150_000))
    assert agreed(town) == {"end_to_end": 1, "reference": 1}


def test_our_id_where_they_keep_their_reference(town):
    town.pays("WK1")
    town.states(out("", 150_000, reference="WK1"))
    town.reports(("out", "WK1", 150_000))
    assert agreed(town) == {"end_to_end": 1, "reference": 1}


def test_amount_and_account_within_days(town):
    town.pays("WK1")
    town.states(out("", 150_000, reference="S1", account="0110-2233 44556", on=NEXT), on=NEXT)
    town.reports(("out", "WK1", 150_000))
    assert agreed(town) == {"end_to_end": 1, "account": 1}


def test_the_same_amount_to_another_account_is_another_payment(town):
    town.pays("WK1")
    town.states(out("", 150_000, reference="S1", account="999"))
    town.reconciles()
    assert town.open() == [("missing_in_book", "S1")]


@pytest.mark.parametrize("per_bank", [True, False], ids=["a bank each", "the whole window"])
def test_a_netted_batch_stands_for_many(town, per_bank):
    ids = [f"WK{n}" for n in range(4)]
    for n, name in enumerate(ids):
        town.pays(name, 1000 + n, partner="eft", bank=("KE-68", "KE-01")[n % 2])
    sums = [1000 + 1002, 1001 + 1003] if per_bank else [4006]
    lines = [
        out("", each, reference=f"NET{n}", instruction=town.window.hex, on=NEXT)
        for n, each in enumerate(sums)
    ]
    town.states(*lines, partner="eft", on=NEXT)
    town.reports(*(("out", name, 1000 + n) for n, name in enumerate(ids)), partner="eft")
    assert agreed(town) == {"end_to_end": 4, "one_to_many": len(sums)}


def test_several_lines_for_one_payment(town):
    town.pays("WK1")
    town.states(out("WK1", 50_000), out("WK1", 100_000))
    town.reports(("out", "WK1", 150_000))
    assert agreed(town) == {"end_to_end": 1, "many_to_one": 1}


def test_a_line_and_its_reversal_are_nothing(town):
    town.pays("WK1")
    twice = out("WK1", 150_000, reference="K-2")
    undone = out("WK1", -150_000, reference="K-3", reversal=True)
    town.states(out("WK1", 150_000), twice, undone)
    town.reports(("out", "WK1", 150_000))
    assert agreed(town) == {"end_to_end": 2, "reversed": 1}


def test_what_never_left_is_agreed_on(town):
    town.pays("WK1", status="failed")
    town.reports(("out", "WK1", 150_000, "RJCT"))
    assert agreed(town) == {"no_movement": 1}


def test_what_was_pending_and_then_ended(town):
    town.pays("WK1")
    town.states(out("WK1", 150_000))
    town.reports(("out", "WK1", 150_000, "PDNG"), ("out", "WK1", 150_000))
    assert agreed(town) == {"end_to_end": 2, "no_movement": 1}


def test_a_day_later_the_book_is_taken_over_from_where_it_stood(town):
    town.pays("WK1")
    town.states(out("WK1", 150_000))
    town.reconciles()
    town.pays("WK2", 3)
    town.states(out("WK2", 3), on=NEXT)
    done = town.reconciles()
    assert done.matched == 2 and town.rules() == {"end_to_end": 2}


def test_what_was_on_its_way_before_the_first_statement_is_matched_and_not_missed(town):
    town.pays("WK1")
    town.pays("WK2")
    later = THIRD
    town.states(out("WK1", 150_000, on=later), on=later)
    town.states(on=later.replace(day=9))
    town.reconciles()
    assert town.rules() == {"end_to_end": 1} and town.open() == [("late", "WK1")]


def test_every_agreed_payment_is_logged_once_all_agree(town):
    one = town.pays("WK1")
    town.states(out("WK1", 150_000))
    town.reconciles()
    logged = "select result from reconciliation_logs where settlement_id = %(id)s"
    assert town.unit.all(logged, id=one.id) == []
    town.reports(("out", "WK1", 150_000))
    assert town.reconciles().agreed == 1
    town.reconciles()
    assert [row.result for row in town.unit.all(logged, id=one.id)] == ["matched"]


def test_what_is_told_stays_sealed(town):
    town.states(out("X", 5, name="Juma Otieno", account="0110223344556"))
    held = town.unit.one("select details, token from recon_items where end_to_end = 'X'")
    assert b"Juma" not in bytes(held.details) and "0110223344556" not in held.token
    assert Money(5, "KES") and ON
