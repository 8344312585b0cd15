"""Where a conversation goes on when its story has changed: decided on paper, for any version."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar
from uuid import UUID

import pytest

from flows.catalog import CATALOG
from flows.send_money import SendMoney
from flows.story import START, Ask, Choose, End, Flow, Moved, Prove
from flows.versions import Catalog, Place, stand
from tests.flows.changed import BEFORE, NOW, JoinBefore, SendMoneyNow

AFTER = Catalog({**CATALOG.stories, **NOW}, BEFORE, frozenset({"loan"}))
EFFECT = UUID("00000000-0000-7000-8000-00000000ef01")
SLOTS = {"to": "1", "name": "B", "bank": "KCB", "amount": "KES 5.00", "given:amount": "7"}


def at(state: str, *, trail: tuple[str, ...] = (), effect: UUID | None = None, **other) -> Place:
    passed = [(one, {"to": "1"}) for one in trail]
    place = Place("send_money", SendMoney.version, state, SLOTS, passed, effect)
    return replace(place, **other)


def test_what_did_not_change_goes_on_as_it_is() -> None:
    kept = at("amount", flow="send_money")
    standing = stand(CATALOG, kept)
    assert (standing.fate, standing.story, standing.place) == ("current", SendMoney, kept)
    assert standing.hears


def test_whoever_began_in_a_version_that_is_kept_finishes_there() -> None:
    standing = stand(AFTER, at("notice", flow="join", version=1))
    assert (standing.fate, standing.story) == ("finishes", JoinBefore)


def test_a_map_renames_steps_slots_the_trail_and_what_was_said_already() -> None:
    standing = stand(AFTER, at("amount", trail=("recipient", "nowhere", "change")))
    assert (standing.fate, standing.story, standing.hears) == ("moves", SendMoneyNow, True)
    assert standing.place.state == "how_much"
    assert standing.place.slots == {
        "payee": "1", "name": "B", "amount": "KES 5.00", "given:how_much": "7",
    }  # fmt: skip
    # The step `change` is gone: one cannot step back to it.
    assert standing.place.trail == [("recipient", {"payee": "1"}), ("not_here", {"payee": "1"})]


def test_a_step_that_is_gone_leads_to_the_safe_one_which_is_asked_anew() -> None:
    standing = stand(AFTER, at("change"))
    assert (standing.place.state, standing.hears) == ("recipient", False)


def test_a_step_that_is_gone_without_a_safe_one_begins_the_story_anew() -> None:
    standing = stand(AFTER, at("again", flow="change_pin", version=1))
    assert (standing.fate, standing.place) == ("anew", Place("change_pin", 2, START))


@pytest.mark.parametrize("state", ["review", "pin", "change"])
def test_what_was_read_back_is_read_back_again_and_loses_its_id(state: str) -> None:
    standing = stand(AFTER, at(state, trail=("recipient", "amount", "review"), effect=EFFECT))
    assert (standing.place.state, standing.place.effect_id) == ("review", None)
    assert not standing.hears
    assert [one for one, _ in standing.place.trail] == ["recipient", "how_much"]


def test_a_secret_whose_read_back_was_lost_agrees_to_nothing() -> None:
    assert stand(AFTER, at("pin", effect=EFFECT)).fate == "anew"


def test_a_question_under_way_outside_keeps_its_id() -> None:
    standing = stand(AFTER, at("looking", trail=("review",), effect=EFFECT))
    assert (standing.place.state, standing.place.effect_id) == ("looking", EFFECT)


def test_the_same_effect_keeps_its_id_where_the_map_says_so(monkeypatch) -> None:
    monkeypatch.setattr(SendMoneyNow, "moves", {SendMoney.version: Moved(same_effect=True)})
    standing = stand(AFTER, at("pin", trail=("review",), effect=EFFECT))
    assert (standing.place.state, standing.place.effect_id) == ("pin", EFFECT)
    assert standing.hears


def test_a_step_that_asks_for_another_kind_of_thing_is_asked_anew(monkeypatch) -> None:
    # A PIN typed at what was a secret must not be heard as a name.
    moved = Moved(states={"pin": "recipient"})
    monkeypatch.setattr(SendMoneyNow, "moves", {SendMoney.version: moved})
    assert not stand(AFTER, at("pin")).hears


def test_a_retired_story_is_told_no_more_and_a_newer_one_is_left_alone() -> None:
    assert stand(AFTER, at("amount", flow="loan")).fate == "retired"
    newer = at("amount", flow="savings")
    assert stand(AFTER, newer).fate == "newer"
    later = at("how_much", version=SendMoney.version + 1)
    assert stand(CATALOG, later).place == later
    assert stand(CATALOG, later).fate == "newer"


def test_a_state_that_never_was_begins_anew() -> None:
    assert stand(CATALOG, at("nonsense")).fate == "anew"


class Third(Flow):
    """A story in a version after that."""

    name, version = "send_money", SendMoney.version + 2
    steps = (Ask("c"), Choose("review", options=("yes",), mints=True), Prove("pin"), End("sent"))
    paths = (("open", "start", "c"),)
    moves: ClassVar[Mapping[int, Moved]] = {
        SendMoney.version: Moved(states={"a": "b"}, safe="b"),
        SendMoney.version + 1: Moved(states={"b": "c"}, slots={"x": "y"}),
    }


def test_maps_follow_each_other() -> None:
    catalog = Catalog({"send_money": Third})
    now, later = SendMoney.version, SendMoney.version + 1
    assert stand(catalog, at("a", version=now)).place.state == "c"
    assert stand(catalog, at("gone", version=now)).place.state == "c", "a safe step is renamed too"
    assert stand(catalog, at("b", version=later, slots={"x": "1"})).place.slots == {"y": "1"}
    assert stand(catalog, at("gone", version=later)).fate == "anew"


def test_a_map_may_lead_to_a_version_that_is_kept() -> None:
    catalog = Catalog({"send_money": Third}, {("send_money", SendMoneyNow.version): SendMoneyNow})
    standing = stand(catalog, at("pin"))
    assert (standing.story, standing.place.version) == (SendMoneyNow, SendMoneyNow.version)
