"""Payments that differ from those a model learnt from are told of, and no others."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from core.monitoring import model as served
from core.store.unit import jsonb
from core.watch import cards, drift

DAY = date(2026, 3, 3)
VERSION = "drift-test"
BOUNDS = {"worth_usd": [10.0, 20.0, 30.0], "hour": [8.0, 16.0], "new_payee": [1.0], "score": [0.5]}


@pytest.fixture
def model(unit, monkeypatch):
    """A model in shadow, whose card says that values lay evenly between few bounds."""
    reference = {
        name: {"bounds": bounds, "parts": [1 / (len(bounds) + 1)] * (len(bounds) + 1) + [0.0]}
        for name, bounds in BOUNDS.items()
    }
    card = cards.Card(VERSION, b"x" * 32, reference, {})
    monkeypatch.setattr(cards, "card", {VERSION: card}.__getitem__)
    no_model(unit)
    unit.run(
        """
        insert into rule_sets (title, step_up_at, hold_at, model, model_points, made_at)
        values ('With a model', 40, 70, %(version)s, 50, %(now)s)
        """,
        version=VERSION,
        now=unit.now,
    )
    unit.run(
        "update rule_sets set status = 'shadow', shadow_at = made_at where model = %(version)s",
        version=VERSION,
    )
    return card


def no_model(unit):
    """Give up the set that comes with the house in shadow, which has a model."""
    unit.run(
        "update rule_sets set status = 'retired', retired_at = %(now)s where status = 'shadow'",
        now=unit.now,
    )


def judge(unit, many, *, worth, hour=lambda part: 24 * part, score=None, in_shadow=None, day=DAY):
    """Write decisions of a day; ``worth`` and ``hour`` make a value out of how far on it is."""
    at = datetime.combine(day, time(1), UTC)
    live = unit.value("select version from rule_sets where status = 'live'")
    shadow = unit.value("select version from rule_sets where model = %(model)s", model=VERSION)
    beside = (None,) * 4 if in_shadow is None else (shadow, "allow", 0, [])
    for place in range(many):
        part = place / many
        features = {"worth_usd": worth(part), "hour": hour(part), "new_payee": place % 2 == 0}
        unit.run(
            """
            select payment_decided(%(id)s, %(at)s, 'transfer', %(id)s, %(id)s, 100, 'KES', 'ussd',
                'allow', 0, '{}', '{}', %(features)s, '[]', %(score)s::numeric, %(live)s, %(model)s,
                %(shadow)s, %(said)s, %(points)s::numeric, %(reasons)s, '[]',
                %(in_shadow)s::numeric, 'test')
            """,
            id=unit.new_id(),
            at=at + timedelta(seconds=place),
            features=jsonb(features),
            score=None if score is None else score(part),
            model=None if score is None else VERSION,
            live=live,
            **dict(zip(("shadow", "said", "points", "reasons"), beside, strict=True)),
            in_shadow=None if in_shadow is None else in_shadow(part),
        )


def even(part):
    return 40 * part


def found(unit):
    return {one.feature: one for one in drift.measure(unit, DAY)}


def test_payments_like_those_it_learnt_from_have_not_drifted(unit, model):
    judge(unit, 800, worth=even)
    told = found(unit)
    assert told.keys() == {"worth_usd", "hour", "new_payee"}
    assert all(one.psi < Decimal("0.01") for one in told.values())
    assert told["hour"].payments == 800


def test_what_has_changed_is_told_and_nothing_else(unit, model):
    judge(unit, 800, worth=lambda part: 25 + 10 * part)
    told = found(unit)
    assert {one.feature for one in told.values() if one.is_too_far} == {"worth_usd"}


def test_what_is_not_known_any_more_has_drifted(unit, model):
    judge(unit, 800, worth=lambda part: None if part < 0.4 else 40 * part)
    assert found(unit)["worth_usd"].is_too_far


def test_the_index_is_the_sum_over_all_parts(unit, model):
    judge(unit, 800, worth=lambda part: 5 if part < 0.5 else 15)
    parts = [(0.5, 0.25), (0.5, 0.25), (0.001, 0.25), (0.001, 0.25), (0.001, 0.001)]
    wanted = sum((now - then) * math.log(now / then) for now, then in parts)
    assert float(found(unit)["worth_usd"].psi) == pytest.approx(wanted, abs=1e-4)


def test_the_score_of_a_live_model_is_measured_too(unit, model):
    judge(unit, 800, worth=even, score=lambda part: 0.9)
    assert found(unit)["score"].is_too_far


def test_the_score_of_a_model_in_shadow_is_measured_too(unit, model):
    judge(unit, 800, worth=even, in_shadow=lambda part: part)
    assert not found(unit)["score"].is_too_far


def test_the_score_of_a_model_in_shadow_may_have_drifted(unit, model):
    judge(unit, 800, worth=even, in_shadow=lambda part: 0.9)
    assert found(unit)["score"].is_too_far


def test_a_day_is_measured_once_and_only_with_enough_payments(unit, model):
    judge(unit, drift.LEAST_PAYMENTS - 1, worth=even)
    assert found(unit) == {}
    judge(unit, drift.LEAST_PAYMENTS, worth=even)
    assert found(unit) != {}
    assert found(unit) == {}
    assert {one.day for one in drift.latest(unit)} == {DAY}


def test_without_a_model_there_is_nothing_to_measure(unit):
    no_model(unit)
    judge(unit, drift.LEAST_PAYMENTS, worth=even)
    assert found(unit) == {}


def test_a_model_that_changed_under_its_version_is_none_of_ours(unit, model, monkeypatch):
    assert drift.register(unit, VERSION)
    other = replace(model, sha256=b"y" * 32)
    monkeypatch.setattr(cards, "card", {VERSION: other}.__getitem__)
    assert not drift.register(unit, VERSION)


def test_the_models_of_the_bank_are_written_down_with_their_cards(unit):
    for version in served.versions():
        assert drift.register(unit, version)
    told = unit.all("select version, card from watch_models order by version")
    assert [row.version for row in told] == served.versions()
    assert all(row.card["figures"] for row in told)
