"""``flask --app bot user``: who works here, for the first administrator and for emergencies."""

import sys
from collections.abc import Callable
from typing import TypeVar

import click

from bot import staff_mail
from bot.commands.desk import Desk, as_json, open_desk, table
from core.access import staff
from core.access.actors import SYSTEM
from core.access.passwords import Passwords, WeakPassword
from core.access.staff import Member
from core.crm import leaving
from core.demo.staff import PASSWORD
from core.errors import Refusal
from core.store.unit import Unit

ROLES = ("agent", "supervisor", "compliance", "operations", "auditor", "admin", "partner")
COLUMNS = ("email", "name", "role", "is_active", "joined", "locked_until", "mfa_enrolled_at")
SAID = {
    "short": "too short: eight characters at least",
    "long": "too long",
    "expected": "among the first that anybody would try",
}

Answer = TypeVar("Answer")
email_argument = click.argument("email")


@click.group("user")
def command() -> None:
    """Look after the staff's log-ins. All that is done here stands in the audit log."""


@command.command("create")
@email_argument
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--name", help="What colleagues read; the first part of the e-mail by default.")
@click.option("--password-stdin", is_flag=True, help="Read their password from standard input.")
@click.option("--invite", is_flag=True, help="Send a link by mail instead (SMTP_URL).")
def create(*, email: str, role: str, name: str | None, password_stdin: bool, invite: bool) -> None:
    """Add somebody: with a password that is asked for, or by invitation."""
    if password_stdin and invite:
        raise click.UsageError("either --password-stdin or --invite")
    known_as = name or email.partition("@")[0].replace(".", " ").title()
    with open_desk() as desk:
        if invite:
            _invite(desk, email=email, name=known_as, role=role)
            return
        password = _asked_for(from_stdin=password_stdin)
        hashed = _hashed(desk, password, about=(email, known_as))
        _told(desk, lambda unit: staff.add(
            unit, SYSTEM, email=email, name=known_as, role=role, password_hash=hashed
        ))  # fmt: skip
    click.echo(f"{email}: created as {role}")


@command.command("list")
@as_json
def list_staff(*, as_json: bool) -> None:
    """List everybody, by when they were added."""
    rows: list[Member] = []
    with open_desk() as desk, desk.unit() as unit:
        while True:
            after = rows[-1].id if rows else None
            found = staff.listed(unit, SYSTEM, after=after, limit=staff.LONGEST_PAGE)
            rows += found
            if len(found) < staff.LONGEST_PAGE:
                break
    table(
        [{name: getattr(one, name) for name in COLUMNS} for one in rows], COLUMNS, as_json=as_json
    )


@command.command("unlock")
@email_argument
def unlock(*, email: str) -> None:
    """Open a log-in that wrong tries have locked."""
    _change(email, staff.unlock, "unlocked")


@command.command("reset-mfa")
@email_argument
def reset_mfa(*, email: str) -> None:
    """Take away a second factor that was lost, and end their sessions."""
    _change(email, staff.reset_mfa, "their second factor is taken away")


@command.command("deactivate")
@email_argument
def deactivate(*, email: str) -> None:
    """Let somebody go: out everywhere at once, and what they had in hand back in the queue."""
    _change(email, leaving.deactivate, "deactivated")


@command.command("end-sessions")
@email_argument
def end_sessions(*, email: str) -> None:
    """Sign somebody out everywhere, at once."""
    with open_desk() as desk:
        many = _told(desk, lambda unit: staff.end_sessions(unit, SYSTEM, _found(unit, email).id))
    click.echo(f"{email}: {many} sessions ended")


def _change(email: str, change: Callable[..., Member], said: str) -> None:
    with open_desk() as desk:
        _told(desk, lambda unit: change(unit, SYSTEM, _found(unit, email).id))
    click.echo(f"{email}: {said}")


def _invite(desk: Desk, *, email: str, name: str, role: str) -> None:
    def do(unit: Unit) -> None:
        member, token = staff.invite(unit, SYSTEM, email=email, name=name, role=role)
        staff_mail.write(unit, desk.settings, member, purpose="invitation", token=token)

    _told(desk, do)
    click.echo(f"{email}: invited as {role}; the letter leaves with the next mail")


def _asked_for(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _hashed(desk: Desk, password: str, *, about: tuple[str, str]) -> str:
    allowed = (PASSWORD,) if desk.settings.demo_mode else ()
    try:
        return Passwords(allowed=allowed).choose(password, about=about)
    except WeakPassword as weak:
        raise click.ClickException(f"that password is {SAID[weak.facts['why']]}") from None


def _told(desk: Desk, work: Callable[[Unit], Answer]) -> Answer:
    """Do something in a unit of work; a refusal becomes words."""
    try:
        with desk.unit() as unit:
            return work(unit)
    except Refusal as refusal:
        facts = ", ".join(refusal.facts.values())
        said = refusal.code.replace("_", " ")
        raise click.ClickException(f"{said}: {facts}" if facts else said) from None


def _found(unit: Unit, email: str) -> Member:
    member = staff.by_email(unit, email)
    if member is None:
        raise click.ClickException(f"nobody signs in as {email}")
    return member
