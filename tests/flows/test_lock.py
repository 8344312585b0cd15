"""No story changes without saying what becomes of the conversations in it."""

from dataclasses import replace

import pytest

from flows import lock
from flows.catalog import CATALOG
from flows.send_money import SendMoney
from flows.story import START, Ask, End, Flow, Moved
from flows.versions import Catalog
from tests.flows.changed import BEFORE, NOW

LOCKED = lock.read()
NEWEST = {**LOCKED, "send_money": LOCKED["send_money"][-1:]}
"""The same, as if sending money had only just been written down."""
AFTER = Catalog({**CATALOG.stories, **NOW}, BEFORE)


def test_the_stories_are_those_that_are_written_down() -> None:
    assert lock.findings(CATALOG, LOCKED) == []


def found(story: type[Flow], **maps: Moved) -> list[str]:
    stories = {**CATALOG.stories, story.name: story}
    return lock.findings(Catalog(stories), LOCKED)


class LongerNote(SendMoney):
    """A story somebody changed and did not count."""

    name = "send_money"
    steps = (*SendMoney.steps, Ask("extra", free=True))


def test_a_change_that_was_not_counted_is_found() -> None:
    (finding,) = found(LongerNote)
    assert finding.startswith(f"send_money: it changed and is still version {SendMoney.version}.")


class NotedSlot(SendMoney):
    """A story that keeps one more thing."""

    name = "send_money"

    def note_phone(self, said: str) -> None:
        self.slots["noted"] = said


def test_a_slot_more_is_a_change() -> None:
    assert lock.slots(NotedSlot) - lock.slots(SendMoney) == {"noted"}
    assert found(NotedSlot)


def test_a_change_nobody_could_notice_is_written_down_with_its_reason() -> None:
    catalog = Catalog({"send_money": LongerNote})
    known = {"send_money": LOCKED["send_money"]}
    now = lock.locked(catalog, known, unaffected={"send_money": "nobody is led there yet"})
    assert lock.findings(catalog, now) == []
    assert now["send_money"][-1]["unaffected"] == ["nobody is led there yet"]
    assert lock.locked(catalog, known, unaffected={}) == known


def test_a_new_version_is_written_down_and_must_say_what_becomes_of_the_old() -> None:
    now = lock.locked(AFTER, LOCKED, unaffected={})
    assert lock.findings(AFTER, now) == []
    assert [entry["version"] for entry in now["join"]] == [1, 2]
    unsaid = Catalog(AFTER.stories)
    assert lock.findings(unsaid, now) == [
        "join: nothing says what becomes of conversations of version 1."
    ]


def test_a_version_that_is_kept_must_be_the_one_that_was_told() -> None:
    now = lock.locked(AFTER, LOCKED, unaffected={})
    wrong = replace(AFTER, past={("join", 1): NOW["join"]})
    assert "is not the one that was told" in lock.findings(wrong, now)[0]


LAST = SendMoney.version


class Shorter(SendMoney):
    """A new version with a poor map."""

    name, version = "send_money", SendMoney.version + 1
    steps = tuple(step for step in SendMoney.steps if step.name not in {"looking", "change"})


@pytest.mark.parametrize(
    ("moved", "finding"),
    [
        (Moved(states={"looking": START}), f"step 'change' of version {LAST} is gone."),
        (Moved(states={"looking": START, "change": "review", "x": "pin"}), "has no step 'x'"),
        (Moved(states={"looking": "amount", "change": "review"}), "waits for an answer"),
        (
            Moved(states={"looking": START, "change": "nowhere_at_all"}),
            f"'change' of version {LAST} is",
        ),
    ],
)
def test_a_poor_map_is_found(monkeypatch, moved: Moved, finding: str) -> None:
    monkeypatch.setattr(Shorter, "moves", {SendMoney.version: moved})
    catalog = Catalog({**CATALOG.stories, "send_money": Shorter})
    findings = lock.findings(catalog, lock.locked(catalog, NEWEST, unaffected={}))
    assert len(findings) == 1 and finding in findings[0]


def test_a_good_map_is_not(monkeypatch) -> None:
    moved = Moved(states={"looking": START}, safe="review")
    monkeypatch.setattr(Shorter, "moves", {SendMoney.version: moved})
    catalog = Catalog({**CATALOG.stories, "send_money": Shorter})
    assert lock.findings(catalog, lock.locked(catalog, NEWEST, unaffected={})) == []


def test_a_story_that_is_gone_must_be_retired() -> None:
    stories = {name: story for name, story in CATALOG.stories.items() if name != "link"}
    assert lock.findings(Catalog(stories), LOCKED) == [
        "link: it is told no more, and RETIRED does not name it."
    ]
    assert lock.findings(Catalog(stories, retired=frozenset({"link"})), LOCKED) == []


class Passing(Flow):
    """A story nobody comes back to, such as a menu."""

    name = "menu"
    resumes = False
    steps = (End("bye"),)
    paths = (("open", "start", "bye"),)


def test_what_is_gone_with_the_next_word_is_not_held_to_anything() -> None:
    assert found(Passing) == []
