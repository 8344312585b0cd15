"""``flask --app bot audit``: whether the audit log is whole, and what stands in it."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click

from bot.commands.desk import Desk, as_json, open_desk, table
from bot.logs import mask
from core.access import audit, audit_anchor
from core.access.actors import SYSTEM
from core.access.audit import Entry
from core.access.audit_anchor import AuditAnchor
from core.access.audit_verify import verify as breaches_of
from core.ledger.seals import SealKey
from core.ledger.verify import Breach
from core.store.audit_key import AuditKey

COLUMNS = ("seq", "at", "actor", "role", "action", "subject", "customer", "fields", "reason")


@click.group("audit")
def command() -> None:
    """Prove and read the log of what staff did and saw."""


@command.command("verify")
@click.option(
    "--anchor",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of anchors; DATA_DIR/anchors/audit.ndjson by default.",
)
@click.option(
    "--old-key",
    type=click.File(encoding="ascii"),
    multiple=True,
    help="A file with a SEAL_KEY of before (base64), for rows that it chained.",
)
@as_json
@click.pass_context
def verify(
    context: click.Context, *, anchor: Path | None, old_key: tuple[TextIO, ...], as_json: bool
) -> None:
    """Walk the whole log; name each row that is not what was written, and exit 1."""
    older = [_seal_key(file) for file in old_key]
    with open_desk() as desk:
        breaches = [asdict(breach) for breach in _breaches(desk, anchor, older)]
        with desk.unit() as unit:
            facts = {"breaches": len(breaches)}
            audit.note(
                unit, SYSTEM, "audit.verified", subject="audit_log", subject_id="all", after=facts
            )
    if breaches or as_json:
        table(breaches, ("check", "row", "what"), as_json=as_json)
    else:
        click.echo("the audit log is whole")
    context.exit(1 if breaches else 0)


def _breaches(desk: Desk, anchor: Path | None, older: list[bytes]) -> Iterator[Breach]:
    file = anchor or audit_anchor.place(desk.settings.data_dir)
    trusted = {SealKey(seed).public for seed in (desk.settings.seal_key, *older)}
    kept: list[AuditAnchor] = []
    for number, one in audit_anchor.kept(file) if file.exists() else ():
        if one is None:
            yield Breach("audit_anchor", f"{file} line {number}", "is not what a key signed")
        elif one.public_key not in trusted:
            yield Breach("audit_anchor", f"{file} line {number}", "was signed by another key")
        else:
            kept.append(one)
    with desk.unit() as unit:
        yield from breaches_of(unit, older=map(AuditKey, older), anchors=kept)


def _seal_key(file: TextIO) -> bytes:
    try:
        key = base64.b64decode(file.read().strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise click.BadParameter(f"{file.name} holds no key of 32 bytes in base64")
    return key


@command.command("list")
@click.option("--actor", type=click.UUID, help="Only what this member of staff or customer did.")
@click.option("--customer", type=click.UUID, help="Only what is about this customer.")
@click.option("--action", help="Only this action, such as case.taken, or all of case.")
@click.option("--since", type=click.DateTime(), help="Only from then on, in UTC.")
@click.option("--after", type=click.IntRange(1), help="Go on behind this row (its seq).")
@click.option("--limit", type=click.IntRange(1, audit.LONGEST_PAGE), default=50, show_default=True)
@as_json
def show(
    *,
    actor: UUID | None,
    customer: UUID | None,
    action: str | None,
    since: datetime | None,
    after: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """Print entries, newest first, what looks personal masked. That they were read is noted."""
    with open_desk() as desk, desk.unit() as unit:
        entries = audit.page(
            unit,
            SYSTEM,
            after=after,
            limit=limit,
            actor=actor,
            customer=customer,
            action=action,
            since=None if since is None else since.replace(tzinfo=unit.now.tzinfo),
        )
    table([_told(entry) for entry in entries], COLUMNS, as_json=as_json)


def _told(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="seconds"),
        "actor": entry.actor_id or entry.actor_kind,
        "role": entry.role,
        "action": entry.action,
        "subject": f"{entry.subject_type} {entry.subject_id}",
        "customer": entry.customer_id,
        "fields": ",".join(entry.fields),
        "reason": mask(entry.reason),
    }
