"""``flask --app bot nlu candidates``: words that were not understood at once, looked at by people.

They hold nobody: numbers and names were taken out before they were kept. What is accepted is
printed as lines for the seeds, and is learnt when somebody has added them there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click

from bot.commands.desk import as_json, open_desk, table
from core.access.actors import SYSTEM
from core.crm import candidates
from core.crm.candidates import Candidate, State
from core.errors import DeskRefusal
from flows.understanding import INTENTS_OUTSIDE

LISTED = ("id", "times", "language", "source", "guessed", "chosen", "words")
STAND_INS = {
    "{amount}": "500", "{phone}": "0712000002", "{name}": "Brian", "{account}": "1234567",
    "{case_ref}": "C-104-283-7", "#": "12",
}  # fmt: skip
"""What is put where something personal was, so that a line of the seeds reads as people write."""
INTENT = click.Choice(INTENTS_OUTSIDE)


@click.group("candidates")
def command() -> None:
    """Look at words that understanding may learn from."""


@command.command("list")
@click.option("--state", type=click.Choice(candidates.STATES), default="new", show_default=True)
@click.option("--after", type=click.UUID, help="The last one of the page before.")
@click.option("--limit", type=click.IntRange(1, candidates.MOST_LISTED), default=50)
@as_json
def listed(*, state: State, after: UUID | None, limit: int, as_json: bool) -> None:
    """List words, those that are said most first."""
    with open_desk() as desk, desk.unit() as unit:
        found = candidates.page(unit, state, after=after, limit=limit)
    if found or as_json:
        table([_row(one) for one in found], LISTED, as_json=as_json)
    else:
        click.echo("no candidates")


@command.command("accept")
@click.argument("candidate", type=click.UUID)
@click.option("--intent", type=INTENT, help="What they mean, where that was not said or wrong.")
def accept(*, candidate: UUID, intent: str | None) -> None:
    """Accept words for the seeds."""
    with _asked(), open_desk() as desk, desk.unit() as unit:
        one = candidates.review(unit, SYSTEM, candidate, "accepted", meant=intent)
    click.echo(f"accepted as {one.chosen}")


@command.command("reject")
@click.argument("candidate", type=click.UUID)
def reject(*, candidate: UUID) -> None:
    """Reject words: they mean nothing, or somebody is in them."""
    with _asked(), open_desk() as desk, desk.unit() as unit:
        candidates.review(unit, SYSTEM, candidate, "rejected")
    click.echo("rejected")


@command.command("export")
@as_json
def export(*, as_json: bool) -> None:
    """Print what was accepted: each file of the seeds, and the lines to add there."""
    with open_desk() as desk, desk.unit() as unit:
        found = list(candidates.accepted(unit))
    if as_json:
        table([_row(one) for one in found], LISTED, as_json=True)
        return
    files: dict[str, list[str]] = {}
    for one in found:
        files.setdefault(f"{one.language}/{one.chosen}.txt", []).append(_seed(one.words))
    for name in sorted(files):
        click.echo(f"# {name}")
        click.echo("\n".join(sorted(set(files[name]))))


def _seed(words: str) -> str:
    """Return words as a line of the seeds."""
    for mark, stands in STAND_INS.items():
        words = words.replace(mark, stands)
    return words


def _row(one: Candidate) -> dict[str, object]:
    return {
        "id": one.id,
        "times": one.times,
        "language": one.language,
        "source": one.source,
        "guessed": " ".join(one.guessed),
        "chosen": one.chosen,
        "words": one.words,
    }


@contextmanager
def _asked() -> Iterator[None]:
    """Say what stands against it, where something does."""
    try:
        yield
    except candidates.NoCandidate as refused:
        raise click.ClickException(f"there is no candidate {refused.facts['id']}") from None
    except DeskRefusal:
        raise click.ClickException("say what it means: --intent") from None
