"""Every refusal that can be met is worded, and the customer can go on after it."""

from collections.abc import Iterator

from core.bank import Bank, WeakPin
from core.errors import Refusal
from flows.check.finding import Fault, Finding
from flows.check.paths import ways
from flows.check.raising import raised_by, refusals
from flows.check.talks import Talks
from flows.check.telling import Teller
from flows.listening import NotACode, NotAnOption, NotAPin, PinsDiffer
from flows.story import START, Call, Choose, Code, Flow, NewSecret, Prove, RepeatSecret, Step
from flows.words import LANGUAGES, blocks

Met = dict[str, type[Refusal]]

# What the next try may well mend, because the answer was wrong and not the situation.
MENDED_BY_A_TRY = frozenset({"wrong_pin", "wrong_code", "weak_pin"})


def met_on(flow: type[Flow], state: str) -> Met:
    """Return every refusal that may be met on a step, by code."""
    step = None if state == START else flow.step_at(state)
    met = _judging(step)
    for way in ways(flow, state):
        if way.kind != "refused":
            met |= raised_on(flow, way.conditions, way.effect)
    return met


def raised_on(flow: type[Flow], conditions: tuple[tuple[str, bool], ...], effect: str) -> Met:
    """Return what the conditions and the effect of a path may refuse, by code."""
    names = [*(name for name, _ in conditions), *([effect] if effect else [])]
    return {kind.code: kind for name in names for kind in raised_by(flow, name)}


def unreadable(step: Step) -> type[Refusal] | None:
    """Return what is told when words fit nothing on a step; a step that asks judges for itself."""
    match step:
        case Choose():
            return NotAnOption
        case Code():
            return NotACode
        case Prove() | NewSecret() | RepeatSecret():
            return NotAPin
    return None


def unmet(flow: type[Flow]) -> Iterator[Finding]:
    """Find the paths of refusals that nothing on their step can raise."""
    known = refusals()
    for step in flow.steps:
        met = met_on(flow, step.name)
        for way in ways(flow, step.name):
            if way.kind == "refused" and way.trigger not in met:
                raised = way.trigger in known
                yield Finding(
                    code=Fault.UNREACHABLE if raised else Fault.BROKEN_PATH,
                    flow=flow.name,
                    state=step.name,
                    why=f"the path {way.trigger!r} is never walked: "
                    + ("nothing here is refused so." if raised else "there is no such refusal."),
                )


def unmended(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find refusals after which the customer, or the world, can only be refused again."""
    flow = talks.flow
    for outside in ("facts", *(step.asks for step in flow.steps if isinstance(step, Call))):
        for kind in raised_by(flow, outside):
            why = f"{outside!r} may be refused ({kind.code}) where nobody listens."
            yield Finding(code=Fault.UNMENDED_REFUSAL, flow=flow.name, why=why)
    for step in flow.steps:
        at = talks.first(step.name)
        for code, kind in _unmended_on(flow, step).items():
            if at is None:
                continue
            told = teller.to(talks, at)
            told += teller.refused(flow, step.name, kind) * 2
            yield Finding(
                code=Fault.UNMENDED_REFUSAL,
                flow=flow.name,
                state=step.name,
                why=f"after {code!r} the same is only asked again, and is refused again.",
                told=(*told, teller.note("and so on: no path leads on from here")),
            )


def _unmended_on(flow: type[Flow], step: Step) -> Met:
    leading = {way.trigger for way in ways(flow, step.name) if way.dest != step.name}
    found: Met = {}
    for way in ways(flow, step.name):
        raised = raised_on(flow, way.conditions, way.effect)
        if way.kind == "refused":  # a refusal of a refusal has no listener at all
            found |= raised
        elif way.kind in {"proves", "hears"}:
            found |= {code: kind for code, kind in raised.items() if code not in leading}
    resends = isinstance(step, Code) and any(way.kind == "picks" for way in ways(flow, step.name))
    if not resends:
        judged = _judging(step).items()
        found |= {c: kind for c, kind in judged if c not in leading | MENDED_BY_A_TRY}
    return found


def _judging(step: Step | None) -> Met:
    match step:
        case Prove():
            kinds = raised_by(Bank, "prove")
        case Code():
            kinds = raised_by(Bank, "check_code")
        case NewSecret():
            kinds = frozenset({WeakPin})
        case RepeatSecret():
            kinds = frozenset({PinsDiffer})
        case _:
            kinds = frozenset()
    return {kind.code: kind for kind in kinds}


def unworded(talks: Talks, teller: Teller) -> Iterator[Finding]:
    """Find refusals of a story that a language has no words for."""
    flow = talks.flow
    for state in (START, *(step.name for step in flow.steps)):
        at = talks.first(state)
        for code, kind in sorted(met_on(flow, state).items()) if at else ():
            if code in flow.quiet:
                continue
            for language in LANGUAGES:
                if at and not blocks("refusals", language).get(code):
                    speaks = teller.speaking(language)
                    told = speaks.to(talks, at)
                    yield Finding(
                        code=Fault.UNTRANSLATED_REFUSAL,
                        flow=flow.name,
                        state=state,
                        language=language,
                        why=f"the refusal {code!r} ({kind.__name__}) has no words.",
                        told=told + speaks.refused(flow, state, kind),
                    )


def unworded_anywhere(told: set[tuple[str, str]]) -> Iterator[Finding]:
    """Find refusals that no story was seen to meet and that a language has no words for."""
    for code, kind in sorted(refusals().items()):
        for language in LANGUAGES:
            if (code, language) not in told and code not in blocks("refusals", language):
                yield Finding(
                    code=Fault.UNTRANSLATED_REFUSAL,
                    flow="refusals",
                    state=code,
                    language=language,
                    why=f"the refusal of {kind.__module__} has no words.",
                )
