import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.transfers.notes import LONGEST_NOTE, clean


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Rent for March", "Rent for March"),
        ("  two\n lines\t here ", "two lines here"),
        ("*URGENT* _pay_ ~now~ `code`", "URGENT pay now code"),
        ('"quoted" \u201cso\u201d', "'quoted' 'so'"),
        ("see https://evil.example.com/x?a=1", "see evil. example. com/x?a=1"),
        ("www.evil.co.ke now", "www. evil. co. ke now"),
        ("mailto:a@evil.com", "a at evil. com"),
        ("1.50 a kilo.", "1.50 a kilo."),
        ("\u202eright to left", "right to left"),
        ("<script>{{ x }}</script>", "script x /script"),
        ("***", ""),
        ("Asante \U0001f64f", "Asante \U0001f64f"),
    ],
)
def test_a_note_is_plain_words(written, kept):
    assert clean(written) == kept


@given(st.text(max_size=400))
def test_no_note_ends_its_quotes_or_grows(written):
    said = clean(written)
    assert len(said) <= LONGEST_NOTE
    assert not set(said) & set('"*_~`<>{}\n\r\u201c\u201d\u202e@')
    assert "://" not in said
    assert clean(said) == said
