"""What people call a transaction: twelve letters and digits that can be read aloud."""

import hashlib
from uuid import UUID

# Without I, L, O and U: nothing is misread aloud, and no word comes out.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10


def reference_of(id: UUID) -> str:  # noqa: A002 - of a transaction
    """Return what people call a transaction, the same each time."""
    number = int.from_bytes(hashlib.sha256(id.bytes).digest()[:8])
    return "WK" + "".join(LETTERS[number >> 5 * place & 31] for place in range(_LENGTH))
