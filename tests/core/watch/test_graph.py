"""Accounts of a labelled graph: read as it is, split by time, and ranked without a look ahead."""

import csv
import io
import random
import tarfile

import numpy as np
import pytest

from core.watch.training.graph import NEVER, NotASample, read
from core.watch.training.graph_features import features, usual
from core.watch.training.graph_measure import measure

ACCOUNTS, STEPS, PATTERNS = 400, 60, 40


def written(nodes, payments):
    """Return the two files of a sample as text."""
    told = []
    for head, rows in (
        (("nodeid", "isFraud", "init_balance", "fraudStep"), nodes),
        (("sourceNodeId", "targetNodeId", "value", "time"), payments),
    ):
        file = io.StringIO()
        csv.writer(file).writerows([head, *rows])
        told.append(file.getvalue())
    return dict(zip(("nodes.csv", "transactions.csv"), told, strict=True))


def folder(path, files):
    path.mkdir()
    for name, content in files.items():
        (path / name).write_text(content)
    return path


@pytest.fixture(scope="module")
def planted():
    """Everybody pays a few others their own usual amount; some are paid little by several."""
    chance = random.Random(5)
    usually = [chance.uniform(100, 500) for _ in range(ACCOUNTS)]
    payments = [
        (n, chance.randrange(ACCOUNTS), round(usually[n], 2), chance.randrange(1, STEPS))
        for n in range(ACCOUNTS)
        for _ in range(6)
    ]
    named, first = set(), {}
    for _ in range(PATTERNS):
        step = chance.randrange(3, STEPS)
        target, *sources = chance.sample(sorted(set(range(ACCOUNTS)) - named), 4)
        named.update({target, *sources})
        for source in sources:
            first[source] = step
            payments += [(source, target, round(chance.uniform(3, 6), 2), step)] * 2
    silent = chance.sample(sorted(set(range(ACCOUNTS)) - named), 5)
    named.update(silent)
    nodes = [(n, int(n in named), 0, first.get(n, -1)) for n in range(ACCOUNTS)]
    return written(nodes, payments)


def test_a_sample_is_read_from_a_folder_or_an_archive(tmp_path, planted):
    plain = read(folder(tmp_path / "plain", planted))
    with tarfile.open(tmp_path / "packed.tgz", "w:gz") as archive:
        for name, content in planted.items():
            told = tarfile.TarInfo(f"inside/{name}")
            told.size = len(content.encode())
            archive.addfile(told, io.BytesIO(content.encode()))
    packed = read(tmp_path / "packed.tgz")
    assert plain.accounts == ACCOUNTS and plain.is_named.sum() == PATTERNS * 4 + 5
    assert (plain.value == packed.value).all() and (plain.acted_at == packed.acted_at).all()
    assert (np.diff(plain.step) >= 0).all()


@pytest.mark.parametrize("missing", ["nodes.csv", "transactions.csv"])
def test_what_is_no_sample_is_told(tmp_path, planted, missing):
    files = {name: text for name, text in planted.items() if name != missing}
    with pytest.raises(NotASample, match=missing):
        read(folder(tmp_path / "part", files))
    with pytest.raises(NotASample):
        read(folder(tmp_path / "other", {**planted, missing: "a,b\n1,2\n"}))


def test_who_received_acted_when_somebody_first_sent_to_them(tmp_path):
    files = written(
        [(0, 1, 0, 7), (1, 1, 0, -1), (2, 1, 0, -1), (3, 0, 0, -1)],
        [(0, 1, 5, 7), (0, 2, 100, 3), (0, 3, 5, 7)],
    )
    graph = read(folder(tmp_path / "few", files))
    assert list(graph.acted_at) == [7, 7, NEVER, NEVER]
    assert list(graph.until(6).is_named) == [False] * 4


def test_usual_is_what_most_payees_get(tmp_path):
    payments = [(0, 1, 100, 1), (0, 2, 100, 2), *[(0, 3, 4, 3)] * 9]
    graph = read(folder(tmp_path / "one", written([(n, 0, 0, -1) for n in range(4)], payments)))
    assert usual(graph)[0] == 100


def test_features_know_nothing_of_what_comes_later(tmp_path, planted):
    graph = read(folder(tmp_path / "all", planted))
    whole, known = (features(one, after=10, until=30) for one in (graph, graph.until(30)))
    assert whole.keys() == known.keys()
    for name, values in whole.items():
        np.testing.assert_array_equal(values, known[name], err_msg=name)


def test_accounts_are_ranked_by_what_they_do_later(tmp_path, planted):
    found = measure(read(folder(tmp_path / "all", planted)))
    assert found.split == 39 and found.silent == 5
    assert found.accounts < ACCOUNTS and 20 <= found.positives < PATTERNS * 4
    assert found.average_precision > 0.9
    assert found.with_silent < found.average_precision


def test_labels_of_nobody_are_of_no_use(tmp_path, planted):
    """A model that saw the labels it is measured by would find these, too."""
    head, *rows = planted["nodes.csv"].splitlines()
    chance = random.Random(9)
    told = [
        f"{row.split(',')[0]},{int(lot < 80)},0,{chance.randrange(3, STEPS) if lot < 80 else -1}"
        for row, lot in zip(rows, chance.sample(range(ACCOUNTS), ACCOUNTS), strict=True)
    ]
    shuffled = {**planted, "nodes.csv": "\n".join([head, *told])}
    assert measure(read(folder(tmp_path / "none", shuffled))).average_precision < 0.3
