"""Who plays in stories: every telling has numbers of its own, as good as those they stand for."""

import pytest

from core.phone import country_of, mask
from tests.stories.cast import CASTS, own

TELLINGS = 3000
"""More than one process ever tells."""
NUMBERS = sorted(
    {person.phone for cast in CASTS.values() for person in cast.people.values()}
    | {at for cast in CASTS.values() for at in cast.addresses.values() if at.startswith("+")}
)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_of_a_telling_is_one_of_the_same_country(number: str) -> None:
    told = {own(number, telling) for telling in range(TELLINGS)}
    assert len(told) == TELLINGS
    assert {mask(one) for one in told} == {mask(number)}
    assert {country_of(one, "nowhere") for one in told} == {country_of(number, "elsewhere")}
