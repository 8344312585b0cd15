"""How staff come in: what the API's views and the desk's pages call, each a few units of work.

Passwords are hashed and compared between units, never inside one. What refuses is raised after the
unit that counted it has committed.
"""

from collections.abc import Iterable
from uuid import UUID

from bot import guard, staff_mail
from bot.house import House
from core.access import audit, mfa, sessions, sign_in, staff, staff_tokens
from core.access.actors import Actor
from core.access.limits import Limit
from core.access.mfa import Enrolment, WrongMfaCode
from core.access.refresh import SignInAgain
from core.access.sessions import Key, Kind
from core.access.sign_in import WINDOW, SignedIn
from core.access.staff import Member
from core.errors import Refusal

RESETS = Limit("reset from", most=10, window=WINDOW)
LETTERS = Limit("reset of", most=3, window=WINDOW)
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome",
            "Safari/": "Safari"}  # fmt: skip
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows",
           "Mac OS": "macOS", "Linux": "Linux"}  # fmt: skip
LONGEST_AGENT = 60


def enter(house: House, *, email: str, password: str, kind: Kind, ip: str, agent: str) -> SignedIn:
    """Sign somebody in with a password: wholly, or half where a second factor is asked for.

    :raises WrongLogin: if e-mail or password is wrong
    :raises LoginLocked: if it was wrong too often
    :raises TooManyTries: if too much was tried from that address, or for that e-mail
    :raises AddressNotAllowed: to an administrator from outside ADMIN_ALLOWED
    """
    with house.unit() as unit:
        look = sign_in.look(unit, email=email, ip=ip)
    if isinstance(look, Refusal):
        raise look
    right = house.passwords.verify(look.hash, password)
    with house.unit() as unit:
        done = sign_in.judge(unit, look, right=right, kind=kind, ip=ip, agent=browser(agent))
        if isinstance(done, SignedIn):
            guard.require_address(house.settings, done.role, ip)
    return _or_raise(done)


def second(house: House, key: Key | None, code: str, *, ip: str) -> SignedIn:
    """Open a half-open session with a code of the second factor, under a new key.

    :raises SignInAgain: if no session waits for one under that key
    :raises WrongMfaCode: if it is wrong or was used
    :raises LoginLocked: if it was wrong too often
    """
    if key is None:
        raise SignInAgain
    with house.unit() as unit:
        done = sign_in.second(unit, key, code, ip=ip)
    return _or_raise(done)


def begin_enrolment(house: House, who: Actor | Key | None) -> Enrolment:
    """Show a new second factor to somebody who is signed in, or whose sign-in asks for one.

    :raises SignInAgain: if they are neither
    :raises MfaNeeded: if they have one already and have not proven it lately
    """
    with house.unit() as unit:
        if isinstance(who, Key):
            owner = sessions.half_open(unit, who)
        else:
            owner = None if who is None else who.id
        if owner is None:
            raise SignInAgain
        member = staff.get(unit, owner)
        if member.mfa_enrolled_at is not None:
            if not isinstance(who, Actor):
                raise SignInAgain  # with a password alone nobody replaces a second factor
            who.require_mfa(unit.now)
        return mfa.begin(unit, staff=owner, email=member.email)


def confirm_in_sign_in(
    house: House, key: Key | None, code: str, *, ip: str
) -> tuple[SignedIn, list[str]]:
    """Enrol somebody whose sign-in asks for it; return it opened, and their recovery codes.

    Raises what `sign_in.confirm_enrolment` does.
    """
    if key is None:
        raise SignInAgain
    with house.unit() as unit:
        return sign_in.confirm_enrolment(unit, key, code, ip=ip)


def confirm(house: House, actor: Actor, code: str) -> list[str]:
    """Put the second factor in force that somebody signed in has been shown; return its codes.

    :raises WrongMfaCode: if that is not its code
    :raises MfaNotEnrolled: if they were shown none
    """
    if actor.id is None or actor.session is None:
        raise SignInAgain
    with house.unit() as unit:
        codes = mfa.confirm(unit, staff=actor.id, code=code)
        if codes is None:
            raise WrongMfaCode
        sessions.prove(unit, actor.session)
        audit.note(unit, actor, "staff.mfa_enrolled", subject="staff", subject_id=actor.id)
    return codes


def prove(house: House, actor: Actor, code: str) -> None:
    """Prove the second factor anew, for what asks for a fresh one. Raises what `second` does."""
    with house.unit() as unit:
        refused = sign_in.prove_again(unit, actor, code)
    if refused is not None:
        raise refused


def change_password(house: House, actor: Actor, *, current: str, new: str) -> None:
    """Change one's own password; every other session of theirs ends.

    :raises WrongLogin: if the current one is wrong; it counts as a wrong try
    :raises WeakPassword: if the new one is not good enough
    """
    if actor.id is None:
        raise SignInAgain
    with house.unit() as unit:
        member = staff.get(unit, actor.id)
        look = sign_in.look(unit, email=member.email, ip=actor.ip)
    if isinstance(look, Refusal):
        raise look
    right = house.passwords.verify(look.hash, current)
    with house.unit() as unit:
        refused = sign_in.check(unit, look, right=right, ip=actor.ip)
    if refused is not None:
        raise refused
    hashed = house.passwords.choose(new, about=(member.email, member.name))
    with house.unit() as unit:
        staff.set_password(
            unit, staff=actor.id, password_hash=hashed, ip=actor.ip, but=actor.session
        )


def forgotten(house: House, *, email: str, ip: str) -> None:
    """Send a way back to whoever has that e-mail; nothing tells whether anybody does.

    :raises TooManyTries: if too much was asked for from that address
    """
    with house.unit() as unit:
        over = RESETS.count(unit, ip)
        member = None if over else staff.by_email(unit, email)
        known = member is not None and member.is_active and member.joined
        if member is not None and known and LETTERS.count(unit, member.email) is None:
            token = staff_tokens.issue(unit, staff=member.id, purpose="reset")
            staff_mail.write(unit, house.settings, member, purpose="reset", token=token)
    if over:
        raise over


def accept(house: House, *, token: str, password: str, ip: str) -> Member:
    """Take up an invitation or a reset with a password of one's own; return whose it was.

    :raises LinkSpent: if the link is not good (any more)
    :raises WeakPassword: if the password is not good enough; the link stays good
    """
    with house.unit() as unit:
        member = staff.get(unit, staff_tokens.owner(unit, token))
    hashed = house.passwords.choose(password, about=(member.email, member.name))
    with house.unit() as unit:
        owner = staff_tokens.use(unit, token)
        staff.set_password(unit, staff=owner, password_hash=hashed, ip=ip)
    return member


def invite(house: House, by: Actor, *, email: str, name: str, role: str) -> Member:
    """Add somebody to the staff and send them an invitation. Raises what `staff.add` does."""
    with house.unit() as unit:
        member, token = staff.invite(unit, by, email=email, name=name, role=role)
        staff_mail.write(unit, house.settings, member, purpose="invitation", token=token)
    return member


def invite_again(house: House, by: Actor, id: UUID) -> Member:  # noqa: A002 - what it is
    """Send a new invitation to somebody who has not joined. Raises what `staff` does."""
    with house.unit() as unit:
        member, token = staff.invite_again(unit, by, id)
        staff_mail.write(unit, house.settings, member, purpose="invitation", token=token)
    return member


def leave(house: House, actor: Actor) -> None:
    """Sign out, at once."""
    if actor.session is None:
        return
    with house.unit() as unit:
        sessions.end(unit, actor.session, why="signed_out")
        audit.note(
            unit, actor, "staff.signed_out", subject="staff_session", subject_id=actor.session
        )


def end_session(house: House, actor: Actor, session: UUID) -> bool:
    """End a session, at once; return whether it was still live. The guard judged whose it is."""
    with house.unit() as unit:
        ended = sessions.end(unit, session, why="ended")
        audit.note(unit, actor, "staff.session_ended", subject="staff_session", subject_id=session)
    return ended


def browser(agent: str) -> str:
    """Return what a list of sessions shows of a User-Agent: ``Firefox on Linux``."""
    name = _first(agent, BROWSERS)
    if not name:
        return agent.partition("/")[0].strip()[:LONGEST_AGENT]
    system = _first(agent, SYSTEMS)
    return f"{name} on {system}" if system else name


def _first(agent: str, known: dict[str, str]) -> str:
    found: Iterable[str] = (name for sign, name in known.items() if sign in agent)
    return next(iter(found), "")


def _or_raise(done: SignedIn | Refusal) -> SignedIn:
    if isinstance(done, Refusal):
        raise done
    return done
