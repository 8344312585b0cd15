"""The mail company: takes every letter over SMTP and keeps the newest for the browser."""

from asyncio import Server
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from threading import Lock
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Blueprint, Response, current_app, jsonify

from bot.simulator.twin.faults import Faults

KEPT = 200
LARGEST = 10 * 1024 * 1024

mailbox = Blueprint("mailbox", __name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as whoever gets it reads it. ``files`` are the names of what is attached.

    ``references`` are the ids of the letters it follows, and ``in_reply_to`` the last of them.
    """

    id: str
    message_id: str
    sender: str
    to: str
    subject: str
    body: str
    at: str
    files: tuple[str, ...] = field(default=())
    in_reply_to: str = ""
    references: tuple[str, ...] = field(default=())


class Mailbox:
    """Everybody's letters, and the server that takes them."""

    def __init__(
        self, faults: Faults, *, clock: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self._faults, self._clock, self._new_id = faults, clock, new_id
        self._letters: deque[Letter] = deque(maxlen=KEPT)
        self._lock = Lock()
        self._server: Controller | None = None

    @property
    def port(self) -> int:
        """Where it listens; only while it does."""
        return int(cast("Controller", self._server).port)

    def open(self, port: int) -> None:
        """Listen on a port of this machine, on a thread of its own."""
        self._server = _Server(self, port)
        self._server.start()

    def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.stop(no_assert=True)
            self._server = None

    def clear(self) -> None:
        """Forget every letter."""
        with self._lock:
            self._letters.clear()

    def letters(self) -> list[Letter]:
        """Return the letters, the newest first."""
        with self._lock:
            return list(reversed(self._letters))

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        """Take a letter, as aiosmtpd asks."""
        if self._faults.is_down("mail"):
            return "451 4.3.0 Service unavailable"
        with self._lock:
            self._letters.append(self._read(envelope))
        return "250 2.0.0 Taken"

    def _read(self, envelope: Envelope) -> Letter:
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        read = message_from_bytes(raw, policy=default)
        body = read.get_body(preferencelist=("plain",))
        return Letter(
            id=self._new_id(),
            message_id=str(read["Message-ID"] or ""),
            sender=str(read["From"] or envelope.mail_from),
            to=", ".join(envelope.rcpt_tos),
            subject=str(read["Subject"] or ""),
            body="" if body is None else str(body.get_content()),
            at=self._clock().isoformat(),
            files=tuple(part.get_filename() or "file" for part in read.iter_attachments()),
            in_reply_to=str(read["In-Reply-To"] or ""),
            references=tuple(str(read["References"] or "").split()),
        )


class _Server(Controller):
    """aiosmtpd's server, that knows which port it was given when it asked for any."""

    def __init__(self, handler: Mailbox, port: int) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=port, data_size_limit=LARGEST)

    def _trigger_server(self) -> None:
        """Knock once at the port that it really got."""
        listening = cast("Server", self.server)
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@mailbox.get("/twin/mails")
def mails() -> Response:
    """Return every letter that is kept, the newest first."""
    held: Mailbox = current_app.extensions["desk"].mailbox
    return jsonify(mails=[asdict(one) for one in held.letters()])
