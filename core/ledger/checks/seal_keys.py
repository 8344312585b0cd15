"""Which keys of the database may have signed blocks: each newer key vouches for the one before."""

from core.ledger import seals
from core.ledger.verify import Breach
from core.store.unit import Unit

MOST_KEYS = 1000


def trusted_keys(unit: Unit, trusted: bytes | None) -> tuple[dict[str, bytes], list[Breach]]:
    """Return the public keys by their ids that lead back from a trusted one, and what is doubtful.

    Without a trusted key, the newest one in the database is believed.
    """
    rows = unit.all(
        "select id, public_key, previous, vouch from seal_keys"
        " order by added_at, id limit %(most)s",
        most=MOST_KEYS,
    )
    known = {row.id: row for row in rows}
    succeeded = {row.previous for row in rows}
    newest = next((one for one in known if one not in succeeded), None)
    start = newest if trusted is None else seals.key_id(trusted)
    keys: dict[str, bytes] = {}
    # A key that has not signed yet stands in no row; it vouches when it does.
    at = start if start in known else None
    while at is not None and at in known and at not in keys:
        row = known[at]
        public = bytes(row.public_key)
        if seals.key_id(public) != at:
            break
        keys[at] = public
        before = known.get(row.previous) if row.previous else None
        if before is None or not seals.vouched_by(
            public, bytes(row.vouch), bytes(before.public_key)
        ):
            break
        at = before.id
    doubts = [
        Breach("seal_key", f"seal_keys {one}", "is not vouched for by a key that is trusted")
        for one in known
        if one not in keys
    ]
    return keys, doubts
