"""Whatever a step shows or teaches can be said there, and the ways out are heard everywhere."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from jinja2 import TemplateError

from flows import choices, manners
from flows.check.finding import Fault, Finding
from flows.check.talks import Talks
from flows.check.telling import Teller
from flows.hearing import phrases, plain
from flows.manners import Manner
from flows.story import Become, End, Flow, Step
from flows.words import CHANNELS, LANGUAGES, Words

if TYPE_CHECKING:
    from core.bank import Bank

WAYS_OUT: tuple[Manner, ...] = ("menu", "back", "cancel")
# What operators and Twilio act on themselves before we hear of it, as a whole SMS.
TAKEN_BY_OPERATORS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})
HOME = "menu"
NOBODY = cast("Bank", None)  # what is heard depends on the step alone


def clashing(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find options that are not picked by what is shown or may be said for them."""
    for step in talks.flow.steps:
        found: dict[tuple[str, str], list[str]] = {}
        for language in LANGUAGES:
            for channel in CHANNELS:
                for why in _misheard(talks.flow, step, Words(language, channel)):
                    found.setdefault((why, language), []).append(channel)
        for (why, language), channels in found.items():
            channel = channels[0] if len(channels) < len(CHANNELS) else ""
            speaks = teller.speaking(language, channel)
            at = talks.first(step.name)
            yield Finding(
                code=Fault.OPTION_CLASH,
                flow=talks.flow.name,
                state=step.name,
                language=language,
                channel=channel,
                why=why,
                told=(*speaks.to(talks, at), speaks.note(why)) if at else (),
            )


def locked_in(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find steps on which menu, back or cancel, as the bank teaches them, are not heard."""
    flow = talks.flow
    for step in flow.steps:
        at = talks.first(step.name)
        if at is None or isinstance(step, End | Become):
            continue
        for language, said, manner in _unheard(flow, step):
            speaks = teller.speaking(language, "sms")
            told = speaks.to(talks, at)
            note = speaks.note(f"{said.upper()} is taken for something else: the customer stays in")
            yield Finding(
                code=Fault.NO_WAY_OUT,
                flow=flow.name,
                state=step.name,
                language=language,
                why=f"{manner!r} is not heard when the customer says {said!r}.",
                told=(*told, note),
            )
    if not flow.resumes and not _leads_home(flow):
        yield Finding(
            code=Fault.NO_WAY_OUT,
            flow=flow.name,
            channel="ussd",
            why="its screens show no key for the menu, and nothing on them leads there.",
        )


def _unheard(flow: type[Flow], step: Step) -> Iterator[tuple[str, str, Manner]]:
    for key, manner in manners.KEYS.items():
        if manner in WAYS_OUT and _heard(flow, step, key) != manner:
            yield "", key, manner
    for language in LANGUAGES:
        for manner in WAYS_OUT:
            said = phrases(Words(language, "sms").say("manners", manner))[0]
            if _heard(flow, step, said) != manner:
                yield language, said, manner


def _misheard(flow: type[Flow], step: Step, words: Words) -> Iterator[str]:
    keys = choices.keys(step)
    labels = {key: label for key in keys if (label := _label(flow, step, key, words)) is not None}
    spelt = {key: plain(label) for key, label in labels.items()}
    for key, label in labels.items():
        twins = [other for other in labels if other != key and spelt[other] == spelt[key]]
        if twins:
            yield f"the options {key!r} and {twins[0]!r} have the same label {label!r}."
            return
    for number, key in enumerate(keys, start=1):
        for said in filter(None, (str(number), labels.get(key))):
            yield from _not_picked(flow, step, said, key)
        if words.channel == "sms" and spelt.get(key) in TAKEN_BY_OPERATORS:
            yield f"the label {labels[key]!r} of {key!r} is acted on by the operator."
        for said in phrases(words.find("manners", f"say_{key}") or ""):
            if (other := _also(flow, step, said, key, words)) is not None:
                yield f"{said!r} may be said for {key!r} and for {other!r}, so it picks neither."


def _not_picked(flow: type[Flow], step: Step, said: str, key: str) -> Iterator[str]:
    manner = _heard(flow, step, said)
    try:
        picked = choices.picked(said, "", step, flow.page)
    except (LookupError, TemplateError):
        return  # a missing label is told where words are looked at
    if manner is not None:
        yield f"{said!r}, which is shown for {key!r}, is heard as {manner!r}."
    elif picked != key:
        yield f"{said!r}, which is shown for {key!r}, picks {picked or 'nothing'}."


def _also(flow: type[Flow], step: Step, said: str, key: str, words: Words) -> str | None:
    """Return the other option the same words stand for in this language, if there is one."""
    for other in choices.keys(step):
        if other == key:
            continue
        shared = phrases(words.find("manners", f"say_{other}") or "")
        if said in (*shared, plain(other), plain(_label(flow, step, other, words) or "")):
            return other
    return None


def _label(flow: type[Flow], step: Step, key: str, words: Words) -> str | None:
    try:
        return choices.label(words, flow.page, step.name, key)
    except (LookupError, TemplateError):
        return None


def _heard(flow: type[Flow], step: Step, said: str) -> Manner | None:
    try:
        return manners.heard(said, story=flow(bank=NOBODY, state=step.name))
    except (LookupError, TemplateError):
        return manners.heard(said)


def _leads_home(flow: type[Flow]) -> bool:
    return flow.name == HOME or any(isinstance(s, Become) and s.name == HOME for s in flow.steps)
