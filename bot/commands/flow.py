"""``flask --app bot flow``: the stories the bank can tell."""

import json
from math import ceil
from pathlib import Path
from time import process_time

import click

from bot.commands import flow_live
from bot.commands.dressing import dress
from flows.catalog import STORIES
from flows.check import Verdict, prove
from flows.diagram import mermaid, svg


@click.group("flow")
def command() -> None:
    """Look at the conversations."""


for each in flow_live.commands():
    command.add_command(each)


@command.command("diagram")
@click.argument("name", type=click.Choice(sorted(STORIES)), required=False)
@click.option("--svg", "as_svg", is_flag=True, help="Draw it instead of writing Mermaid.")
@click.option(
    "--all", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Write every story into a folder, as Mermaid and as SVG.",
)  # fmt: skip
def diagram(*, name: str | None, as_svg: bool, folder: Path | None) -> None:
    """Print a story as a state diagram, or write them all."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for story in STORIES.values():
            (folder / f"{story.name}.mmd").write_text(mermaid(story), encoding="utf-8")
            (folder / f"{story.name}.svg").write_text(svg(story), encoding="utf-8")
        click.echo(f"{len(STORIES)} stories drawn in {folder}")
    elif name is None:
        raise click.UsageError("name a story, or a folder with --all")
    else:
        click.echo((svg if as_svg else mermaid)(STORIES[name]))


@command.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print values instead of sentences.")
@click.pass_context
def check(context: click.Context, *, as_json: bool) -> None:
    """Walk every conversation and tell those that go wrong; exit 1 on any."""
    began = process_time()
    verdict = prove(dress=dress)
    seconds = process_time() - began
    if as_json:
        click.echo(json.dumps(_values(verdict, seconds), indent=2, ensure_ascii=False))
    else:
        for finding in verdict.findings:
            click.echo(f"{finding}\n")
        click.echo(_summary(verdict, seconds))
    context.exit(1 if verdict.findings else 0)


def _values(verdict: Verdict, seconds: float) -> dict[str, object]:
    return {
        "findings": [finding.as_json() for finding in verdict.findings],
        "stories": verdict.stories,
        "steps": verdict.steps,
        "stands": verdict.stands,
        "turns": verdict.turns,
        "screens": verdict.screens,
        "milliseconds": ceil(seconds * 1000),
    }


def _summary(verdict: Verdict, seconds: float) -> str:
    walked = (
        f"{verdict.stories} stories, {verdict.steps} steps: {verdict.stands} places to stand and "
        f"{verdict.turns} turns walked, {verdict.screens} screens looked at, {seconds:.1f} s"
    )
    if verdict.findings:
        return f"{len(verdict.findings)} findings. {walked}"
    return f"All is well. {walked}"
