"""Secrets stay where they are proved: nobody asks for one elsewhere, keeps one, or prints one."""

import re
from collections.abc import Iterator
from types import FunctionType

from jinja2 import TemplateError

from flows.check.finding import Fault, Finding, Line
from flows.check.leaks import Leaks
from flows.check.talks import Talks
from flows.check.telling import Teller
from flows.story import Ask, Become, Choose, Flow, Secret, Step
from flows.words import CHANNELS, LANGUAGES, Words

SECRET_NAMES = frozenset({
    "pin", "code", "otp", "password", "passcode", "secret", "hash", "proof", "cvv",
})  # fmt: skip
CANARY = "<a secret>"
_NOUN = (
    r"(?:pins?|passwords?|passcodes?|otp|codes?|mots? de passe"
    r"|nywila|namba (?:yako )?ya siri|neno la siri)"
)
_VERB = {
    "en": r"enter|type|give|tell|send|say|write|repeat|choose|key in|need|what is|what's|please",
    "sw": r"weka|andika|ingiza|toa|taja|tuma|nipe|sema|rudia|chagua|ni ipi|ni gani|tafadhali",
    "fr": r"entrez|saisissez|tapez|ecrivez|donnez|envoyez|indiquez|dites|composez|quel est|"
    r"choisissez|s'il vous plait",
}
_NEVER = re.compile(
    r"\b(?:never|don't|do not|keep|nobody|kamwe|usi\w+|siri, na|jamais|gardez|personne)\b"
)
_SENTENCES = re.compile(r"(?<=[.!?;:])\s+|\n+")


def asked(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find steps whose answers are kept in clear and that ask for a secret in some language."""
    flow = talks.flow
    for step in flow.steps:
        at = talks.first(step.name)
        if at is None or not isinstance(step, Ask | Choose):
            continue
        for language in LANGUAGES:
            said = _asking(flow, step, language)
            if not said:
                continue
            speaks = teller.speaking(language)
            yield Finding(
                code=Fault.SECRET_ASKED,
                flow=flow.name,
                state=step.name,
                language=language,
                why=f"it asks for a secret, and keeps what is answered: {said!r}.",
                told=(*speaks.to(talks, at), speaks.note("the answer is kept and logged in clear")),
            )


def kept(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find what of a proof is put into slots, facts, refusals or the story itself."""
    flow = talks.flow
    named = set(flow.widest)
    for function in _own_methods(flow):
        leaks = Leaks(function)
        named |= leaks.slots
        for place in leaks.places:
            state, told = _on_the_way(talks, function.__name__, teller)
            yield Finding(
                code=Fault.SECRET_KEPT,
                flow=flow.name,
                state=state,
                why=f"{function.__name__!r} puts a secret into {place}.",
                told=(*told, teller.note(f"something of the secret is kept in {place}")),
            )
    for name in sorted(named):
        if SECRET_NAMES & set(name.split("_")):
            why = f"{name!r} sounds like a secret, and slots and facts are kept in clear."
            yield Finding(code=Fault.SECRET_KEPT, flow=flow.name, why=why)


def shown(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find words that would print a secret if they were handed one."""
    flow = talks.flow
    baited = {**flow.widest, **dict.fromkeys((*SECRET_NAMES, "new_hash", "new_pin"), CANARY)}
    for step in flow.steps:
        at = talks.first(step.name)
        for language in LANGUAGES if not isinstance(step, Become) else ():
            leaks = [c for c in CHANNELS if _prints(flow, step, Words(language, c), baited)]
            if leaks:
                speaks = teller.speaking(language, leaks[0])
                yield Finding(
                    code=Fault.SECRET_SHOWN,
                    flow=flow.name,
                    state=step.name,
                    language=language,
                    channel=leaks[0] if len(leaks) < len(CHANNELS) else "",
                    why="its words print a secret.",
                    told=(*speaks.to(talks, at), speaks.note("the secret is shown here"))
                    if at
                    else (),
                )


def asks_for_secret(text: str, language: str) -> bool:
    """Return whether some sentence asks for a PIN, a code or a password, rather than naming one."""
    for sentence in _SENTENCES.split(_folded(text)):
        if not re.search(rf"\b{_NOUN}\b", sentence) or _NEVER.search(sentence):
            continue
        if re.search(rf"\b(?:{_VERB[language]})\b", sentence) or sentence.rstrip().endswith("?"):
            return True
    return False


def _folded(text: str) -> str:
    folded = text.casefold().replace("\u2019", "'")
    return folded.translate(str.maketrans("éèêàâîôûç", "eeeaaiouc"))


def _asking(flow: type[Flow], step: Step, language: str) -> str:
    for channel in CHANNELS:
        said = _said(flow, step.name, Words(language, channel), dict(flow.widest))
        if asks_for_secret(said, language):
            return said
    return ""


def _prints(flow: type[Flow], step: Step, words: Words, facts: dict[str, object]) -> bool:
    return any(
        CANARY in _said(flow, block, words, facts) for block in (step.name, f"about_{step.name}")
    )


def _said(flow: type[Flow], block: str, words: Words, facts: dict[str, object]) -> str:
    try:
        return words.find(flow.page, block, facts) or ""
    except (LookupError, TemplateError):
        return ""  # missing words and facts are told where words are looked at


def _own_methods(flow: type[Flow]) -> Iterator[FunctionType]:
    own = flow.__mro__[: flow.__mro__.index(Flow)]
    for member in (member for kind in own for member in vars(kind).values()):
        function = member.fget if isinstance(member, property) else member
        if isinstance(function, FunctionType):
            yield function


def _on_the_way(talks: Talks, effect: str, teller: Teller) -> tuple[str, tuple[Line, ...]]:
    """Tell the conversation in which a method is called: its effect, else the first secret."""
    for turn in talks.turns:
        if turn.way is not None and turn.way.effect == effect:
            lines = teller.turns(talks.flow, [*talks.shortest(turn.at), turn])
            return turn.way.source, lines[:-1]
    at = next((s for s in talks.came_by if isinstance(talks.flow.step_at(s.state), Secret)), None)
    return (at.state, teller.to(talks, at)) if at else ("", ())
