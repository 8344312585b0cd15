"""``flask --app bot sim``: phones in the terminal, through the real signed webhooks."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import click

from bot.commands.handset import Handset, phone, reachable
from bot.settings import BadSettings, Settings, load
from bot.simulator.driver import CODE
from core.demo.people import AMINA

number = click.option("--phone", "address", default=AMINA.phone, show_default=True)


@click.group("sim")
def command() -> None:
    """Be a customer's phone. The house must run (make run)."""


@command.command("ussd")
@number
@click.option("--dial", "code", default=CODE, show_default=True, help="The short code.")
def ussd(*, address: str, code: str) -> None:
    """Dial and press keys. An empty line hangs up."""
    with ExitStack() as stack:
        handset = _handset(stack, "ussd", address, code=code)
        click.echo(handset.say(""))
        while handset.session and (keys := _typed()):
            click.echo(handset.say(keys))
        handset.hang_up()


@command.command("chat")
@number
@click.option("--channel", type=click.Choice(["whatsapp", "sms"]), default="whatsapp")
@click.option("--by", type=click.Choice(["twilio", "meta"]), help="Who carries WhatsApp.")
def chat(*, address: str, channel: str, by: str | None) -> None:
    """Write messages; the number or the words of a button tap it. An empty line ends."""
    with ExitStack() as stack:
        handset = _handset(stack, channel, address)
        if by is not None:
            handset.change_carrier(by)
        while text := _typed():
            click.echo(handset.say(text))


@command.command("scenario")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def scenario(context: click.Context, *, file: Path) -> None:
    """Play a conversation from a file and compare what comes back; exit 1 where it differs.

    ``@ +254712000001 ussd`` picks up a phone, ``<`` says something (nothing dials), the ``>``
    lines after it are what must be read, a USSD screen with its CON or END; ``...`` stands for
    anything within a line. ``#`` is a remark.
    """
    with ExitStack() as stack:
        handsets: dict[tuple[str, str], Handset] = {}
        for line in read(file):
            if line.phone not in handsets:
                address, channel = line.phone
                handsets[line.phone] = _handset(stack, channel, address, badge=True)
            heard = handsets[line.phone].say(line.said)
            click.echo(f"< {line.said}\n" + "\n".join(f"> {shown}" for shown in heard.splitlines()))
            if line.expected and not is_like(line.expected, heard.splitlines()):
                wanted = "\n".join(f"> {shown}" for shown in line.expected)
                click.echo(f"{file}:{line.number}: expected\n{wanted}")
                context.exit(1)


@dataclass
class Line:
    """One thing that is said, on which phone, and what must come back."""

    number: int
    phone: tuple[str, str]
    said: str
    expected: list[str] = field(default_factory=list)


def read(file: Path) -> Iterator[Line]:
    """Return what is said in a scenario, in order.

    :raises click.ClickException: if a line begins with none of ``@ < > #``
    """
    spoken, line = (AMINA.phone, "ussd"), None
    for count, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        mark, rest = text[:1], text[1:].strip()
        if mark == "@" and len(rest.split()) == 2:
            spoken = (rest.split()[0], rest.split()[1])
        elif mark == "<":
            if line:
                yield line
            line = Line(count, spoken, rest)
        elif mark == ">" and line:
            line.expected.append(rest)
        elif mark not in {"", "#"}:
            raise click.ClickException(f"{file}:{count}: not understood: {text[:60]}")
    if line:
        yield line


def is_like(expected: list[str], heard: list[str]) -> bool:
    """Return whether lines are as expected, ``...`` standing for anything within one."""
    patterns = [re.escape(line).replace(r"\.\.\.", ".*") for line in expected]
    return len(expected) == len(heard) and all(
        re.fullmatch(pattern, line.strip()) for pattern, line in zip(patterns, heard, strict=True)
    )


def _handset(
    stack: ExitStack, channel: str, address: str, *, code: str = CODE, badge: bool = False
) -> Handset:
    stack.enter_context(reachable())
    held = stack.enter_context(phone(_settings(), channel, address))
    return Handset(held, code=code, badge=badge)


def _settings() -> Settings:
    try:
        return load()
    except BadSettings as bad:
        raise click.ClickException("\n".join(bad.problems)) from None


def _typed() -> str:
    try:
        text: str = click.prompt("", prompt_suffix="> ", default="", show_default=False)
    except click.Abort:
        return ""
    return text.strip()
