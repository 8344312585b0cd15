"""How an option is picked: by number, label, key, button or keyword, in any language."""

from collections.abc import Iterable, Mapping
from functools import cache

from channels.message import Option
from flows.hearing import phrases, plain
from flows.story import Ask, Choose, Code, End, Flow, Prove, Step
from flows.words import CHANNELS, LANGUAGES, Words

# Shared ways to say yes, no and change are in manners.j2; longer sentences may mean anything.
MOST_WORDS = 3


def keys(step: Step | None) -> tuple[str, ...]:
    """Return the keys of the options of a step, which are the same for everybody."""
    if isinstance(step, End):
        return step.offers
    return step.options if isinstance(step, Ask | Choose | Prove | Code) else ()


def offered(story: Flow, words: Words) -> tuple[Option, ...]:
    """Return the options of the step the story stands on, labelled in the voice's language.

    What the step lists for this customer comes first.
    """
    picks = keys(story.step_at(story.state))
    fixed = (
        _labelled(words.language, words.channel, story.page, story.state, picks) if picks else ()
    )
    country = story.bank.country
    listed = {key: {"country": country, **facts} for key, facts in story.listed().items()}
    return (*listed_options(words, story.page, story.state, listed), *fixed)


def listed_options(
    words: Words, page: str, state: str, listed: Mapping[str, Mapping[str, object]]
) -> tuple[Option, ...]:
    """Return what a step lists, labelled by its block ``<step>_each`` with the facts of each."""
    each = f"{state}_each"
    return tuple(
        Option(key, words.say(page, each, facts), words.find(page, f"{each}_hint", facts) or "")
        for key, facts in listed.items()
    )


@cache
def _labelled(
    language: str, channel: str, page: str, state: str, picks: tuple[str, ...]
) -> tuple[Option, ...]:
    words = Words(language, channel)
    return tuple(
        Option(key, label(words, page, state, key), hint(words, page, state, key)) for key in picks
    )


def label(words: Words, page: str, state: str, key: str) -> str:
    """Return an option's label: the step's own, or the title of the story it leads to."""
    return words.find(page, f"{state}_{key}") or words.say(key, "title")


def hint(words: Words, page: str, state: str, key: str) -> str:
    """Return an option's second line, or nothing."""
    own = words.find(page, f"{state}_{key}_hint")
    if own is None and words.find(page, f"{state}_{key}") is None:
        own = words.find(key, "hint")
    return own or ""


def picked(text: str, choice: str, step: Step | None, page: str) -> str | None:
    """Return the key of the option that was meant, or None when none was (or two were)."""
    options = keys(step)
    if choice:
        return choice if choice in options else None
    said = plain(text)
    if not said or step is None or not options:
        return None
    if said.isdecimal() and len(said) <= 2:
        number = int(said)
        return options[number - 1] if 1 <= number <= len(options) else None
    spoken = _spoken(page, step.name, options)
    if said in spoken:
        return spoken[said]
    return _among(said, spoken)


def picked_among(text: str, choice: str, shown: Iterable[Option]) -> str | None:
    """Return the key of one of the options that are shown, by its number, label or button."""
    options = list(shown)
    if choice:
        return next((one.key for one in options if one.key == choice), None)
    said = plain(text)
    if said.isdecimal() and len(said) <= 2:
        return options[int(said) - 1].key if 1 <= int(said) <= len(options) else None
    found = [one.key for one in options if said in (plain(one.label), plain(one.key))]
    return found[0] if said and len(found) == 1 else None


def _among(said: str, spoken: dict[str, str]) -> str | None:
    """Find an option in a short sentence such as "yes please"; two different ones are none."""
    tokens = said.split()
    if len(tokens) > MOST_WORDS or any(token.isdecimal() for token in tokens):
        return None  # who also says a number says more than an option
    found = {spoken[token] for token in tokens if token in spoken}
    return found.pop() if len(found) == 1 else None


@cache
def _spoken(page: str, state: str, options: tuple[str, ...]) -> dict[str, str]:
    """Return every way to say each option. What two options share means neither."""
    ways: dict[str, set[str]] = {}
    for key in options:
        for way in _ways(page, state, key):
            ways.setdefault(way, set()).add(key)
    return {way: keys.pop() for way, keys in ways.items() if len(keys) == 1}


def _ways(page: str, state: str, key: str) -> set[str]:
    ways = {plain(key)}
    for language in LANGUAGES:
        for channel in CHANNELS:
            words = Words(language, channel)
            ways.add(plain(label(words, page, state, key)))
            ways.update(phrases(words.find("manners", f"say_{key}") or ""))
    return ways
