"""``flask --app bot doctor``: what is missing, and how to mend it."""

import json
from dataclasses import asdict

import click

from bot import doctor
from bot.commands.desk import as_json


@click.command("doctor")
@as_json
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """Look at every part of the house: one line each, with the fix; exit 1 if one is not well."""
    found = doctor.examine()
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=1))
    for one in () if as_json else found:
        click.echo(f"{'ok  ' if one.well else 'FAIL'}  {one.part:<10}  {one.says}")
        if one.fix:
            click.echo(f"                  fix: {one.fix}")
    context.exit(0 if all(one.well for one in found) else 1)
