"""``flask --app bot customer``: what operations do for a customer by hand."""

import json
from pathlib import Path
from uuid import UUID

import click

from bot.commands.desk import Desk, open_desk
from core import customer_copy, phone
from core.access import audit, trust
from core.access.actors import SYSTEM
from core.customer_view import UnknownCustomer
from core.phone import NotAPhone
from core.store.files import Files


@click.group("customer")
def command() -> None:
    """Look after customers: what networks and callers tell us, and what they may ask for."""


@command.command("sim-changed")
@click.argument("number", metavar="PHONE")
@click.option("--country", default="KE", show_default=True, help="Where PHONE is written so.")
@click.option("--why", required=True, help="Who told us, and how.")
def sim_changed(*, number: str, country: str, why: str) -> None:
    """Trust nothing at PHONE until its owner has proved who they are: its SIM was changed."""
    try:
        known = phone.parse(number, country)
    except NotAPhone:
        raise click.BadParameter(f"{number!r} is no phone number", param_hint="PHONE") from None
    with open_desk() as desk, desk.unit() as unit:
        customer = trust.sim_changed(
            unit, known, at=unit.now, notice=f"command {unit.new_id()}", source="command"
        )
        if customer is not None:
            audit.note(
                unit,
                SYSTEM,
                "customer.sim_changed",
                subject="customer",
                subject_id=customer,
                customer=customer,
                reason=why,
            )
    if customer is None:
        raise click.ClickException(f"nobody banks with {phone.mask(known)}")
    click.echo(f"{phone.mask(known)} is trusted no more; limits are lowered for 72 hours")


@command.command("export")
@click.argument("customer", metavar="ID", type=click.UUID)
@click.option("--why", required=True, help="Who asked for it, and how we know who they are.")
@click.option(
    "--files",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new folder for the files the customer sent and was given.",
)
def export(*, customer: UUID, why: str, folder: Path | None) -> None:
    """Print everything that is held about a customer as JSON, for the customer.

    It is in clear: hand it over by a way that nobody else reads, and delete it here.
    """
    with open_desk() as desk:
        try:
            with desk.unit() as unit:
                held = customer_copy.copy(unit, SYSTEM, customer, reason=why)
        except UnknownCustomer:
            raise click.BadParameter("there is no such customer", param_hint="ID") from None
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True)
            for name, kept in (("media", "files"), ("documents", "documents")):
                _copy_files(desk, name, [UUID(str(one["id"])) for one in held[kept]], folder)
    click.echo(json.dumps(held, indent=1, ensure_ascii=False))


def _copy_files(desk: Desk, name: str, ids: list[UUID], folder: Path) -> None:
    """Open the files of these ids that are there into a folder of their owner's alone."""
    files = Files(desk.settings.data_dir, name, desk.keys)
    there = set(files.ids()).intersection(ids)
    for one in sorted(there):
        place = folder / str(one)
        place.touch(mode=0o600)
        place.write_bytes(files.read(one))
