"""What a stranger is greeted in, and what is remembered of those who have been heard."""

import pytest

from bot.likely import Likely, first_language


@pytest.mark.parametrize(
    ("address", "language"),
    [
        ("+254712000001", "en"),
        ("+255712000003", "sw"),
        ("+221770000004", "fr"),
        ("SN.13491208655302741918", "fr"),
        ("TZ.13491208655302741918", "sw"),
        ("KE.13491208655302741918", "en"),
    ],
)
def test_a_stranger_is_greeted_in_what_is_spoken_where_they_are(address, language):
    assert first_language(address) == language


def test_who_was_heard_is_answered_in_their_language_until_too_many_came_after():
    likely = Likely(most=2)
    likely.note("+254712000001", "fr")
    likely.note("+254712000002", "sw")
    assert likely.language("+254712000001") == "fr"
    likely.note("+254712000003", "sw")
    assert likely.language("+254712000001") == "en"
