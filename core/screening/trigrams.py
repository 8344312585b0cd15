"""Names by their groups of three letters, in memory: what ``pg_trgm`` is in the database.

It finds the same names by the same rule, for work on all customers at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

NEAR = 0.3
"""Of all groups of two names, the part they share from which they may be one: as the database."""
_SLACK = 1e-6


def groups(form: str) -> frozenset[str]:
    """Return the groups of a form: each word has two blanks before it and one behind."""
    return frozenset(
        padded[place : place + 3]
        for word in form.split()
        for padded in (f"  {word} ",)
        for place in range(len(padded) - 2)
    )


class Index:
    """Names by their places in what it was made of."""

    def __init__(self, forms: Iterable[str]) -> None:
        """Index forms; the place of a form is what `near` answers with."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        sizes: list[int] = []
        for place, form in enumerate(forms):
            found = groups(form)
            sizes.append(len(found))
            for group in found:
                places[group].append(place)
        self._places = {group: np.array(held, np.intp) for group, held in places.items()}
        self._sizes = np.array(sizes, np.float64)

    def near(self, form: str, *, most: int) -> Sequence[tuple[float, int]]:
        """Return the names that share enough with a form, the likest first, and how much."""
        asked = groups(form)
        held = [self._places[group] for group in asked if group in self._places]
        if not held:
            return []
        shared = np.bincount(np.concatenate(held), minlength=len(self._sizes))
        alike = shared / (len(asked) + self._sizes - shared)
        found = np.flatnonzero(alike >= NEAR - _SLACK)
        best = found[np.lexsort((found, -alike[found]))][:most]
        return [(float(alike[place]), int(place)) for place in best]
