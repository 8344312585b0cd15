"""USSD as Africa's Talking carries it: sessions, their limits, and how they break off."""

from bot.simulator.twin.exchange import Exchange
from bot.simulator.twin.phones import Phone, Session
from bot.simulator.twin.post import Errand, Outcome, Then
from bot.simulator.wire import Letter, screen

LONGEST = 180.0  # seconds a session may last
IDLE = 30.0  # seconds to answer a screen
LONGEST_INPUT = 80
NO_ANSWER = "Connection problem or invalid MMI code."
TIMED_OUT = "Session timed out. Dial again."
DROPPED = "The line dropped. Dial again."
NOTHING = "No session. Dial first."


class Sessions:
    """One USSD session per phone. What was typed stays in memory: it may hold a PIN."""

    def __init__(self, exchange: Exchange) -> None:
        self._ex = exchange

    def dial(self, address: str, code: str, *, then: Then | None = None) -> None:
        """Open a session; one still open is dropped first, as a handset does."""
        self.hang_up(address, note="")
        now = self._ex.clock()
        with self._ex.phones.at(address) as phone:
            session = Session(f"ATUid_{self._ex.new_id()}", code, began=now, heard=now)
            phone.session = session
            self._hop(phone, session, then)

    def press(self, address: str, keys: str, *, then: Then | None = None) -> bool:
        """Answer the screen. False when no session is open any more."""
        with self._ex.phones.at(address) as phone:
            session = phone.session
            if session is None or not session.open or session.waiting:
                return False
            if self._is_over(session):
                self._end(phone, session, "Failed", TIMED_OUT)
                return False
            session.typed.append(keys[:LONGEST_INPUT])
            self._hop(phone, session, then)
        return True

    def is_open(self, address: str) -> bool:
        """Return whether a session is open."""
        with self._ex.phones.at(address) as phone:
            return phone.session is not None and phone.session.open

    def expire(self, address: str) -> None:
        """End a session that has lasted, or idled, too long; leave any other alone."""
        with self._ex.phones.at(address) as phone:
            session = phone.session
            if session is not None and session.open and self._is_over(session):
                self._end(phone, session, "Failed", TIMED_OUT)

    def hang_up(self, address: str, *, note: str = "You hung up.") -> None:
        """Put the handset down."""
        self._break(address, "Incomplete", note)

    def drop(self, address: str) -> None:
        """Lose the line; an answer under way never shows."""
        self._break(address, "Failed", DROPPED)

    def lose_next(self, address: str) -> None:
        """Lose the line while the bank works on the next input."""
        with self._ex.phones.at(address) as phone:
            phone.loses_next = True
            self._ex.phones.show_screen(address)

    def _hop(self, phone: Phone, session: Session, then: Then | None) -> None:
        session.waiting, session.note, session.hops = True, "", session.hops + 1
        letter = self._ex.wire.ussd(
            phone.address, session=session.id, code=session.code, text="*".join(session.typed)
        )
        phone.last["ussd"] = letter
        self._ex.phones.show_screen(phone.address)

        def done(posted: Letter, outcome: Outcome) -> None:
            self._ex.tell_call(phone.address, "ussd", posted, outcome, "")
            with self._ex.phones.at(phone.address):
                self._answered(phone, session, outcome)
            if then:
                then(posted, outcome)

        if self._ex.faults.is_down("africastalking"):
            done(letter, Outcome(0, "", 0.0))
        else:
            self._ex.postman.send(Errand(letter, phone.address, done), after=self._ex.faults.hold())
            if self._ex.faults.twice():
                self._ex.postman.send(Errand(letter, phone.address))

    def _answered(self, phone: Phone, session: Session, outcome: Outcome) -> None:
        session.waiting, session.heard = False, self._ex.clock()
        if not session.open:
            return  # hung up or dropped meanwhile: nobody reads this answer
        shown = screen(outcome.body) if outcome.status == 200 else None
        if phone.loses_next:
            phone.loses_next = False
            self._end(phone, session, "Failed", DROPPED)
        elif shown is None:
            self._end(phone, session, "Failed", NO_ANSWER)
        elif shown[1]:
            session.text = shown[0]
            self._end(phone, session, "Success", "")
        else:
            session.text = shown[0]
            self._ex.phones.show_screen(phone.address)

    def _break(self, address: str, status: str, note: str) -> None:
        with self._ex.phones.at(address) as phone:
            if phone.session is not None and phone.session.open:
                self._end(phone, phone.session, status, note)

    def _end(self, phone: Phone, session: Session, status: str, note: str) -> None:
        session.open, session.waiting, session.note = False, False, note
        if note:
            session.text = ""
        session.typed.clear()
        self._ex.phones.show_screen(phone.address)
        now = self._ex.clock()
        letter = self._ex.wire.ussd_end(
            phone.address,
            session=session.id,
            code=session.code,
            status=status,
            hops=session.hops,
            milliseconds=int((now - session.began).total_seconds() * 1000),
            ended_at=now.strftime("%Y-%m-%d %H:%M:%S"),
        )
        self._ex.postman.send(Errand(letter, phone.address))

    def _is_over(self, session: Session) -> bool:
        now = self._ex.clock()
        lasted = (now - session.began).total_seconds()
        idle = 0.0 if session.waiting else (now - session.heard).total_seconds()
        return lasted >= LONGEST or idle >= IDLE
