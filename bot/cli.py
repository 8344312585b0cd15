"""Finds the commands. Each file is opened only when its command is called.

So ``doctor`` runs when the settings are broken and no server is up, and a command costs no more
than what it needs.
"""

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

COMMANDS = {
    "aml": "bot.commands.aml",
    "audit": "bot.commands.audit",
    "broadcast": "bot.commands.broadcast",
    "cases": "bot.commands.cases",
    "customer": "bot.commands.customer",
    "db": "bot.commands.db",
    "doctor": "bot.commands.doctor",
    "fees": "bot.commands.fees",
    "flow": "bot.commands.flow",
    "fx": "bot.commands.fx",
    "keys": "bot.commands.keys",
    "ledger": "bot.commands.ledger",
    "nlu": "bot.commands.nlu",
    "orders": "bot.commands.orders",
    "outbox": "bot.commands.outbox",
    "parked": "bot.commands.parked",
    "report": "bot.commands.report",
    "roster": "bot.commands.roster",
    "sanctions": "bot.commands.sanctions",
    "seed": "bot.commands.seed",
    "settlement": "bot.commands.settlement",
    "sim": "bot.commands.sim",
    "till": "bot.commands.till",
    "user": "bot.commands.user",
}


class Commands(AppGroup):
    """The commands by name, imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, for ``--help``."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


def asked_for() -> bool:
    """Return whether ``flask`` is looking for one of our commands, not for the web application."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, click.Group)


def create_app() -> Flask:
    """Return an application that has the commands and nothing else: no settings are read for it."""
    app = Flask("bot")
    app.cli = Commands("bot")
    return app
