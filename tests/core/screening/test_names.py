"""Names are brought into one form, and compared fairly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.screening import names
from core.screening.compare import compare
from core.screening.names import read, sound
from core.screening.trigrams import groups

NAMES = st.text(max_size=40)
WORDS = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), min_size=1, max_size=5
)


@pytest.mark.parametrize(
    ("told", "form"),
    [
        ("KASIMU ZUBERI, Mwambao", "kasimu mwambao zuberi"),
        ("Dr. Łukasz O\u2019Brien-Ştefan", "lukasz obrien stefan"),
        ("Владимир Щербаков", "shcherbakov vladimir"),
        ("习近平", "jin ping xi"),
        ("김정은", "eun gim jeong"),
        ("عبد الله", "abdallah"),
        ("Dr", "dr"),
        ("—", ""),
    ],
)
def test_the_form_of_a_name(told: str, form: str) -> None:
    assert read(told).form == form


def test_what_law_makes_a_firm_write_is_left_out() -> None:
    for told in ("Volnaya Zarya Ltd.", "JSC Volnaya Zarya", "Volnaya Zarya Joint Stock Company"):
        assert read(told, organisation=True).form == "volnaya zarya"


def test_one_name_in_several_letters_sounds_alike() -> None:
    told = {sound(word) for word in ("mohamed", "muhammad", "mohammed", "mhmd")}
    assert told == {"mhmd"}
    assert read("محمد").sound == read("Muhammad").sound


@given(NAMES)
def test_reading_a_form_again_changes_nothing(told: str) -> None:
    form = read(told).form
    assert read(form).form == form
    firm = read(told, organisation=True).form
    assert read(firm, organisation=True).form == firm
    assert names.latin(names.latin(told)) == names.latin(told)


@given(NAMES)
def test_a_name_is_itself(told: str) -> None:
    name = read(told)
    assert compare(name, name).score == (1.0 if name.words else 0.0)


@given(WORDS, WORDS)
def test_it_does_not_matter_which_name_comes_first(one: list[str], other: list[str]) -> None:
    left, right = read(" ".join(one)), read(" ".join(other))
    there, back = compare(left, right), compare(right, left)
    assert there.score == pytest.approx(back.score)
    assert 0 <= there.score <= 1
    assert sorted(pair.score for pair in there.pairs) == sorted(pair.score for pair in back.pairs)


@given(WORDS, st.randoms(use_true_random=False))
def test_the_order_of_words_does_not_matter(words: list[str], chance) -> None:
    mixed = chance.sample(words, len(words))
    assert compare(read(" ".join(words)), read(" ".join(mixed))).score == 1.0


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("Mohamed Hussein", "Muhammad Husayn", 0.93),
        ("Abdul Rahman Yusuf", "Abdulrahman Yusuf", 0.93),
        ("J. Kamau Njoroge", "John Kamau Njoroge", 0.9),
        ("Kamau Njoroge", "John Kamau Njoroge", 0.85),
        ("Kamua Njoroge", "Kamau Njoroge", 0.9),
    ],
)
def test_names_that_are_one(one: str, other: str, least: float) -> None:
    assert compare(read(one), read(other)).score >= least


@pytest.mark.parametrize(
    ("one", "other"),
    [("Amina Otieno", "Akinyi Odhiambo"), ("Li Ming", "Wang Jing"), ("Juma Ali", "Peter Kamau")],
)
def test_names_that_are_two(one: str, other: str) -> None:
    assert compare(read(one), read(other)).score < 0.7


def test_groups_are_those_of_the_database(unit) -> None:
    for form in ("ab", "kasimu zuberi", "a b c", "jing ping xi"):
        theirs: list[str] = unit.value("select show_trgm(%(form)s)", form=form)
        assert groups(form) == set(theirs)
