"""What speaks for or against two names being one person, beside the names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.screening.party import Kind, Listed, Party, Span

Finding = Literal[
    "born_same_day", "born_same_year", "born_close", "born_swapped", "born_apart",
    "country_same", "country_related", "country_other",
    "kind_other",
]  # fmt: skip
WEIGHT: dict[Finding, float] = {
    "born_same_day": 0.10,
    "born_swapped": 0.06,
    "born_same_year": 0.05,
    "born_close": 0.0,
    "born_apart": -0.15,
    "country_same": 0.04,
    "country_related": 0.02,
    "country_other": -0.04,
    "kind_other": -0.08,
}
"""What each finding adds to the score of the names."""
CLOSE_YEARS = 2
A_YEAR = 366
"""Days that a span of one calendar year has at most."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding; ``ours`` and ``theirs`` are what was compared, as people read it."""

    finding: Finding
    ours: str
    theirs: str

    @property
    def weight(self) -> float:
        """What it adds to the score."""
        return WEIGHT[self.finding]


def gather(party: Party, listed: Listed) -> tuple[Evidence, ...]:
    """Return everything that speaks for or against; what nobody tells speaks for neither."""
    born = _born(party.span, listed.born)
    country = _country(party.country, listed)
    kind = _kind(party.kind, listed)
    return tuple(one for one in (born, country, kind) if one is not None)


def _born(ours: Span | None, spans: Sequence[Span]) -> Evidence | None:
    if ours is None or not spans:
        return None
    judged = [(_compared(ours, span), span) for span in spans]
    finding, span = max(judged, key=lambda one: WEIGHT[one[0]])
    return Evidence(finding, told(ours), told(span))


def _compared(ours: Span, theirs: Span) -> Finding:
    (born, until), (first, last) = ours, theirs
    if born == until and first == last:
        if born == first:
            return "born_same_day"
        if (born.year, born.month, born.day) == (first.year, first.day, first.month):
            return "born_swapped"
    if first.year <= born.year <= last.year:
        return "born_same_year" if (last - first).days < A_YEAR else "born_close"
    apart = first.year - born.year if born < first else born.year - last.year
    return "born_close" if apart <= CLOSE_YEARS else "born_apart"


def told(span: Span) -> str:
    """Return a span as people read it: a day, a year, or years."""
    first, last = span
    if first == last:
        return first.isoformat()
    years = str(first.year), str(last.year)
    return years[0] if years[0] == years[1] else "-".join(years)


def _country(country: str | None, listed: Listed) -> Evidence | None:
    known = listed.countries or listed.places
    if country is None or not known:
        return None
    theirs = " ".join(sorted(known))
    if country in listed.countries:
        return Evidence("country_same", country, theirs)
    if country in listed.places:
        return Evidence("country_related", country, " ".join(sorted(listed.places)))
    return Evidence("country_other", country, theirs)


def _kind(kind: Kind, listed: Listed) -> Evidence | None:
    if "unknown" in {kind, listed.kind} or kind == listed.kind:
        return None
    return Evidence("kind_other", kind, listed.kind)
