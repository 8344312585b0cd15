"""Walks every story on paper and says, in sentences, what is wrong with it.

Proved for each: every step can be reached and left, every step and option has words in every
language on every channel (with the widest facts, and within the channel's size where the caller
can measure it), and money moves only after it was read back and the PIN was given.
"""

from collections.abc import Callable, Iterator, Mapping

from jinja2 import UndefinedError

from channels.message import Option, Reply
from core.errors import Refusal
from flows import choices, manners
from flows.catalog import STORIES
from flows.hearing import phrases
from flows.story import (
    START,
    Ask,
    Become,
    Call,
    Choose,
    Code,
    End,
    Flow,
    NewSecret,
    Path,
    Prove,
    RepeatSecret,
    Step,
    effect,
    sources,
)
from flows.words import CHANNELS, LANGUAGES, MissingWords, Words, blocks

Measure = Callable[[str, Reply], int]
"""Tells how many screens or messages a reply takes on a channel."""

# How many a step may take: by itself, behind the help for it, and where it is long by nature.
PARTS = {"ussd": (1, 2, 8), "sms": (2, 3, 6), "whatsapp": (1, 1, 2)}

# What must lead somewhere from each kind of step, whatever the customer does; options besides.
NEEDED: Mapping[type[Step], tuple[str, ...]] = {
    Ask: ("answer",),
    Prove: ("proven",),
    Code: ("proven",),
    NewSecret: ("chosen",),
    RepeatSecret: ("repeated", "pins_differ"),
    Call: ("answered", "timed_out"),
}

LONGEST_LABEL = 24  # a WhatsApp list row
LONGEST_BUTTON = 20
MOST_BUTTONS = 3
LONGEST_HINT = 72


def findings(
    stories: Mapping[str, type[Flow]] = STORIES, *, measure: Measure | None = None
) -> list[str]:
    """Return everything that is wrong with the stories, one sentence each; empty when all is well.

    ``measure`` dresses a reply and counts; without it sizes are not looked at.
    """
    found = [*_keyword_clashes(stories), *_unworded_refusals()]
    for flow in stories.values():
        broken = [*_broken_paths(flow), *_broken_steps(flow, stories)]
        found += broken
        if not broken:  # a walk over broken paths would only say the same again
            found += [*_lost_steps(flow), *_careless_money(flow)]
        found += _words(flow, measure)
    return found


def refusals() -> dict[str, type[Refusal]]:
    """Return every refusal there is, by code."""
    found: dict[str, type[Refusal]] = {}
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if "code" in vars(kind):  # else it is a family, not a refusal
                found[kind.code] = kind
    return found


def _broken_paths(flow: type[Flow]) -> Iterator[str]:
    names = {START, *(step.name for step in flow.steps)}
    for path in flow.paths:
        for state in {*sources(path), str(path[2])} - names:
            yield f"{flow.name}: the path {path[0]!r} names the step {state!r}, which is none."
        for name in filter(None, (*path[3:5], effect(path))):
            if not hasattr(flow, str(name)):
                yield f"{flow.name}: the path {path[0]!r} wants {name!r}, which the story lacks."
    done = {effect(path) for path in flow.paths}
    for name in (flow.writes | flow.moves_money) - done:
        yield f"{flow.name}: {name!r} is declared as an effect, but no path has it."
    for name in flow.moves_money - flow.writes:
        yield f"{flow.name}: {name!r} moves money and is not declared to write."


def _broken_steps(flow: type[Flow], stories: Mapping[str, type[Flow]]) -> Iterator[str]:
    if not _always(flow, START, "open"):
        yield f"{flow.name}: it cannot always be opened."
    for step in flow.steps:
        yield from _unheard(flow, step, stories)
        match step:
            case Become(name) if name not in stories:
                yield f"{flow.name}: it turns into {name!r}, which is no story."
            case Call(name, asks) if not hasattr(flow, asks):
                yield f"{flow.name}.{name}: it asks {asks!r}, which the story lacks."
            case End(name) | Become(name) if _leaving(flow, name):
                yield f"{flow.name}.{name}: it ends the story and has a path on."


def _unheard(flow: type[Flow], step: Step, stories: Mapping[str, type[Flow]]) -> Iterator[str]:
    for trigger in (*NEEDED.get(type(step), ()), *choices.keys(step)):
        # An option may also be a story of its own, which is told in between.
        aside = trigger in stories and not _has(flow, step.name, trigger)
        if not aside and not _always(flow, step.name, trigger):
            yield f"{flow.name}.{step.name}: nothing is sure to happen on {trigger!r}."


def _lost_steps(flow: type[Flow]) -> Iterator[str]:
    reached = _reached(flow, {START}, forward=True)
    ends = {step.name for step in flow.steps if isinstance(step, End | Become)}
    leading_out = _reached(flow, ends, forward=False)
    for step in flow.steps:
        if step.name not in reached:
            yield f"{flow.name}.{step.name}: no path leads to it."
        if step.name not in leading_out:
            yield f"{flow.name}.{step.name}: no path leads from it to an end."


def _reached(flow: type[Flow], begin: set[str], *, forward: bool) -> set[str]:
    seen, waiting = set(begin), list(begin)
    while waiting:
        here = waiting.pop()
        for path in flow.paths:
            for source in sources(path):
                near, far = (source, str(path[2])) if forward else (str(path[2]), source)
                if near == here and far not in seen:
                    seen.add(far)
                    waiting.append(far)
    return seen


def _careless_money(flow: type[Flow]) -> Iterator[str]:
    """Look for a conversation that moves money without a read-back just confirmed and a proof."""
    waiting: list[tuple[str, bool, tuple[str, ...]]] = [(START, False, ())]
    seen: set[tuple[str, bool]] = set()
    while waiting:
        state, confirmed, told = waiting.pop()
        if (state, confirmed) in seen:
            continue
        seen.add((state, confirmed))
        step = flow.step_at(state)
        for path in _leaving(flow, state):
            so_far = (*told, str(path[0]))
            proven = isinstance(step, Prove) and path[0] == "proven"
            if effect(path) in flow.moves_money and not (confirmed and proven):
                yield f"{flow.name}: money moves unasked after {', '.join(so_far)}."
            # What was read back holds until anything else than the proof happens.
            mints = isinstance(step, Choose) and step.mints
            holds = mints or (confirmed and path[2] == state)
            waiting.append((str(path[2]), holds, so_far))


def _words(flow: type[Flow], measure: Measure | None) -> Iterator[str]:
    for language in LANGUAGES:
        for channel in CHANNELS:
            words = Words(language, channel)
            for step in flow.steps:
                yield from _step_words(flow, step, words, measure)
    for block in blocks(flow.name, LANGUAGES[0]):
        for language in LANGUAGES[1:]:
            # French may word a channel apart where English need not, but no block may lack.
            if "__" not in block and block not in blocks(flow.name, language):
                yield f"{flow.name}: {language} has no words for {block!r}."


def _step_words(
    flow: type[Flow], step: Step, words: Words, measure: Measure | None
) -> Iterator[str]:
    if isinstance(step, Become):
        return
    at = f"{flow.name}.{step.name} ({words.language}, {words.channel})"
    try:
        reply = widest_reply(flow, step, words)
        about = words.find(flow.name, f"about_{step.name}", flow.widest)
    except (MissingWords, UndefinedError) as error:
        yield f"{at}: {error}."
        return
    if words.channel == "whatsapp":
        yield from (f"{at}: {wrong}." for wrong in _labels(reply.options))
    if measure is None:
        return
    plainly, helped, long = PARTS[words.channel]
    asked = Reply(
        f"{about or words.say('manners', 'help_here')}\n{reply.text}", reply.options, reply.nav
    )
    for shown, most in ((reply, plainly), (asked, helped)):
        parts = measure(words.channel, shown)
        if parts > (long if step.name in flow.long else most):
            yield f"{at}: it takes {parts} parts: {shown.text!r}."


def widest_reply(flow: type[Flow], step: Step, words: Words) -> Reply:
    """Return what a step says with the widest facts there are.

    :raises MissingWords: if a step or an option has no words
    """
    ends = isinstance(step, End)
    options = tuple(
        Option(
            key,
            choices.label(words, flow.name, step.name, key),
            choices.hint(words, flow.name, step.name, key),
        )
        for key in choices.keys(step)
    )
    return Reply(
        text=words.say(flow.name, step.name, flow.widest),
        options=options,
        nav=manners.ways_out(words, back=not ends, menu=not ends),
        ends=ends,
        button=words.say("manners", "button"),
    )


def _labels(options: tuple[Option, ...]) -> Iterator[str]:
    longest = LONGEST_BUTTON if len(options) <= MOST_BUTTONS else LONGEST_LABEL
    for option in options:
        if len(option.label) > longest:
            yield f"the label {option.label!r} is longer than {longest}"
        if len(option.hint) > LONGEST_HINT:
            yield f"the hint {option.hint!r} is longer than {LONGEST_HINT}"
    if len({option.label for option in options}) < len(options):
        yield "two options have the same label"


def _keyword_clashes(stories: Mapping[str, type[Flow]]) -> Iterator[str]:
    claimed: dict[str, str] = {}
    for flow in stories:
        for language in LANGUAGES:
            for way in phrases(Words(language, "sms").find(flow, "keywords") or ""):
                first = claimed.setdefault(way, flow)
                if first != flow:
                    yield f"The keyword {way!r} is claimed by {first} and by {flow}."


def _unworded_refusals() -> Iterator[str]:
    for code, kind in refusals().items():
        for language in LANGUAGES:
            if code not in blocks("refusals", language):
                yield f"The refusal {code!r} ({kind.__module__}) has no words in {language}."


def _leaving(flow: type[Flow], state: str) -> list[Path]:
    return [path for path in flow.paths if state in sources(path)]


def _has(flow: type[Flow], state: str, trigger: str) -> bool:
    return any(path[0] == trigger for path in _leaving(flow, state))


def _always(flow: type[Flow], state: str, trigger: str) -> bool:
    """Return whether a path with this trigger leaves unconditionally."""
    return any(path[0] == trigger and not any(path[3:5]) for path in _leaving(flow, state))
