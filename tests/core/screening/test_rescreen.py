"""When a list changes everybody is compared with what is new, and a killed run goes on."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest

from core.crm import customers
from core.crm.customers import NewCustomer
from core.screening import names, rescreen
from core.screening.candidates import limits_of, listed_of
from core.screening.importing import take_in
from core.screening.party import Party
from core.screening.screen import hits_of, screen
from core.screening.standings import standing
from tests.core.people import someone
from tests.core.screening import lists

ZUBERI = ("Kasimu Idrisa", "Zuberi Mwambao")


def run_all(unit, *, everything: bool = False) -> list[rescreen.Step]:
    run = rescreen.begin(unit, everything=everything)
    assert run is not None
    return list(rescreen.steps(lambda: nullcontext(unit), run))


def statuses(unit) -> list[str]:
    return [
        row.status for row in unit.all("select status from screening_hits order by found_at, id")
    ]


def test_everybody_is_compared_with_what_is_new(unit) -> None:
    zuberi = someone(unit, names=ZUBERI, born=date(1958, 2, 12))
    amina = someone(unit, "+254712000002")
    assert rescreen.begin(unit) is None, "no list has changed"
    take_in(unit, "ofac-sdn", lists.sdn())
    (step,) = run_all(unit)
    assert (step.subjects, step.hits) == (2, 1)
    assert (standing(unit, zuberi.id), standing(unit, amina.id)) == ("block", "clear")
    kept = unit.all("select why, band from screenings where run_id is not null order by band")
    assert [tuple(row) for row in kept] == [("list_changed", "block"), ("list_changed", "clear")]
    assert rescreen.begin(unit) is None, "all that is new was seen"


def test_what_left_the_list_or_says_something_else_is_let_go_of_and_judged_anew(unit) -> None:
    zuberi = someone(unit, names=ZUBERI, born=date(1958, 2, 12))
    take_in(unit, "ofac-sdn", lists.sdn())
    run_all(unit)
    elsewhere = lists.SDN[0].replace("Yemen", "Kenya")
    take_in(unit, "ofac-sdn", lists.sdn([elsewhere, *lists.SDN[1:]]))
    run_all(unit)
    assert statuses(unit) == ["gone", "open"], "the entry's new version is another question"
    assert standing(unit, zuberi.id) == "block"
    take_in(unit, "ofac-sdn", lists.sdn(lists.SDN[1:]))
    run_all(unit)
    assert statuses(unit) == ["gone", "gone"]
    assert standing(unit, zuberi.id) == "clear"


def test_an_alias_that_is_new_asks_about_its_entry_again(unit) -> None:
    someone(unit, names=("Qasim", "Zubairi"), born=date(1958, 2, 12))
    take_in(unit, "ofac-sdn", lists.sdn())
    assert run_all(unit)[0].hits == 0
    take_in(unit, "ofac-alt", lists.file(lists.ALT))
    assert run_all(unit)[0].hits == 1


def test_a_run_finds_what_a_screening_finds(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    take_in(unit, "ofac-alt", lists.file(lists.ALT))
    take_in(unit, "un-xml", lists.file(lists.UN))
    written = (
        "Mwambao Idrisa Kasimu Zuberi", "Kasimu Zubery", "Tarik Hamdan Bahri", "Otto Grumboldt",
        "طارق حمدان البحري", "Wenceslas Okpara", "Bartolomeus Fenwick", "Amina Otieno", "Okpara",
    )  # fmt: skip
    news = unit.all("select * from screening_news(null)")
    limits = limits_of(unit.value("select screening_held()"))
    book = rescreen.Book([listed_of(row) for row in news], limits)
    many = 0
    for name in written:
        party = Party("person", name)
        online = screen(unit, party, subject="counterparty", subject_id=unit.new_id())
        in_memory = hits_of(book.compare(party), limits)
        assert [(hit.key, hit.score, hit.band) for hit in online.hits] == [
            (one.listed.key, one.score, band) for one, band in in_memory
        ]
        many += len(in_memory)
    assert many > 4


def test_a_run_that_is_killed_goes_on_where_it_was(unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescreen, "BATCH", 2)
    for n in range(5):
        someone(unit, f"+25471200000{n}", names=ZUBERI, born=date(1958, 2, 12))
    take_in(unit, "ofac-sdn", lists.sdn())
    run = rescreen.begin(unit)
    assert run is not None
    assert next(rescreen.steps(lambda: nullcontext(unit), run)).subjects == 2
    again = rescreen.begin(unit)
    assert again == run
    rest = list(rescreen.steps(lambda: nullcontext(unit), again))
    assert [step.subjects for step in rest] == [2, 1]
    done = unit.one("select subjects, hits, ended_at is not null as ended from screening_runs")
    assert tuple(done) == (5, 5, True)


def test_two_who_do_one_run_count_nobody_twice(unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescreen, "BATCH", 1)
    for n in range(2):
        someone(unit, f"+25471200000{n}")
    take_in(unit, "ofac-sdn", lists.sdn())
    run = rescreen.begin(unit)
    assert run is not None
    page = rescreen._next(unit, run)
    list(rescreen.steps(lambda: nullcontext(unit), run))
    late = rescreen._note(unit, run, page, [[] for _ in page.subjects], {})
    assert late.subjects == 0
    assert unit.value("select subjects from screening_runs") == 2


def test_a_list_that_comes_while_a_run_is_under_way_has_a_run_of_its_own(unit) -> None:
    someone(unit)
    take_in(unit, "ofac-sdn", lists.sdn())
    run = rescreen.begin(unit)
    take_in(unit, "un-xml", lists.file(lists.UN))
    assert rescreen.begin(unit) == run
    assert run is not None
    list(rescreen.steps(lambda: nullcontext(unit), run))
    following = rescreen.begin(unit)
    assert following is not None and following.since == run.state


def test_whoever_was_never_compared_is(unit) -> None:
    amina = unit.new_id()
    customers.register(
        unit,
        NewCustomer(
            id=amina, first_name="Amina", last_name="Otieno", phone="+254712000001", country="KE",
            language="en", home_currency="KES", tier=1, kyc_status="Pending", born=None,
            id_number=None, wallet=unit.new_id(), by="an upgrade",
        ),
    )  # fmt: skip
    assert rescreen.newcomers(unit) == 1
    assert rescreen.newcomers(unit) == 0
    row = unit.one("select customer_id, band from screening_standings")
    assert tuple(row) == (amina, "clear")


def test_forms_that_older_rules_made_are_made_anew(unit, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    assert rescreen.renew_forms(unit) == 0
    monkeypatch.setattr(names, "RULES", names.RULES + 1)
    assert rescreen.renew_forms(unit) == 5
    assert rescreen.renew_forms(unit) == 0


def test_who_was_compared_is_forgotten_after_seven_years(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    amina = someone(unit)
    kasimu = Party("person", "Mwambao Idrisa Kasimu Zuberi")
    screen(unit, kasimu, subject="counterparty", subject_id=amina.id)
    unit.now += timedelta(days=7 * 365 - 10)
    assert rescreen.forget(unit) == 0
    unit.now += timedelta(days=30)
    assert rescreen.forget(unit) == 1
    kept = unit.all("select subject, party is null as gone from screening_subjects order by 1")
    assert [tuple(row) for row in kept] == [("counterparty", True), ("customer", False)]
    assert unit.value("select explained from screening_hits") is None
