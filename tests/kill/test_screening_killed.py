"""A process dies while it takes a list in, or compares everybody: nothing is half done."""

from datetime import date

from core.bills import compared
from core.screening.standings import standing
from tests.core.people import someone
from tests.core.screening import lists
from tests.support import crashes
from tests.support.crashes import KILLED

CONTENT = lists.sdn().getvalue()


def counts(house) -> list[int]:
    tables = ("screening_entries", "screening_states", "screenings", "screening_hits")
    with house.unit() as unit:
        return [unit.value(f"select count(*) from {table}") for table in tables]


def test_a_list_is_taken_in_whole_or_not_at_all(house, clock):
    before = counts(house)
    ended = crashes.exit_code(
        house.settings, "take in a list", "ofac-sdn", CONTENT, now=clock.now, at="screening.staged"
    )
    assert ended == KILLED and counts(house) == before
    done = crashes.do(house, "take in a list", "ofac-sdn", CONTENT)
    assert (done.added, done.again) == (4, False)


def test_a_run_over_everybody_that_dies_goes_on_and_compares_nobody_twice(house, clock):
    with house.unit() as unit:
        names = ("Kasimu Idrisa", "Zuberi Mwambao")
        zuberi = someone(unit, "+254799123456", names=names, born=date(1958, 2, 12)).id
        compared.compare_new(unit, most=1000)
    crashes.do(house, "take in a list", "ofac-sdn", CONTENT)
    before = counts(house)
    ended = crashes.exit_code(
        house.settings, "screen again", now=clock.now, at="screening.batch_written"
    )
    assert ended == KILLED and counts(house) == before
    with house.unit() as unit:
        run = unit.one("select run_id, subjects from screening_runs where ended_at is null")
    assert run.subjects == 0
    seen = crashes.do(house, "screen again")
    with house.unit() as unit:
        ended_run = unit.one(
            "select subjects, ended_at is not null as ended from screening_runs"
            " where run_id = %(id)s",
            id=run.run_id,
        )
        many = unit.value(
            "select count(distinct subject_id) from screenings where run_id = %(id)s", id=run.run_id
        )
        assert standing(unit, zuberi) == "block"
    assert (ended_run.subjects, ended_run.ended) == (seen, True) == (many, True)
    assert crashes.do(house, "screen again") == 0
