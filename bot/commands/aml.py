"""``flask --app bot aml``: what is watched after the fact, and the model that judges payments.

``simulate``, ``train`` and ``evaluate`` are for engineers (``make test`` installs what they need);
the others work at the bank. Nothing that is printed names a customer.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from bot.commands.aml_backtest import command as backtest
from bot.commands.desk import Desk, as_json, open_desk, table
from core.store.unit import Unit
from core.watch import run
from core.watch.training import evaluate as evaluation
from core.watch.training import simulate as simulation
from core.watch.training.evaluate import Score, added

MOST_DAYS = 366
SCORED = (
    "typology", "planted", "found", "recall", "hard", "alerts", "right", "precision", "of_others",
)  # fmt: skip
MEASURED = (
    "sample", "split", "accounts", "positives", "silent", "average_precision", "without_amounts",
    "with_silent", "recall_at_80",
)  # fmt: skip
MODEL = "payments-2026-1"


@click.group("aml")
def command() -> None:
    """Watch what moved, and train and measure what watches."""


command.add_command(backtest)


def trains(work: Callable[..., None]) -> Callable[..., None]:
    """Say plainly what is missing, where the libraries for training are not installed."""

    @wraps(work)
    def done(*args: Any, **given: Any) -> None:  # noqa: ANN401 - whatever click hands over
        try:
            work(*args, **given)
        except ModuleNotFoundError as missing:
            raise click.ClickException(
                f"{missing.name} is not installed: pip install -r requirements-dev.txt"
            ) from None

    return done


@command.command("simulate")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--customers", type=int, default=3000, show_default=True)
@click.option("--days", type=int, default=70, show_default=True)
@click.option("--instances", type=int, default=12, show_default=True, help="Of each typology.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it here (CSV).")
def simulate(*, seed: int, customers: int, days: int, instances: int, out: Path | None) -> None:
    """Simulate a bank with typologies planted in it, the same for the same seed."""
    try:
        made = simulation.simulate(seed, customers=customers, days=days, instances=instances)
    except ValueError as bad:
        raise click.ClickException(str(bad)) from None
    if out is not None:
        out.write_text("".join(f"{line}\n" for line in made.lines()), encoding="utf-8")
    click.echo(f"{len(made.movements)} movements of {len(made.people)} customers")
    click.echo(f"{len(made.planted)} planted, digest {made.digest}")


@command.command("train")
@click.option("--version", default=MODEL, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Not the bank's.")
@trains
def train(*, version: str, seed: int, folder: Path | None) -> None:
    """Train a model on a simulation and write it with its card; the same for the same seed."""
    files = import_module("core.watch.training.train").train(version, seed=seed, folder=folder)
    card = json.loads(files.card.read_text(encoding="utf-8"))
    click.echo(f"{files.model} ({files.model.stat().st_size // 1000} kB)")
    click.echo(json.dumps(card["figures"], indent=1))


@command.command("evaluate")
@click.option("--seed", "seeds", type=int, multiple=True, default=(201,), show_default=True)
@click.option("--customers", type=int, default=3000, show_default=True)
@click.option("--instances", type=int, default=12, show_default=True, help="Of each typology.")
@click.option("--amlsim", "samples", type=click.Path(exists=True, path_type=Path), multiple=True)
@as_json
@trains
def evaluate(
    *, seeds: Sequence[int], customers: int, instances: int, samples: Sequence[Path], as_json: bool
) -> None:
    """Measure what is found: on simulations by their seeds, or on samples of AMLSim.

    A sample is a folder or a .tgz with nodes.csv and transactions.csv. The steps are split by time
    and the last third is held out; what is ranked is accounts, and positive are those that first
    take part in their pattern within the held-out steps.
    """
    if samples:
        table([_measured(one) for one in samples], MEASURED, as_json=as_json)
        return
    table(_scored(seeds, customers, instances), SCORED, as_json=as_json)


def _measured(sample: Path) -> dict[str, object]:
    graph = import_module("core.watch.training.graph")
    try:
        found = import_module("core.watch.training.graph_measure").measure(graph.read(sample))
    except graph.NotASample as bad:
        raise click.ClickException(str(bad)) from None
    rounded = {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in asdict(found).items()
    }
    return {"sample": sample.name, **rounded}


def _scored(seeds: Sequence[int], customers: int, instances: int) -> list[dict[str, object]]:
    total: dict[str, Score] = {}
    with open_desk() as desk:
        for seed in dict.fromkeys(seeds):
            try:
                made = simulation.simulate(seed, customers=customers, instances=instances)
            except ValueError as bad:
                raise click.ClickException(str(bad)) from None
            with _undone(desk) as unit:
                for one in evaluation.evaluate(unit, made)[0]:
                    known = total.get(one.typology)
                    total[one.typology] = one if known is None else added(known, one)
    return [
        {
            "typology": one.typology,
            "planted": one.planted,
            "found": one.found,
            "recall": f"{one.recall:.2f}",
            "hard": f"{one.hard}/{one.of_hard}",
            "alerts": one.alerts,
            "right": one.right,
            "precision": f"{one.precision:.2f}",
            "of_others": one.other,
        }
        for one in total.values()
    ]


@contextmanager
def _undone(desk: Desk) -> Iterator[Unit]:
    """Open a unit that leaves nothing behind."""
    with desk.unit() as unit, suppress(_Enough), unit.savepoint():
        yield unit
        _end()


class _Enough(Exception):
    """What was done is to be undone."""


def _end() -> None:
    raise _Enough


@command.command("watch")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day gone through.")
@as_json
def watch(*, until: datetime | None, as_json: bool) -> None:
    """Go through the days that are over and were not gone through, and tell how much moved."""
    rows: list[dict[str, object]] = []
    with open_desk() as desk:
        for _ in range(MOST_DAYS):
            with desk.unit() as unit:
                day = run.next_day(unit)
                if day is None or (until is not None and day > until.replace(tzinfo=UTC).date()):
                    break
                done = run.watch(unit, day)
            rows.append({"day": day, "movements": done.movements})
    if rows or as_json:
        table(rows, ("day", "movements"), as_json=as_json)
    else:
        click.echo("no day is left to go through")
