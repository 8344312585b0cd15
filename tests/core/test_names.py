import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.names import masked_name


@pytest.mark.parametrize(
    ("names", "masked"),
    [
        (("Brian", "Kamau"), "B***n K***u"),
        (("Jo", "Li"), "J*** L***"),
        (("Étienne", "Ndoyé"), "E***e N***e"),
        (("Nkt'o", "wa Thiong'o"), "N***o W*** T***o"),
        (("محمد",), "***"),
        (("",), ""),
    ],
)
def test_names_are_masked(names, masked):
    assert masked_name(*names) == masked


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_leaks_or_leaves_gsm7(first, last):
    masked = masked_name(first, last)
    assert masked.isascii()
    for word in masked.split():
        assert 3 <= len(word) <= 5
        assert "***" in word
