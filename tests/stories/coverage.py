"""How much of the flows the stories walk, and what none of them does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flows.catalog import STORIES
from flows.check.paths import ways
from flows.story import START
from flows.words import CHANNELS, LANGUAGES
from tests.stories.heard import SENTENCES, Way

UNWALKED: Mapping[str, str] = {
    "join: again -consent_needed-> refused": "nobody comes so far who did not agree",
    "join: again -number_needed-> refused": "whoever shows no number is told before any question",
    "join: again -too_young-> refused": "told with the birth date, and nobody grows younger",
    "join: again -weak_pin-> pin": "the year of birth is refused when it is entered first",
    "join: again -no_rate-> refused": "no amount is valued when an account is opened",
    "send_money: which -unknown_recipient-> looking": "a number said there corrects who it is for",
    "send_money: pin -no_rate-> cancelled": "only the home currency is sent, and limits are in it",
    "send_money: pin -id_reused-> cancelled": "a read-back makes an id of its own",
    "send_money: pin -period_closed-> cancelled": "money is sent today, and today is never closed",
    "send_money: pin -account_moved-> cancelled": "no payment names the balance it was agreed at",
    **{
        f"pay_request: {step} -unknown_request-> unpaid": "what was asked for is never forgotten"
        for step in ("review", "sure", "pin")
    },
    "my_waiting: sure -unknown_waiting-> kept": "what waited is never forgotten",
    "my_requests: sure -unknown_request-> kept": "what was asked for is never forgotten",
    **{
        f"pay_request: pin -{refused}-> unpaid": "as with sending money"
        for refused in (
            "no_rate",
            "id_reused",
            "period_closed",
            "account_moved",
            "too_little_left",
        )
    },
    **{
        f"pay_request: code -{refused}-> unpaid": "as at the PIN"
        for refused in (
            "no_rate",
            "id_reused",
            "period_closed",
            "account_moved",
            "too_little_left",
            "unknown_request",
            "insufficient_funds",
            "limit_exceeded",
            "balance_ceiling",
            "other_currency",
            "account_frozen",
        )
    },
    **{
        f"move_money: pin -{refused}-> cancelled": "as with sending money"
        for refused in ("no_rate", "id_reused", "period_closed", "account_moved")
    },
    "move_money: pin -too_little_left-> amount": "as with sending money",
    "move_money: pin -limit_exceeded-> amount": "between one's own wallets nothing is counted",
    "open_wallet: review -no_rate-> cancelled": "every currency that is offered has a rate",
    "send_money: pin -too_little_left-> amount": "no payment asks that something be left",
    "send_money: code -no_rate-> cancelled": "as at the PIN",
    "send_money: code -id_reused-> cancelled": "as at the PIN",
    "send_money: code -period_closed-> cancelled": "as at the PIN",
    "send_money: code -account_moved-> cancelled": "as at the PIN",
    "send_money: code -too_little_left-> amount": "as at the PIN",
    "devices: pin -device_in_use-> shown": "refused when it is picked; nobody moves meanwhile",
}
"""Paths for what the bank might refuse and no conversation can bring about, and why."""


def all_ways() -> frozenset[Way]:
    """Return every path of every flow that the machine can walk."""
    return frozenset(
        Way(name, way.trigger, way.source, way.dest)
        for name, flow in STORIES.items()
        for state in (START, *(step.name for step in flow.steps))
        for way in ways(flow, state)
    )


def states(found: Iterable[Way]) -> frozenset[tuple[str, str]]:
    """Return the steps that paths lead to."""
    return frozenset((way.flow, way.dest) for way in found)


@dataclass
class Coverage:
    """What was walked and said, by channel and language."""

    ways: dict[tuple[str, str], set[Way]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    def note(self, language: str, channel: str, found: Iterable[Way], said: Iterable[str]) -> None:
        """Count what one telling walked."""
        self.ways.setdefault((language, channel), set()).update(found)
        self.said.update(said)

    def walked(self, where: str = "") -> frozenset[Way]:
        """Return what was walked on a channel or in a language; anywhere by default."""
        return frozenset(
            way for at, found in self.ways.items() for way in found if not where or where in at
        )

    def table(self) -> Iterator[str]:
        """Yield the figures of every flow, and what was not walked."""
        every = all_ways()
        where = (*CHANNELS, *LANGUAGES)
        yield f"{'flow':<12} {'states':>8} {'paths':>8} " + " ".join(f"{at:>8}" for at in where)
        for name in (*STORIES, ""):
            yield self._row(name, [way for way in every if name in ("", way.flow)], where)
        yield from self._missing(every)
        for page in ("manners", "refusals"):
            sentences = {one for one in SENTENCES if one.startswith(f"{page}.")}
            unsaid = sorted(one.partition(".")[2] for one in sentences - self.said)
            yield f"{page}: {len(sentences & self.said)}/{len(sentences)} said, not: " + ", ".join(
                unsaid
            )

    def _missing(self, every: Iterable[Way]) -> Iterator[str]:
        missing = sorted(set(every) - self.walked())
        for name in STORIES:
            ways = [str(way) for way in missing if way.flow == name and str(way) not in UNWALKED]
            if ways:
                yield "not walked in " + "; ".join(ways).replace(f"; {name}:", ";")
        no_way = sum(str(way) in UNWALKED for way in missing)
        yield f"{no_way} paths that no story can walk; {__name__}.UNWALKED says why"

    def _row(self, name: str, every: list[Way], where: tuple[str, ...]) -> str:
        walked = self.walked() & set(every)
        each = (len(self.walked(at) & set(every)) for at in where)
        return (
            f"{name or 'all':<12} {_of(len(states(walked)), len(states(every)))}"
            f" {_of(len(walked), len(every))} " + " ".join(f"{count:>8}" for count in each)
        )


def _of(some: int, every: int) -> str:
    return f"{f'{some}/{every}':>8}"
