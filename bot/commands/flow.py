"""``flask --app bot flow``: the stories the bank can tell."""

import math

import click

from channels.gsm7 import segments, to_gsm7
from channels.layout import numbered, ussd_screens
from channels.message import Reply
from flows.catalog import STORIES
from flows.check import findings
from flows.diagram import mermaid, svg

LONGEST_WHATSAPP = 1024  # of a message with buttons


@click.group("flow")
def command() -> None:
    """Look at the conversations."""


@command.command("diagram")
@click.argument("name", type=click.Choice(sorted(STORIES)))
@click.option("--svg", "as_svg", is_flag=True, help="Draw it instead of writing Mermaid.")
def diagram(*, name: str, as_svg: bool) -> None:
    """Print a story as a state diagram."""
    click.echo((svg if as_svg else mermaid)(STORIES[name]))


@command.command("check")
@click.pass_context
def check(context: click.Context) -> None:
    """Look for dead ends, missing words, screens too long, money without proof; exit 1 on any."""
    found = findings(measure=parts)
    for finding in found:
        click.echo(finding)
    if not found:
        click.echo(f"{len(STORIES)} stories: all is well")
    context.exit(1 if found else 0)


def parts(channel: str, reply: Reply) -> int:
    """Return how many screens or messages a reply takes on a channel."""
    if channel == "ussd":
        return len(ussd_screens(reply))
    if channel == "sms":
        return segments(to_gsm7(numbered(reply)))
    return math.ceil(len(numbered(reply)) / LONGEST_WHATSAPP)
