"""Links to documents: they say which one, and open it for a day to whoever has them.

WhatsApp's carrier fetches a file by its address and has no name or password of ours: the address
itself is the key. It is signed (HMAC-SHA-1 by itsdangerous, under a key of its own), names one
document and the moment it was made, and is never written down.
"""

from datetime import datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

GOOD_FOR = timedelta(hours=24)


class BadLink(Exception):
    """The link was not made by us, or for another document."""


class LinkExpired(Exception):
    """The link was ours, and its day is over."""


class _Signer(TimestampSigner):
    """Signs by the time it is told, for only the house has a clock."""

    def __init__(self, secret_key: str, now: datetime) -> None:
        super().__init__(secret_key, salt="wekeza.documents")
        self._now = now

    def get_timestamp(self) -> int:
        """Return the time, in whole seconds."""
        return int(self._now.timestamp())


def sign(document: UUID, *, secret_key: str, now: datetime) -> str:
    """Return what stands behind a document's id in its link."""
    signed = _Signer(secret_key, now).sign(str(document)).decode()
    return signed.removeprefix(f"{document}.")


def check(document: UUID, signature: str, *, secret_key: str, now: datetime) -> None:
    """Let a link pass that is ours, for this document and less than a day old.

    :raises BadLink: if it is not ours, or for another document
    :raises LinkExpired: if its day is over
    """
    try:
        _Signer(secret_key, now).unsign(
            f"{document}.{signature}", max_age=int(GOOD_FOR.total_seconds())
        )
    except SignatureExpired:
        raise LinkExpired from None
    except BadSignature:
        raise BadLink from None
