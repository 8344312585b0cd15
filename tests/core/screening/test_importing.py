"""Lists are taken in as they are published: whole, once, and every version is kept."""

from datetime import date

import pytest

from core.screening.entries import ListBroken
from core.screening.importing import ListShrunk, take_in
from tests.core.screening import lists


def _now(unit, list_id: str) -> list[tuple[str, str]]:
    rows = unit.all(
        "select key, name from screening_entries where list_id = %(l)s and last_version is null"
        " order by key",
        l=list_id,
    )
    return [(row.key, row.name) for row in rows]


def _entry(unit, key: str):
    return unit.one(
        "select * from screening_entries where key = %(k)s and last_version is null", k=key
    )


def test_a_list_of_ofac_is_taken_in(unit) -> None:
    done = take_in(unit, "ofac-sdn", lists.sdn())
    assert (done.version, done.entries, done.names, done.added) == (1, 4, 5, 4)
    one = _entry(unit, "101")
    assert one.kind == "person" and one.countries == ["YE"] and one.places == ["YE"]
    assert [(span.lower, span.upper) for span in one.born] == [
        (date(1958, 2, 12), date(1958, 2, 13)),
        (date(1959, 1, 1), date(1960, 1, 1)),
    ]
    firm = _entry(unit, "102")
    assert (firm.kind, firm.places, firm.born) == ("organisation", ["RU"], [])
    assert _entry(unit, "103").kind == "vessel"
    about = _entry(unit, "104").born[0]
    assert (about.lower, about.upper) == (date(1960, 1, 1), date(1963, 1, 1))
    names = unit.all("select name, quality, form from screening_names order by entry_id, n")
    assert [tuple(row) for row in names[:2]] == [
        ("KASIMU ZUBERI, Mwambao Idrisa", "primary", "idrisa kasimu mwambao zuberi"),
        ("KASIMU THE GREY", "weak", "grey kasimu the"),
    ]
    assert names[2].form == "trading volnaya zarya", "what law makes a firm write is left out"


def test_aliases_join_their_entry_or_stand_for_one_that_is_missing(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    done = take_in(unit, "ofac-alt", lists.file(lists.ALT))
    assert (done.entries, done.names) == (2, 3)
    family = unit.all("select key, family, kind from screening_entries where list_id = 'ofac-alt'")
    assert {tuple(row) for row in family} == {
        ("101", "ofac-sdn", "unknown"), ("777", "ofac-sdn", "unknown"),
    }  # fmt: skip


def test_the_list_of_the_united_nations_is_taken_in(unit) -> None:
    done = take_in(unit, "un-xml", lists.file(lists.UN))
    assert (done.entries, done.names, done.published) == (3, 7, date(2026, 2, 1))
    one = _entry(unit, "5001")
    assert (one.name, one.countries, one.places) == ("TARIQ HAMDAN AL-BAHRI", ["IQ"], ["IQ", "SY"])
    assert [span.lower.year for span in one.born] == [1970, 1971]
    qualities = unit.all(
        "select name, quality from screening_names where entry_id = %(e)s order by n",
        e=one.entry_id,
    )
    assert [row.quality for row in qualities] == ["primary", "strong", "strong", "weak"]
    spans = _entry(unit, "5002").born
    assert [(span.lower.year, span.upper.year) for span in spans] == [(1960, 1965), (1969, 1972)]
    bank = _entry(unit, "6001")
    assert (bank.kind, bank.countries) == ("organisation", ["KP"])


def test_a_list_of_exposed_people_is_taken_in(unit) -> None:
    done = take_in(unit, "pep-csv", lists.file(lists.PEP))
    assert (done.entries, done.names) == (2, 4)
    assert _entry(unit, "x1").countries == ["GH", "KE"] and _entry(unit, "x2").countries == ["UG"]


def test_the_same_file_twice_is_nothing_new(unit) -> None:
    first = take_in(unit, "ofac-sdn", lists.sdn())
    again = take_in(unit, "ofac-sdn", lists.sdn())
    assert again.again and (again.version, again.entries) == (first.version, first.entries)
    assert unit.value("select count(*) from screening_versions") == 1
    assert unit.value("select count(*) from screening_states") == 2


def test_a_new_version_ends_and_begins_what_differs_and_leaves_the_rest(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    kept = {key: _entry(unit, key).entry_id for key in ("103", "104")}
    changed = lists.SDN[0].replace("1959", "1957")
    new = '105,"PELLEGRINO, Ruhollah","individual","SDGT"' + ',"-0- "' * 8
    done = take_in(unit, "ofac-sdn", lists.sdn([changed, *lists.SDN[2:], new]))
    assert (done.version, done.added, done.changed, done.removed) == (2, 1, 1, 1)
    assert [key for key, _ in _now(unit, "ofac-sdn")] == ["101", "103", "104", "105"]
    assert {key: _entry(unit, key).entry_id for key in kept} == kept
    ended = unit.all("select key, first_version from screening_entries where last_version = 2")
    assert {tuple(row) for row in ended} == {("101", 1), ("102", 1)}
    assert (
        unit.value(
            "select count(*) from screening_names n join screening_entries e using (entry_id)"
            " where (e.last_version is null) <> (n.form is not null)"
        )
        == 0
    )
    state = unit.value("select lists from screening_states order by state_id desc limit 1")
    assert state == {"ofac-sdn": 2}
    back = take_in(unit, "ofac-sdn", lists.sdn())
    assert (back.version, back.added, back.changed, back.removed) == (3, 1, 1, 1)


ONE = (
    "<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL>{}</INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>"
)
HOSTILE = (
    '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><CONSOLIDATED_LIST>&b;</CONSOLIDATED_LIST>',
    '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + ONE.format("<DATAID>&f;</DATAID>"),
    "<SOMETHING_ELSE/>",
    lists.UN[: len(lists.UN) // 2],
    "<CONSOLIDATED_LIST>" + "<X>" * 300,
    ONE.format("<DATAID>1</DATAID>"),
    "not xml at all",
    "",
)


@pytest.mark.parametrize("content", HOSTILE)
def test_xml_that_is_hostile_or_broken_is_refused(unit, content: str) -> None:
    with pytest.raises(ListBroken), unit.savepoint():
        take_in(unit, "un-xml", lists.file(content))
    assert unit.value("select count(*) from screening_versions") == 0


@pytest.mark.parametrize(
    ("list_id", "lines"),
    [
        ("ofac-sdn", [lists.SDN[0], lists.SDN[1][:-30]]),
        ("ofac-sdn", [lists.SDN[0], "x,y,z"]),
        ("ofac-sdn", [lists.SDN[0], lists.SDN[1].replace("102,", "abc,")]),
        ("ofac-sdn", [lists.SDN[0], lists.SDN[0].replace("1959", "1957")]),
        ("ofac-sdn", [lists.SDN[0].replace("individual", "submarine")]),
        ("ofac-sdn", []),
        ("ofac-alt", ["101,9001,aka,,-0-"]),
        ("pep-csv", ["id,name", "1,2"]),
        ("pep-csv", [lists.PEP[0], "x1,Somebody,,19-11-30,KE,"]),
        ("pep-csv", [lists.PEP[0], "x1,Somebody"]),
    ],
)
def test_a_broken_file_changes_nothing(unit, list_id: str, lines: list[str]) -> None:
    with pytest.raises(ListBroken), unit.savepoint():
        take_in(unit, list_id, lists.file(lines))
    counts = [
        unit.value(f"select count(*) from screening_{table}")
        for table in ("versions", "entries", "names")
    ]
    assert counts == [0, 0, 0]


def test_bytes_that_are_no_text_are_refused(unit) -> None:
    broken = lists.sdn()
    broken.write(b'\xff\xfe101,"')
    broken.seek(0)
    with pytest.raises(ListBroken), unit.savepoint():
        take_in(unit, "ofac-sdn", broken)


def test_a_file_with_few_of_the_entries_is_taken_for_a_piece(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    with pytest.raises(ListShrunk), unit.savepoint():
        take_in(unit, "ofac-sdn", lists.sdn(lists.SDN[:1]))
    assert len(_now(unit, "ofac-sdn")) == 4
    done = take_in(unit, "ofac-sdn", lists.sdn(lists.SDN[:1]), shrunk=True)
    assert done.removed == 3


def test_what_was_published_cannot_be_rewritten(unit) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    assert not unit.value(
        "select has_column_privilege('screening_entries', 'name', 'UPDATE')"
        " or has_table_privilege('screening_entries', 'DELETE')"
    )
