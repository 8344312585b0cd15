"""Which press of its session a press is, for gateways that number none and repeat no trail.

Two equal presses look the same on their wire: a customer who presses ``1`` twice, and a gateway
that delivers one ``1`` twice. They are told apart by time. An equal press is a repeat while the
first is not answered yet, and for some seconds after: nobody reads a screen and presses in less.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine, exc

REPEATS_FOR = timedelta(seconds=3)
"""How long after an answer an equal press is a repeat: the network alone takes two of them."""
ANSWERED_WITHIN = timedelta(seconds=60)
"""How long a press may go without an answer: after that, whoever had it in hand has vanished."""
UNKNOWN = 0
"""The number of a press while nobody can be asked."""

NUMBER = "select number_ussd_press(%(session)s, %(press)s, %(after)s, %(within)s, %(now)s)"
ANSWERED = "update ussd_presses set answered = true, at = %(now)s where session_hash = %(session)s"

AWAY = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
"""What PostgreSQL, or the way to it, says when another moment may mend it."""

log = structlog.get_logger()


class PressBook:
    """Numbers presses, in transactions of its own: a door asks before there is a turn."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def number(self, session: bytes, press: bytes) -> int:
        """Return the number of this press; a repeat has that of the press it repeats.

        ``UNKNOWN`` while PostgreSQL cannot be asked: then there is no turn either.
        """
        try:
            with self._engine.begin() as connection:
                number: int = connection.exec_driver_sql(
                    NUMBER,
                    {
                        "session": session,
                        "press": press,
                        "after": REPEATS_FOR,
                        "within": ANSWERED_WITHIN,
                        "now": self._clock(),
                    },
                ).scalar_one()
        except AWAY as error:
            log.warning("press not numbered", error=type(error).__name__)
            return UNKNOWN
        return number

    def answered(self, session: bytes) -> None:
        """Note that the last press of a session is answered now. Never fails the answer."""
        try:
            with self._engine.begin() as connection:
                connection.exec_driver_sql(
                    ANSWERED,
                    {"session": session, "now": self._clock()},
                )
        except AWAY as error:
            log.warning("answer not noted", error=type(error).__name__)
