"""``flask --app bot ledger``: sealing blocks, anchoring them, and proving what stands in them."""

import json
from typing import TextIO
from uuid import UUID

import click
import uuid_utils.compat

from bot import keyrings
from bot.commands.desk import at_work, open_desk
from bot.database import clock
from bot.migrate import admin_engine
from bot.settings import Settings
from core.ledger import anchor_file, anchors
from core.ledger import proof as proofs
from core.ledger.eras import new_era
from core.ledger.proof import BadProof, Proof
from core.ledger.seals import SealKey
from core.ledger.seals import seal as seal_next
from core.store.unit import open_unit


class Hex(click.ParamType[bytes]):
    """A public key: 64 hex digits."""

    name = "hex"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        """Return its 32 bytes."""
        try:
            key = bytes.fromhex(str(value))
        except ValueError:
            key = b""
        if len(key) != 32:
            self.fail("a public key is 64 hex digits", param, ctx)
        return key


trusted_key = click.option(
    "--public-key", type=Hex(), help="The bank's key, from a source of your own."
)


@click.command("seal")
@click.option(
    "--new-era",
    is_flag=True,
    help="Once, after the database has moved to another server and before the bank opens there.",
)
def seal(*, new_era: bool) -> None:
    """Seal now what has been written; the scheduler does so every second."""
    if new_era:
        with at_work() as settings:
            era = _new_era(settings)
        click.echo(f"era {era} has begun")
        return
    with open_desk() as desk:
        key, blocks, rows = SealKey(desk.settings.seal_key), 0, 0
        while True:
            with desk.unit() as unit:
                block = seal_next(unit, key)
            if block is None:
                break
            blocks, rows = blocks + 1, rows + block.size
    click.echo(f"{rows} rows sealed in {blocks} blocks")


def _new_era(settings: Settings) -> int:
    engine = admin_engine(settings.database_admin_url)
    new_id = uuid_utils.compat.uuid7
    try:
        keys = keyrings.load(engine, settings)
        with open_unit(
            engine, keys=keys, now=clock(engine), new_id=new_id, correlation="new era"
        ) as unit:
            return new_era(unit)
    finally:
        engine.dispose()


@click.command("anchor")
@click.option("--print", "only_print", is_flag=True, help="Print it and keep nothing.")
@click.pass_context
def anchor(context: click.Context, *, only_print: bool) -> None:
    """Write down the last block's hash where the database's administrator cannot change it."""
    with open_desk() as desk:
        file = anchors.place(desk.settings.data_dir)
        with desk.unit() as unit:
            head = anchors.head(unit)
        if head is not None and not only_print and head.height > anchors.last_height(file):
            anchor_file.add(file, head)
    if head is None:
        click.echo("nothing is sealed yet")
        context.exit(1)
    click.echo(head.line)


@click.command("prove")
@click.argument("row")
@click.option("--short", is_flag=True, help="Print the form that fits on a receipt.")
def prove(*, row: str, short: bool) -> None:
    """Print the proof of a ROW: the id of a transaction, or the short form on a receipt."""
    with open_desk() as desk, desk.unit() as unit:
        row_id = _id(row) or proofs.look_up(unit, row)
        proof = proofs.proof(unit, row_id) if row_id else None
    if proof is None:
        raise click.ClickException("no such row is sealed (yet)")
    click.echo(proof.short if short else json.dumps(proof.as_json(), ensure_ascii=False, indent=1))


@click.command("check-proof")
@click.argument("file", type=click.File(encoding="utf-8"))
@trusted_key
def check_proof(*, file: TextIO, public_key: bytes | None) -> None:
    """Check a proof, without any database. Says what is proven, or exits 1."""
    try:
        proof = Proof.from_json(json.load(file))
        row = proofs.check(proof, trusted=public_key)
    except (BadProof, ValueError) as bad:
        raise click.ClickException(f"not proven: {bad}") from None
    if public_key is None:
        click.echo(f"signed by {proof.public_key.hex()}: compare it with the bank's own key")
    click.echo(f"proven: {proof.header}")
    click.echo(json.dumps({**row.facts, "entries": row.entries}, ensure_ascii=False, indent=1))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


COMMANDS = (seal, anchor, prove, check_proof)
