"""Recorded conversations, walked again on other versions of their stories; nothing of it is kept.

Each is walked twice, on the old and on the new version, from where nothing was being told, in a
transaction that is rolled back: no row stays, no message leaves, nobody outside is asked. Both
walks meet the bank as it is now, so what the bank answers differs from what was recorded (a
balance, a limit) but not between the two. A secret is not needed: the log hides it, and it counts
as right or wrong as it was recorded. What was answered from outside is taken to be of the kind
recorded.

Where the old version is not kept, or is the one that is told, its walk is the record: the steps,
and the words with their figures left out. A difference may then also come of the bank, which has
changed since.

A walk locks the customer's conversation for some milliseconds, as a turn of theirs would.
"""

from dataclasses import dataclass, replace

from bot.house import House
from bot.rehearsal import Stood, named_now, plain, walk
from core.crm.recorded import Run
from flows.catalog import CATALOG
from flows.story import START, Flow
from flows.versions import Catalog

NOT_WALKED = frozenset({"crossed", "held", "broken", "stop", "start", "timed_out"})
"""Outcomes of turns that moved no story, or that nobody spoke in."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two walks part; they are not compared any further."""

    at: str
    """The story and step that was spoken to."""
    was: str
    now: str


def compare(house: House, run: Run, target: Catalog = CATALOG) -> Difference | None:
    """Return where a run first goes another way, or says something else, in these stories."""
    run = replace(run, turns=[heard for heard in run.turns if heard.outcome not in NOT_WALKED])
    old = _as_it_was(run, target)
    was = _recorded(run) if old is None else walk(house, run, old)
    now = walk(house, run, target)
    for heard, before, after in zip(run.turns, was, now, strict=False):
        at = f"{heard.flow or 'none'}.{heard.before or START}"
        expected = named_now(target, heard, before)
        if (expected.flow, expected.step) != (after.flow, after.step):
            return Difference(
                at, f"{expected.flow}.{expected.step}", f"{after.flow}.{after.step}: {after.words}"
            )
        if before.words is not None and before.words != after.words:
            return Difference(at, before.words, str(after.words))
    return None


def at_version(name: str, version: int) -> Catalog | None:
    """Return the stories with one of them in another version; None when that is not kept."""
    story = CATALOG.told(name, version)
    return None if story is None else replace(CATALOG, stories={**CATALOG.stories, name: story})


def _as_it_was(run: Run, target: Catalog) -> Catalog | None:
    """Return the stories this run was told in, where they are kept and are not the target's."""
    told = {heard.flow: heard.version for heard in run.turns if heard.flow and heard.before}
    past: dict[str, type[Flow]] = {}
    for name, version in told.items():
        story = CATALOG.told(name, version)
        if story is None:
            return None
        if story is not target.stories.get(name):
            past[name] = story
    return replace(target, stories={**target.stories, **past}) if past else None


def _recorded(run: Run) -> list[Stood]:
    return [
        Stood(heard.next_flow or "none", heard.after or "none", plain(heard.reply))
        for heard in run.turns
    ]
