"""Publishes where the book and the audit log end: in a file, and to whoever is to keep it."""

from pathlib import Path

import httpx
import structlog

from bot.house import House
from core.access import audit_anchor
from core.access.audit_anchor import AuditAnchor
from core.ledger import anchor_file, anchors
from core.ledger.anchored import Anchored
from core.ledger.anchors import Anchor
from core.ledger.seals import SealKey

POST_SECONDS = 10.0

log = structlog.get_logger()


def publish_anchor(house: House) -> Anchor | None:
    """Publish the anchor of the book's last block, if it is new.

    :raises httpx.HTTPError: if the keeper does not take it; it is offered again the next time
    """
    file = anchors.place(house.settings.data_dir)
    with house.unit() as unit:
        head = anchors.head(unit, since=anchors.last_height(file))
    if head is not None:
        _publish(house, file, head)
        log.info("anchored", height=head.height, hash=head.hash.hex())
    return head


def publish_audit_anchor(house: House) -> AuditAnchor | None:
    """Publish the anchor of the audit log's last row, if it is new.

    :raises httpx.HTTPError: if the keeper does not take it; it is offered again the next time
    """
    file = audit_anchor.place(house.settings.data_dir)
    key = SealKey(house.settings.seal_key)
    with house.unit() as unit:
        head = audit_anchor.head(unit, key, since=audit_anchor.last_seq(file))
    if head is not None:
        _publish(house, file, head)
        log.info("anchored", audit_seq=head.seq, hash=head.hash.hex())
    return head


def _publish(house: House, file: Path, anchor: Anchored) -> None:
    if house.settings.anchor_url:
        # First to the keeper: what stands in the file has been published everywhere.
        httpx.post(
            house.settings.anchor_url,
            content=anchor.line,
            headers={"content-type": "application/json"},
            timeout=POST_SECONDS,
        ).raise_for_status()
    anchor_file.add(file, anchor)
