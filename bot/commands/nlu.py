"""``flask --app bot nlu``: what free words mean, how that is learnt, and how well it is known."""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from bot.commands import nlu_candidates
from flows.understanding.pipeline import BUNDLE
from flows.understanding.reading import tell

if TYPE_CHECKING:
    from flows.understanding.training.evaluate import Answer, Slice

CHALLENGES = Path("tests/data/understanding")
METRICS, FLOORS = "metrics.json", "floors.json"
SHOWN = (
    "name", "cases", "accuracy", "acted_wrong", "clarified", "fallback", "offered", "ece",
    "language", "entities",
)  # fmt: skip
CONFUSED = ("wanted", "taken_for", "times", "such_as")
DAY = click.DateTime(["%Y-%m-%d"])
CHALLENGED_ON = date(2026, 3, 4)
"""The day that the house's own challenge is told on."""


@click.group("nlu")
def command() -> None:
    """Look after the understanding of free words."""


command.add_command(nlu_candidates.command)


@command.command("parse")
@click.option("--country", default="KE", help="Where phones and currencies are read.")
@click.option("--today", type=DAY, help="What tomorrow is told from; today by default.")
def parse(*, country: str, today: datetime | None) -> None:
    """Read one message a line, and write what each means as one line of JSON."""
    from bot.house import wall_clock  # noqa: PLC0415 - a house takes a moment to import

    day = (today or wall_clock()).date()
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        click.echo(json.dumps(tell(text, country, day)))


@command.command("train")
@click.option("--seeds", "folder", type=click.Path(exists=True, path_type=Path))
@click.option("--into", type=click.Path(path_type=Path), default=BUNDLE, show_default=True)
def train(*, folder: Path | None, into: Path) -> None:
    """Train the bundle from the seeds. The same seeds give the same bundle."""
    # scikit-learn is no part of what the bank runs on:
    from flows.understanding.training import evaluate, seeds  # noqa: PLC0415
    from flows.understanding.training import train as training  # noqa: PLC0415

    began = perf_counter()
    folder = folder or seeds.SEEDS
    trained, held = training.train(folder)
    training.write(trained, into, fingerprint=seeds.fingerprint(folder))
    answers = evaluate.cross_validated(held, trained.intent.temperatures)
    measured = evaluate.slices(answers, name="held_out")
    values = {"slices": evaluate.as_values(measured), "weights": training.weights_hash(trained)}
    (into / METRICS).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    _print(measured, few=True)
    click.echo(f"\n{len(answers)} phrases, {perf_counter() - began:.0f} s, written to {into}")


@command.command("eval")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--country", default="KE", help="Where phones and currencies are read.")
@click.option("--today", type=DAY, help="The day that given files are told on.")
@click.option("--sentiment", type=click.Path(exists=True, path_type=Path),
              help="Tweets with labels (tab-separated), to measure feelings by.")  # fmt: skip
@click.option("--whole", is_flag=True, help="Show every intent of every language.")
@click.option("--keep", is_flag=True, help="Make what is measured the new floors.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one document.")
@click.pass_context
def evaluate_(
    context: click.Context, *, paths: tuple[Path, ...], country: str, today: datetime | None,
    sentiment: Path | None, whole: bool, keep: bool, as_json: bool,
) -> None:  # fmt: skip
    """Measure understanding, slice by slice; exit 1 when one falls a point below its floor."""
    from flows.understanding.training import evaluate, feelings  # noqa: PLC0415

    day = today.date() if today else CHALLENGED_ON
    measured, answers = _own(country)
    for path in paths:
        told = evaluate.asked(evaluate.read(path), country=country, today=day)
        measured += evaluate.slices(told, name=path.stem)
        answers += told
    if keep:
        kept = json.dumps(evaluate.floors(measured), indent=1) + "\n"
        (BUNDLE / FLOORS).write_text(kept, encoding="utf-8")
    fallen = evaluate.fallen(measured, _floors())
    tone = feelings.measure(sentiment) if sentiment else None
    if as_json:
        values = {"slices": evaluate.as_values(measured), "fallen": fallen, "sentiment": tone}
        click.echo(json.dumps(values, indent=1))
    else:
        _print(measured, few=not whole)
        _print_confusions(answers)
        click.echo("\n".join(["", *([f"sentiment: {tone}"] if tone else []), *fallen]))
    context.exit(1 if fallen else 0)


def _own(country: str) -> tuple[list["Slice"], list["Answer"]]:
    """Return how the seeds fare by cross-validation, and the house's own challenge."""
    from flows.understanding.training import evaluate, seeds  # noqa: PLC0415
    from flows.understanding.training import train as training  # noqa: PLC0415

    shown = training.examples(seeds.intents())
    head, held = training.intent_head(shown, training.rarity_of(shown))
    answers = evaluate.cross_validated(held, head.temperatures)
    measured = evaluate.slices(answers, name="held_out")
    for file in sorted(CHALLENGES.glob("*.tsv")):
        told = evaluate.asked(evaluate.read(file), country=country, today=CHALLENGED_ON)
        measured += evaluate.slices(told, name=file.stem)
        answers = told + answers
    return measured, answers


def _floors() -> dict[str, dict[str, float]]:
    file = BUNDLE / FLOORS
    found: dict[str, dict[str, float]] = (
        json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    )
    return found


def _print(measured: Sequence["Slice"], *, few: bool) -> None:
    from bot.commands.desk import table  # noqa: PLC0415
    from flows.understanding.training.evaluate import as_values  # noqa: PLC0415

    rows = [one for one in as_values(measured) if not few or one["name"].count("/") < 2]
    table(rows, SHOWN, as_json=False)


def _print_confusions(answers: Sequence["Answer"]) -> None:
    from bot.commands.desk import table  # noqa: PLC0415
    from flows.understanding.training.evaluate import confusions  # noqa: PLC0415

    click.echo("\nTaken for something else most often:")
    rows = [dict(zip(CONFUSED, one, strict=True)) for one in confusions(answers)]
    table(rows, CONFUSED, as_json=False)
