"""Proves the stories before they run: walks all their conversations, and says what may go wrong.

Proved of each: every step can be reached, and is left by whatever may happen on it; no circle holds
the customer, and menu, back and cancel are always heard; money moves only after a read-back and
then the PIN, on every path, through back, corrections and refusals too; secrets are asked for only
where they are proved, and are neither kept nor shown; every step is worded in every language on
every channel and fits it; whatever an option shows picks it; and every refusal that can be met is
worded and leads somewhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from flows.catalog import STORIES
from flows.check import house, money, options, refusing, secrets, shape, wording
from flows.check.finding import Fault, Finding, Line
from flows.check.raising import refusals
from flows.check.talks import Talks, walk
from flows.check.telling import Dress, Shown, Teller, undressed
from flows.story import Flow
from flows.words import LANGUAGES, Words

__all__ = [
    "Dress",
    "Fault",
    "Finding",
    "Line",
    "Shown",
    "Verdict",
    "findings",
    "of",
    "prove",
    "refusals",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, and how much was walked to find it."""

    findings: tuple[Finding, ...]
    stories: int
    steps: int
    stands: int
    """Places where a conversation may stand: a step, and all that matters of how it came there."""
    turns: int
    screens: int


def findings(
    stories: Mapping[str, type[Flow]] = STORIES, *, dress: Dress = undressed
) -> list[Finding]:
    """Return everything that is wrong with the stories; empty when all is well."""
    return list(prove(stories, dress=dress).findings)


def prove(stories: Mapping[str, type[Flow]] = STORIES, *, dress: Dress = undressed) -> Verdict:
    """Walk every conversation of every story and say what was found.

    ``dress`` shows a reply as its channel does; without it nothing is too long.
    """
    teller = Teller(dress, Words(LANGUAGES[0], "ussd"))
    found = [*house.clashes(stories)]
    walked: list[Talks] = []
    for flow in stories.values():
        broken = [*shape.broken(flow, stories)]
        if not broken:  # a walk over broken paths would only say the same again
            walked.append(walk(flow, alters=partial(money.alters, flow)))
            broken = [*_of_one(walked[-1], stories, teller)]
        found += broken
    if len(walked) == len(stories):
        found += house.circles(stories, teller)
    told = {(each.why, each.language) for each in found}
    found += refusing.unworded_anywhere(told)
    return Verdict(
        findings=tuple(dict.fromkeys(found)),
        stories=len(stories),
        steps=sum(len(flow.steps) for flow in stories.values()),
        stands=sum(len(talks.came_by) for talks in walked),
        turns=sum(len(talks.turns) for talks in walked),
        screens=sum(wording.screens(flow) for flow in stories.values()),
    )


def of(
    flow: type[Flow], stories: Mapping[str, type[Flow]], *, dress: Dress = undressed
) -> list[Finding]:
    """Return everything that is wrong with one story among others, as far as it is its own."""
    teller = Teller(dress, Words(LANGUAGES[0], "ussd"))
    broken = [*shape.broken(flow, stories)]
    return broken or [*_of_one(walk(flow, alters=partial(money.alters, flow)), stories, teller)]


def _of_one(talks: Talks, stories: Mapping[str, type[Flow]], teller: Teller) -> Iterator[Finding]:
    if not talks.whole:
        why = "it has too many conversations to be walked, so nothing of it is proved."
        yield Finding(code=Fault.TOO_MANY, flow=talks.flow.name, why=why)
        return
    yield from shape.unreachable(talks, teller)
    yield from shape.dead_ends(talks, stories, teller)
    yield from shape.endless(talks, teller)
    yield from money.careless(talks, teller)
    yield from money.undeclared(talks.flow)
    yield from secrets.asked(talks, teller)
    yield from secrets.kept(talks, teller)
    yield from secrets.shown(talks, teller)
    yield from refusing.unmet(talks.flow)
    yield from refusing.unmended(talks, teller)
    yield from refusing.unworded(talks, teller)
    yield from options.clashing(talks, teller)
    yield from options.locked_in(talks, teller)
    yield from wording.wordless(talks, teller)
