"""What is sealed opens in its own place, whole and untouched, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.store.keyring import BrokenSeal, Keyring, UnknownKey, number_of
from tests.support.keys import AUDIT, KEYS

FIELD = "customers.first_name"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(text=st.text(), row=st.uuids())
def test_what_was_sealed_opens(text: str, row: object) -> None:
    sealed = KEYS.seal(text, field=FIELD, row=row)
    assert KEYS.open(sealed, field=FIELD, row=row) == text
    assert len(text) < 8 or text.encode() not in sealed


@given(value=JSON)
def test_json_comes_back_as_it_went(value: object) -> None:
    sealed = KEYS.seal_json(value, field=FIELD, row=1)
    assert KEYS.open_json(sealed, field=FIELD, row=1) == value


def test_the_same_is_never_sealed_alike() -> None:
    assert len({KEYS.seal("Amina", field=FIELD, row=1) for _ in range(100)}) == 100


@given(text=st.text(max_size=50), data=st.data())
def test_one_changed_byte_breaks_the_seal(text: str, data: st.DataObject) -> None:
    sealed = bytearray(KEYS.seal(text, field=FIELD, row=1))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((BrokenSeal, UnknownKey)):
        KEYS.open(bytes(sealed), field=FIELD, row=1)


@given(text=st.text(max_size=50), cut=st.integers(1, 40))
def test_a_cut_value_breaks_the_seal(text: str, cut: int) -> None:
    sealed = KEYS.seal(text, field=FIELD, row=1)
    with pytest.raises((BrokenSeal, UnknownKey)):
        KEYS.open(sealed[:-cut], field=FIELD, row=1)


@pytest.mark.parametrize(
    ("field", "row"), [("customers.last_name", 1), (FIELD, 2), ("customers.first", "_name:1")]
)
def test_nothing_opens_in_another_place(field: str, row: object) -> None:
    with pytest.raises(BrokenSeal):
        KEYS.open(KEYS.seal("Amina", field=FIELD, row=1), field=field, row=row)


def test_a_newer_key_seals_and_older_ones_still_open() -> None:
    keys = Keyring({1: b"a" * 32}, newest=1, index_key=b"i" * 32, audit=AUDIT)
    old = keys.seal("Amina", field=FIELD, row=1)
    token = keys.token("amina", kind="name")
    keys.replace({1: b"a" * 32, 2: b"b" * 32}, newest=2)
    new = keys.seal("Amina", field=FIELD, row=1)
    assert (number_of(old), number_of(new), len(new)) == (1, 2, len(old))
    assert {keys.open(one, field=FIELD, row=1) for one in (old, new)} == {"Amina"}
    assert keys.token("amina", kind="name") == token, "tokens outlive every data key"
    keys.replace({2: b"b" * 32}, newest=2)
    with pytest.raises(UnknownKey):
        keys.open(old, field=FIELD, row=1)


@given(one=st.text(), other=st.text())
def test_tokens_tell_values_and_kinds_apart_and_nothing_else(one: str, other: str) -> None:
    token = KEYS.token(one, kind="name")
    assert len(token) == 24 and token.isalnum() and token == token.lower()
    assert (token == KEYS.token(other, kind="name")) == (one == other)
    assert token != KEYS.token(one, kind="email")
