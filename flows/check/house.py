"""What holds between the stories: who turns into whom, and whose words are whose."""

from collections.abc import Iterator, Mapping
from itertools import product

from flows import manners
from flows.check.finding import Fault, Finding, Line
from flows.check.paths import Way, ways
from flows.check.telling import Teller
from flows.hearing import phrases
from flows.story import START, Become, Call, Flow
from flows.words import LANGUAGES, Words

Stories = Mapping[str, type[Flow]]
Place = tuple[str, str]
SHARED = ("known", "trusted")  # what is one and the same for all stories within a turn


def circles(stories: Stories, teller: Teller) -> Iterator[Finding]:
    """Find circles of stories and questions to the outside that never wait for the customer."""
    told: set[frozenset[Place]] = set()
    for values in product((True, False), repeat=len(SHARED)):
        facts = dict(zip(SHARED, values, strict=True))
        for name in stories:
            circle = _round(stories, facts, (name, START))
            if circle and frozenset(circle) not in told:
                told.add(frozenset(circle))
                yield _circle(stories, circle, teller)


def clashes(stories: Stories) -> Iterator[Finding]:
    """Find keywords that two stories claim, or that mean something else everywhere."""
    claimed: dict[str, str] = {}
    for flow in stories:
        for language in LANGUAGES:
            for way in phrases(_keywords(flow, language)):
                first = claimed.setdefault(way, flow)
                taken = manners.heard(way)
                if first != flow:
                    why = f"the keyword {way!r} is claimed by {first} and by {flow}."
                    yield _clash(flow, language, why)
                elif taken is not None and taken != flow:
                    yield _clash(
                        flow, language, f"the keyword {way!r} is heard as {taken!r} first."
                    )


def _round(stories: Stories, facts: dict[str, bool], begin: Place) -> list[Place]:
    """Return the first circle that can be walked from a place without the customer, or nothing."""
    waiting: list[list[Place]] = [[begin]]
    while waiting:
        path = waiting.pop()
        for place in _on_its_own(stories, facts, path[-1]):
            if place in path:
                return path[path.index(place) :]
            waiting.append([*path, place])
    return []


def _on_its_own(stories: Stories, facts: dict[str, bool], place: Place) -> Iterator[Place]:
    """Yield where a conversation goes from here without a word of the customer."""
    flow, state = stories[place[0]], place[1]
    if state == START and not (facts["known"] or flow.for_strangers):
        yield from [("menu", START)] if flow.name != "menu" and "menu" in stories else []
        return
    step = flow.step_at(state)
    if isinstance(step, Become):
        yield from [(step.name, START)] if step.name in stories else []
    elif state == START or isinstance(step, Call):
        yield from ((flow.name, way.dest) for way in ways(flow, state) if _fits(way, facts))


def _fits(way: Way, facts: dict[str, bool]) -> bool:
    return all(facts.get(name, wanted) is wanted for name, wanted in way.conditions)


def _circle(stories: Stories, circle: list[Place], teller: Teller) -> Finding:
    lines: list[Line] = [Line("You", teller.opening(stories[circle[0][0]]))]
    lines += [teller.bank(stories[flow], state) for flow, state in circle if state != START]
    around = " - ".join(f"{flow}.{state}" for flow, state in [*circle, circle[0]])
    return Finding(
        code=Fault.ENDLESS_LOOP,
        flow=circle[0][0],
        state="" if circle[0][1] == START else circle[0][1],
        why=f"it goes round without ever waiting for the customer: {around}.",
        told=(*lines, teller.note("and round again, before anybody can speak")),
    )


def _keywords(flow: str, language: str) -> str:
    try:
        return Words(language, "sms").find(flow, "keywords") or ""
    except LookupError:  # the page itself is missing, which is told elsewhere
        return ""


def _clash(flow: str, language: str, why: str) -> Finding:
    return Finding(code=Fault.KEYWORD_CLASH, flow=flow, language=language, why=why)
