"""What people type when they join: names, numbers of documents, dates."""

from datetime import date

import pytest

from flows.catalog import STORIES
from flows.dates import NotADate, read_coming_date, read_date
from flows.join import NotAName, NotAnIdNumber, read_name


@pytest.mark.parametrize(
    "text",
    ["14/03/1990", "14-3-1990", "14.03.1990", "14 03 1990", "14031990", "1990-03-14",
     "14 March 1990", "14 mar 1990", "14th March, 1990", " 14 Machi 1990 ", "14 mars 1990"],
)  # fmt: skip
def test_a_date_is_read_as_people_write_it(text: str) -> None:
    assert read_date(text) == date(1990, 3, 14)


@pytest.mark.parametrize(
    ("text", "month"),
    [("1 août 2000", 8), ("1er février 2000", 2), ("1 juin 2000", 6), ("1 juillet 2000", 7),
     ("1 Agosti 2000", 8), ("1 Desemba 2000", 12), ("1 sept 2000", 9), ("1 déc. 2000", 12)],
)  # fmt: skip
def test_months_have_names_in_three_languages(text: str, month: int) -> None:
    assert read_date(text) == date(2000, month, 1)


@pytest.mark.parametrize(
    "text", ["", "31/02/1990", "1/13/1990", "14 mars", "jui 2000", "1 jui 2000", "yesterday",
             "1/1/90", "1/1/1899", "99999999"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        read_date(text)


@pytest.mark.parametrize(
    "text", ["15 december", "15 desemba", "15 décembre", "15th Dec", "15/12", "15.12", "15 12"]
)
def test_a_day_to_come_needs_no_year(text: str) -> None:
    for since, year in ((date(2026, 11, 21), 2026), (date(2026, 12, 15), 2026)):
        assert read_coming_date(text, since=since) == date(year, 12, 15)
    assert read_coming_date(text, since=date(2026, 12, 16)) == date(2027, 12, 15)
    assert read_coming_date(f"{text} 2020".replace("15/12 ", "15/12/"), since=date(2026, 1, 1)) == (
        date(2020, 12, 15)
    )


def test_a_day_to_come_may_be_years_away_and_must_be_one() -> None:
    assert read_coming_date("29/2", since=date(2026, 3, 1)) == date(2028, 2, 29)
    for text in ("31/2", "1/13", "15 monday", "soon", "12", "0/0"):
        with pytest.raises(NotADate):
            read_coming_date(text, since=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("text", "name"),
    [("amina", "Amina"), ("WANJIKU", "Wanjiku"), ("Ng'ang'a", "Ng'ang'a"), ("Aïssatou", "Aïssatou"),
     ("mary  jane", "Mary Jane"), ("McDonald", "McDonald"),
     ("N\u2019Diaye", "N\u2019Diaye"), ("anne-marie", "Anne-Marie")],
)  # fmt: skip
def test_a_name_is_kept_as_it_is_written(text: str, name: str) -> None:
    assert read_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "A", "4321", "Amina1", "a" * 41, "<b>", "x@y", "-Amina", "Amina\n<"]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(NotAName):
        read_name(text)


def note_id(text: str) -> str:
    story = STORIES["join"](bank=None)  # type: ignore[arg-type]
    story.note_id_number(text)  # type: ignore[attr-defined]
    return story.slots["id_number"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("12345678", "12345678"), ("a 123-4567", "A1234567"), ("1 234 1990 00567", "1234199000567"),
     ("123456/78/1", "123456781")],
)  # fmt: skip
def test_the_number_of_a_document_is_kept_bare(text: str, kept: str) -> None:
    assert note_id(text) == kept


@pytest.mark.parametrize("text", ["", "1234", "passport", "29/02/1991", "1" * 21, "12345\u00e9"])
def test_what_is_no_such_number_is_refused(text: str) -> None:
    with pytest.raises(NotAnIdNumber):
        note_id(text)
