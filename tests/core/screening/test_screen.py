"""Somebody is compared with the lists: found however they are written, and every time is kept."""

from datetime import date

from core.screening.explain import in_words
from core.screening.importing import take_in
from core.screening.party import Party
from core.screening.screen import EXPLAINED, PARTY, counterparty_id, screen
from core.screening.standings import meanwhile, screen_customer, standing
from tests.core.people import someone
from tests.core.screening import lists

KASIMU = Party("person", "Mwambao Idrisa Kasimu Zuberi", date(1958, 2, 12), "YE")


def compare(unit, party: Party, **facts: object):
    given = {"subject": "counterparty", "subject_id": unit.new_id()} | facts
    return screen(unit, party, **given)


def test_nothing_is_known_against_anybody_while_there_is_no_list(unit) -> None:
    verdict = compare(unit, Party(kind="person", name="Amina Otieno", country="KE"))
    assert (verdict.band, verdict.hits) == ("clear", ())
    kept = unit.one("select candidates, top, band, why, state_id from screenings")
    assert (kept.candidates, kept.top, kept.band, kept.why) == (0, 0, "clear", "asked")


def test_whoever_joins_is_compared_and_stands_somewhere(unit) -> None:
    amina = someone(unit)
    assert standing(unit, amina.id) == "clear"
    assert unit.value("select why from screenings") == "joined"
    assert screen_customer(unit, amina.id, why="changed").band == "clear"
    assert unit.value("select count(*) from screenings") == 2
    assert unit.value("select count(*) from screening_subjects") == 1


def test_a_listed_person_is_found_and_the_hit_says_why(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    verdict = compare(unit, KASIMU)
    assert verdict.band == "block"
    (hit,) = verdict.hits
    assert (hit.family, hit.key, hit.score, hit.status) == ("ofac-sdn", "101", 1.0, "open")
    row = unit.one("select id, explained from screening_hits")
    told = in_words(unit.keys.open_json(row.explained, field=EXPLAINED, row=row.id))
    assert told == (
        "name 1.00: idrisa=idrisa, kasimu=kasimu, mwambao=mwambao, zuberi=zuberi; "
        "date of birth equal +0.10 (1958-02-12, listed 1958-02-12); "
        "country equal +0.04 (YE, listed YE)"
    )
    kept = unit.one("select candidates, top, band, hits from screenings")
    assert (kept.top, kept.band, kept.hits) == (1, "block", [hit.id])


def test_what_contradicts_takes_away_what_the_name_gives(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    other = Party("person", KASIMU.name, date(1994, 6, 1), "NZ")
    assert compare(unit, other).band == "clear"
    assert compare(unit, Party("person", KASIMU.name)).band == "block", "nothing contradicts"
    assert compare(unit, Party("person", KASIMU.name, year=1994)).band == "review"
    assert compare(unit, Party("person", "Volnaya Zarya Trading")).band == "review", "a firm"
    assert compare(unit, Party("organisation", "Volnaya Zarya Trading Ltd")).band == "block"
    assert compare(unit, Party("unknown", "Volnaya Zarya Trading OOO")).band == "block"


def test_an_alias_brings_its_entry_with_all_that_is_known_of_it(unit) -> None:
    take_in(unit, "ofac-alt", lists.file(lists.ALT))
    alone = compare(unit, Party("person", "Qasim Zubairi", date(1958, 2, 12), "YE"))
    assert [(hit.key, hit.score) for hit in alone.hits] == [("101", 1.0)]
    take_in(unit, "ofac-sdn", lists.sdn())
    known = compare(unit, Party("person", "Qasim Zubairi", date(1990, 2, 12), "NZ"))
    assert known.band == "clear", "the entry's own list tells when he was born"
    fenwick = compare(unit, Party("person", "Bartholomeus Fenwick Obadele"))
    assert fenwick.band == "block", "an alias whose entry is missing counts by itself"


def test_a_name_in_its_own_letters_is_found_among_those_in_ours(unit) -> None:
    latin = lists.UN.replace("<NAME_ORIGINAL_SCRIPT>طارق حمدان البحري</NAME_ORIGINAL_SCRIPT>", "")
    take_in(unit, "un-xml", lists.file(latin))
    found = compare(unit, Party("person", "طارق حمدان البحري", date(1970, 7, 16), "IQ"))
    assert [hit.key for hit in found.hits] == ["5001"]
    cyrillic = compare(unit, Party("person", "Тарик Хамдан Аль-Бахри", date(1970, 7, 16)))
    assert [hit.key for hit in cyrillic.hits] == ["5001"]


def test_an_exposed_person_is_for_people_to_judge_and_never_blocked(unit) -> None:
    take_in(unit, "pep-csv", lists.file(lists.PEP))
    quist = Party("person", "Philomena Adhiambo Quist", date(1969, 11, 30), "KE")
    assert compare(unit, quist).band == "review"


def test_who_was_compared_stands_sealed_and_once_a_version(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    subject = unit.new_id()
    for _ in range(2):
        compare(unit, KASIMU, subject_id=subject)
    compare(unit, Party("person", KASIMU.name, KASIMU.born, "KE"), subject_id=subject)
    rows = unit.all("select id, party from screening_subjects order by at, id")
    assert len(rows) == 2
    told = unit.keys.open_json(rows[0].party, field=PARTY, row=rows[0].id)
    assert told["name"] == KASIMU.name and told["born"] == "1958-02-12"
    assert unit.value("select count(*) from screening_hits where status = 'open'") == 1
    assert unit.value("select count(*) from screening_hits where status = 'gone'") == 1
    assert unit.value("select count(*) from screenings") == 3


def test_a_customers_standing_is_the_worst_of_what_is_not_decided(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    zuberi = someone(unit, names=("Kasimu Idrisa", "Zuberi Mwambao"), born=date(1958, 2, 12))
    assert standing(unit, zuberi.id) == "block"
    allowed = meanwhile(unit, "block")
    assert (allowed.receives, allowed.sends) == (False, "never")
    assert meanwhile(unit, "review").sends == "waits" and meanwhile(unit, "clear").sends == "now"
    brian = someone(unit, "+254712000002")
    payee = compare(unit, KASIMU, subject="counterparty", customer=brian.id)
    assert payee.band == "block"
    assert unit.value("select count(*) from screening_standings where band = 'block'") == 1


def test_a_counterparty_is_met_under_the_same_id_again(unit) -> None:
    customer, other = unit.new_id(), unit.new_id()
    assert counterparty_id(unit, customer, KASIMU) == counterparty_id(unit, customer, KASIMU)
    assert counterparty_id(unit, customer, KASIMU) != counterparty_id(unit, other, KASIMU)


def test_a_screening_takes_two_statements(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    before = unit.statements
    compare(unit, KASIMU)
    assert unit.statements - before == 2


def test_candidates_come_by_the_index_that_may_stand_there_alone(unit) -> None:
    kinds = unit.all(
        """
        select a.amname from pg_index i join pg_class c on c.oid = i.indexrelid
        join pg_am a on a.oid = c.relam
        where i.indrelid = 'screening_names'::regclass and a.amname in ('gin', 'gist')
        """
    )
    assert [row.amname for row in kinds] == ["gin", "gin"]
