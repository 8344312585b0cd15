"""The model that payments are judged by: trained the same each time, served as it was trained."""

import json
import math

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from core.monitoring import model as served
from core.monitoring.rules import rule_set
from core.watch import cards
from core.watch.training.export import exported
from core.watch.training.payments import NAMES, judged
from core.watch.training.simulate import LEAST_DAYS, simulate
from core.watch.training.train import rows, train

SMALL = {"customers": 300, "days": LEAST_DAYS, "instances": 1, "trees": 8}
SLOPE, SHIFT = 0.9, -0.3
LARGEST = 300_000


@pytest.fixture(scope="module")
def simulation():
    return simulate(11, customers=300, days=LEAST_DAYS, instances=1)


@pytest.fixture(scope="module")
def payments(simulation):
    return rows(simulation)


@pytest.fixture(scope="module")
def fitted(payments):
    model = HistGradientBoostingClassifier(max_iter=12, max_leaf_nodes=8, early_stopping=False)
    return model.fit(payments.values, payments.planted)


@pytest.fixture(scope="module")
def walked(fitted):
    made = exported(fitted, version="test", names=NAMES, slope=SLOPE, shift=SHIFT)
    return served.read(json.loads(json.dumps(made)))


def test_walking_the_trees_agrees_with_the_library(simulation, payments, fitted, walked):
    odds = SLOPE * fitted.decision_function(payments.values) + SHIFT
    theirs = 1 / (1 + np.exp(-odds))
    later = [one for one in judged(simulation) if (one.movement.at - simulation.began).days >= 7]
    assert len(later) == len(theirs)
    step = max(1, len(later) // 400)
    planted = [n for n, one in enumerate(later) if one.is_planted]
    for n in {*range(0, len(later), step), *planted}:
        assert walked.score(later[n].features).score == pytest.approx(theirs[n], abs=1e-9)


def test_what_moved_a_score_adds_up_to_it(simulation, walked):
    for one in [one for one in judged(simulation) if one.is_planted][:20]:
        whole = walked.baseline + sum(tree[0].expected for tree in walked.trees)
        moved = dict.fromkeys(walked.features, 0.0)
        values = [served.as_number(name, one.features.get(name)) for name in walked.features]
        for tree in walked.trees:
            walked._walk(tree, values, moved)
        odds = whole + sum(moved.values())
        assert walked.score(one.features).score == pytest.approx(
            1 / (1 + math.exp(-odds)), abs=1e-9
        )


def test_training_twice_writes_the_same_files(tmp_path):
    first, second = (
        train("twice", seed=3, folder=tmp_path / name, **SMALL) for name in ("one", "two")
    )
    assert first.model.read_bytes() == second.model.read_bytes()
    assert first.card.read_bytes() == second.card.read_bytes()


@pytest.mark.parametrize("version", served.versions())
def test_a_model_of_the_bank_has_a_card_and_is_small(version):
    card = cards.card(version)
    model = served.load(version)
    assert set(card.reference) == {*model.features, "score"}
    assert (served.FOLDER / f"{version}.json").stat().st_size < LARGEST
    for figures in card.told["figures"].values():
        assert figures["average_precision"] >= 0.8
    for part in card.reference.values():
        assert sum(part["parts"]) == pytest.approx(1, abs=1e-4)
        assert len(part["parts"]) == len(part["bounds"]) + 2


def test_there_is_a_model():
    assert served.versions()


def test_the_first_set_in_shadow_asks_of_what_was_planted_and_little_else(unit, simulation):
    version = unit.value("select version from rule_sets where status = 'shadow'")
    shadow = rule_set(unit, version)
    said = served.load(shadow.model)
    points = [(said.score(one.features).score * shadow.model_points, one.is_planted)
              for one in judged(simulation)]  # fmt: skip
    asked = [is_planted for score, is_planted in points if shadow.band(score) != "allow"]
    assert sum(asked) >= 0.8 * len(asked)
    assert sum(asked) >= 0.8 * sum(is_planted for _, is_planted in points)


def test_no_card_is_no_model():
    with pytest.raises(cards.NoCard):
        cards.card("never-trained")


@pytest.mark.soak
def test_the_model_of_the_bank_is_what_training_makes(tmp_path):
    for version in served.versions():
        seed = cards.card(version).told["data"]["seed"]
        again = train(version, seed=seed, folder=tmp_path)
        assert again.model.read_bytes() == (served.FOLDER / f"{version}.json").read_bytes()
