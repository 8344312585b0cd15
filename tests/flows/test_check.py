"""The stories we have are proved; in every story with a planted fault that fault is found."""

import json
import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

from bot.commands.dressing import dress
from flows import check
from flows.catalog import CUSTOMERS, MENU, STORIES, STRANGERS
from flows.check import Fault, Finding
from tests.flows import planted
from tests.flows.planted import sound

FAULTS: list[ModuleType] = [
    import_module(f"{planted.__name__}.{each.name}")
    for each in pkgutil.iter_modules(planted.__path__)
    if each.name != "sound"
]
BY_NAME = {fault.__name__.rpartition(".")[2]: fault for fault in FAULTS}


def found_in(fault: ModuleType) -> list[Finding]:
    with sound.spoken(fault.PAGES):
        return check.findings(fault.STORIES, dress=dress)


@pytest.mark.no_cover  # a walk over every page there is; the stories tell what is covered
def test_nothing_is_wrong_with_the_stories_and_much_was_looked_at() -> None:
    verdict = check.prove(dress=dress)
    assert [str(finding) for finding in verdict.findings] == []
    assert verdict.stories == len(STORIES)
    assert verdict.turns > verdict.stands > verdict.steps > 50
    assert verdict.screens > 9 * 50


def test_the_story_that_faults_are_planted_in_is_sound() -> None:
    assert found_in(sound) == []


@pytest.mark.parametrize("name", BY_NAME)
def test_a_planted_fault_is_found_and_no_other(name: str) -> None:
    fault = BY_NAME[name]
    found = found_in(fault)
    assert {finding.code for finding in found} == {fault.CODE}, "\n".join(map(str, found))
    first = found[0]
    assert (first.flow, first.state, first.language, first.channel) == fault.AT


@pytest.mark.parametrize("name", BY_NAME)
def test_a_planted_fault_is_told_as_the_conversation_that_meets_it(name: str) -> None:
    fault = BY_NAME[name]
    told = found_in(fault)[0].conversation
    at = 0
    for said in fault.TOLD:
        assert said in told[at:], told
        at = told.index(said, at) + len(said)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_finding_is_a_value_with_a_sentence(name: str) -> None:
    finding = found_in(BY_NAME[name])[0]
    written = json.loads(json.dumps(finding.as_json()))
    assert written["code"] == finding.code
    assert written["sentence"] == finding.sentence
    assert finding.sentence.endswith(f"[{finding.code}]")
    assert {line["who"] for line in written["told"]} <= {"You", "Bank", "Note"}


def test_every_fault_that_costs_customers_most_is_planted() -> None:
    most = {
        Fault.DEAD_END, Fault.MISSING_WORDS, Fault.TOO_LONG, Fault.MONEY_WITHOUT_PROOF,
        Fault.MONEY_WITHOUT_READ_BACK, Fault.SECRET_KEPT, Fault.SECRET_ASKED, Fault.UNREACHABLE,
        Fault.NO_WAY_OUT, Fault.OPTION_CLASH, Fault.UNTRANSLATED_REFUSAL, Fault.ENDLESS_LOOP,
        Fault.UNMENDED_REFUSAL,
    }  # fmt: skip
    assert most <= {fault.CODE for fault in FAULTS}


def test_the_menu_offers_stories_that_exist() -> None:
    assert set(MENU) <= set(STORIES)
    assert all(story.for_strangers for story in STRANGERS)
    assert all(STORIES[story.name] is story for story in CUSTOMERS)
