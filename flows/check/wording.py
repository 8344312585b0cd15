"""Every step is worded in every language on every channel, and fits it with the widest facts."""

from collections.abc import Iterator

from jinja2 import TemplateError

from channels.message import Reply
from flows.check.finding import Fault, Finding
from flows.check.paths import ways
from flows.check.refusing import met_on, unreadable
from flows.check.talks import Talks
from flows.check.telling import Teller, widest_reply
from flows.story import Become, End, Flow, Step
from flows.words import CHANNELS, LANGUAGES, blocks

# How many a step may take: by itself, behind a refusal or the help for it, and where it is long.
PARTS = {"ussd": (1, 2, 8), "sms": (2, 3, 6), "whatsapp": (1, 1, 2)}
GAP = {"whatsapp": "\n\n"}
Wrong = tuple[Fault, str]


def wordless(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find steps without words, or whose words do not fit."""
    flow = talks.flow
    yield from _pages(flow)
    for step in flow.steps:
        found: dict[tuple[Wrong, str], list[str]] = {}
        for language in LANGUAGES if not isinstance(step, Become) else ():
            for channel in CHANNELS:
                for wrong in _wrong(flow, step, teller.speaking(language, channel)):
                    found.setdefault((wrong, language), []).append(channel)
        for ((fault, why), language), channels in found.items():
            speaks = teller.speaking(language, channels[0])
            at = talks.first(step.name)
            yield Finding(
                code=fault,
                flow=flow.name,
                state=step.name,
                language=language,
                channel="" if len(channels) == len(CHANNELS) else ", ".join(channels),
                why=why,
                told=speaks.to(talks, at) if at else (),
            )


def screens(flow: type[Flow]) -> int:
    """Return how many screens of a story are looked at: step by language by channel."""
    spoken = [step for step in flow.steps if not isinstance(step, Become)]
    return len(spoken) * len(LANGUAGES) * len(CHANNELS)


def _pages(flow: type[Flow]) -> Iterator[Finding]:
    """Find blocks that one language has and another lacks, apart from wordings for one channel."""
    steps = {step.name for step in flow.steps}
    held: dict[str, set[str]] = {}
    for language in LANGUAGES:
        try:
            held[language] = {name for name in blocks(flow.page, language) if "__" not in name}
        except TemplateError:
            held[language] = set()
    everything = set().union(*held.values()) | ({"title"} if flow.resumes else set())
    for language in LANGUAGES:
        for block in sorted(everything - held[language] - steps):
            why = f"there are no words for {block!r}."
            yield Finding(code=Fault.MISSING_WORDS, flow=flow.name, language=language, why=why)


def _wrong(flow: type[Flow], step: Step, teller: Teller) -> Iterator[Wrong]:
    words = teller.words
    try:
        reply = widest_reply(flow, step.name, words)
        about = words.find(flow.page, f"about_{step.name}", flow.widest)
    except (LookupError, TemplateError) as error:
        yield Fault.MISSING_WORDS, f"{error}."
        return
    if not reply.text:
        yield Fault.MISSING_WORDS, "it says nothing."
    labels = [option.label for option in reply.options]
    if not all(labels):
        yield Fault.MISSING_WORDS, "an option has an empty label."
    yield from _long(reply, teller, plainly=True, long=step.name in flow.long)
    before = [teller.words_of(code) for code in sorted(_before(flow, step) - flow.quiet)]
    if not isinstance(step, End):
        before.append(about or words.say("manners", "help_here"))
    for said in before:
        text = f"{said}{GAP.get(words.channel, chr(10))}{reply.text}"
        after = Reply(text, reply.options, reply.nav, reply.ends, button=reply.button)
        yield from _long(after, teller, plainly=False, long=step.name in flow.long)


def _before(flow: type[Flow], step: Step) -> set[str]:
    """Return the codes of the refusals whose words may stand before those of a step."""
    paths = [way for each in flow.steps for way in ways(flow, each.name)]
    led = {way.trigger for way in paths if way.kind == "refused" and way.dest == step.name}
    again = set(met_on(flow, step.name)) - {w.trigger for w in paths if w.source == step.name}
    fits_nothing = unreadable(step)
    return led | again | ({fits_nothing.code} if fits_nothing else set())


def _long(reply: Reply, teller: Teller, *, plainly: bool, long: bool) -> Iterator[Wrong]:
    shown = teller.dress(teller.words.channel, reply)
    alone, behind, most = PARTS[teller.words.channel]
    allowed = most if long else alone if plainly else behind
    if shown.parts > allowed:
        yield Fault.TOO_LONG, f"it takes {shown.parts} parts, not {allowed}: {reply.text!r}."
    if plainly:
        yield from ((Fault.TOO_LONG, f"{wrong}.") for wrong in shown.wrong)
