"""Names and birth dates: the same person's however they are written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kyc.persons import age, compare_names, is_plausible_birth, is_plausible_name, words

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("declared", "read", "alike"),
    [
        ("Amina Otieno", "OTIENO, Amina", "same"),
        ("Ng\u2019ang\u2019a Wanjiru", "WANJIRU NGANGA", "same"),
        ("A\u00efssatou B\u00e2", "AISSATOU BA", "same"),
        ("Mr. Brian Kamau", "Kamau Brian", "same"),
        ("Amina Otieno", "Amina Akinyi Otieno", "close"),
        ("Amina A. Otieno", "Amina Akinyi Otieno", "close"),
        ("Mohamed Juma", "Mohammed Juma", "close"),
        ("Amina Otieno", "Amina Odhiambo", "differs"),
        ("Amina", "Amina Otieno", "differs"),
        ("Amina Amina", "Amina Otieno", "differs"),
        ("", "", "differs"),
    ],
)
def test_names_are_compared_by_their_words(declared, read, alike):
    assert compare_names(declared, read) == alike
    assert compare_names(read, declared) == alike


@given(st.lists(st.sampled_from(["Amina", "Otieno", "Wanjiru", "N\u2019Diaye"]), min_size=2))
def test_a_name_is_its_own_in_any_order(parts):
    assert compare_names(" ".join(parts), " ".join(reversed(parts)).upper()) == "same"


@pytest.mark.parametrize(
    ("name", "plausible"),
    [
        ("Amina Otieno", True), ("A. Otieno", True), ("Amina", False), ("A B", False),
        ("Aaaaa Bbbbb", False), ("Amina 007", False), ("!!! ???", False), ("Mr Otieno", False),
    ],
)  # fmt: skip
def test_a_name_nobody_has_is_found_out(name, plausible):
    assert is_plausible_name(name) == plausible


@pytest.mark.parametrize(
    ("born", "plausible"),
    [
        (date(2008, 3, 4), True), (date(2008, 3, 5), False), (date(1915, 3, 5), True),
        (date(1915, 3, 4), False), (date(2030, 1, 1), False),
    ],
)  # fmt: skip
def test_somebody_is_of_age_and_alive(born, plausible):
    assert is_plausible_birth(born, TODAY) == plausible


def test_a_leap_day_is_a_year_older_on_the_first_of_march():
    assert age(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age(date(2008, 2, 29), date(2026, 3, 1)) == 18
    assert words("  Hajj   Omar  ") == ["omar"]
