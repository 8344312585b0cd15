"""The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes.

A code is good for its own half minute and the ones beside it, and only once: the step it belongs
to must be later than the last one that was used (RFC 6238 section 5.2).
"""

import hmac
from dataclasses import dataclass
from uuid import UUID

import pyotp
import segno

from core.access import sessions, tokens
from core.errors import DeskRefusal
from core.store.unit import Row, Unit

STEP_SECONDS = 30
DRIFT_STEPS = 1
RECOVERY_CODES = 10
ISSUER = "Wekeza"
REQUIRED_OF = frozenset({"admin", "compliance"})
"""The roles that may not sign in without; everybody else may choose to have one."""


class WrongMfaCode(DeskRefusal):
    """That is not the code of this moment, or it was used before."""

    code = "wrong_mfa_code"


class MfaNotEnrolled(DeskRefusal):
    """There is no second factor to prove, or none that waits to be confirmed."""

    code = "mfa_not_enrolled"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A new secret as it is shown once: to type, as ``otpauth://`` address, and as a picture."""

    secret: str
    uri: str

    def svg(self) -> str:
        """Return the address as a QR code to scan: a whole SVG document."""
        return str(segno.make(self.uri, error="m").svg_inline(scale=4, border=2))


def fresh_secret() -> str:
    """Return a new secret of 160 bits in base 32."""
    return pyotp.random_base32()


def code_at(secret: str, seconds: int) -> str:
    """Return the six digits that an authenticator shows at a moment of Unix time."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).at(seconds)


def begin(unit: Unit, *, staff: UUID, email: str) -> Enrolment:
    """Begin to enrol: a new secret, that counts for nothing until `confirm` has seen a code of it.

    A factor that was enrolled before stays in force until then.
    """
    secret = fresh_secret()
    unit.run(
        "update staff set mfa_pending = %(sealed)s where id = %(staff)s",
        sealed=unit.keys.seal(secret, field="staff.mfa_pending", row=staff),
        staff=staff,
    )
    uri = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=ISSUER)
    return Enrolment(secret, uri)


def confirm(unit: Unit, *, staff: UUID, code: str) -> list[str] | None:
    """Put the pending secret in force when that is its code, and return new recovery codes.

    None when the code is wrong. Recovery codes of before are forgotten.

    :raises MfaNotEnrolled: if nothing was begun
    """
    row = unit.one(
        "select mfa_pending from staff where id = %(staff)s for no key update", staff=staff
    )
    if row.mfa_pending is None:
        raise MfaNotEnrolled
    secret = unit.keys.open(bytes(row.mfa_pending), field="staff.mfa_pending", row=staff)
    step = _step_of(unit, secret, code)
    if step is None:
        return None
    enrol(unit, staff=staff, secret=secret, step=step)
    return _new_recovery_codes(unit, staff)


def enrol(unit: Unit, *, staff: UUID, secret: str, step: int | None = None) -> None:
    """Put a secret in force at once; ``step`` is the last step of the clock that was used."""
    unit.run(
        """
        update staff set mfa_secret = %(sealed)s, mfa_pending = null, mfa_enrolled_at = %(now)s,
            mfa_last_step = %(step)s, updated_at = %(now)s
        where id = %(staff)s
        """,
        sealed=unit.keys.seal(secret, field="staff.mfa_secret", row=staff),
        staff=staff,
        step=step,
        now=unit.now,
    )


def check(unit: Unit, *, staff: UUID, code: str) -> bool:
    """Use up a code of an authenticator, or a recovery code, and return whether it was right."""
    row = unit.maybe(
        "select mfa_secret from staff where id = %(staff)s and mfa_secret is not null", staff=staff
    )
    return row is not None and (_use_step(unit, staff, row, code) or _use_code(unit, staff, code))


def forget(unit: Unit, staff: UUID) -> None:
    """Take somebody's second factor away (a lost phone) and end their sessions."""
    unit.run(
        """
        update staff set mfa_secret = null, mfa_pending = null, mfa_enrolled_at = null,
            updated_at = %(now)s
        where id = %(staff)s
        """,
        staff=staff,
        now=unit.now,
    )
    unit.run("delete from recovery_codes where staff_id = %(staff)s", staff=staff)
    sessions.end_all(unit, staff, why="mfa_reset")


def codes_left(unit: Unit, staff: UUID) -> int:
    """Return how many recovery codes somebody has not used yet."""
    return int(
        unit.value(
            "select count(*) from recovery_codes where staff_id = %(staff)s and used_at is null",
            staff=staff,
        )
    )


def _use_step(unit: Unit, staff: UUID, row: Row, code: str) -> bool:
    secret = unit.keys.open(bytes(row.mfa_secret), field="staff.mfa_secret", row=staff)
    step = _step_of(unit, secret, code)
    if step is None:
        return False
    # Compared and set by one statement: of two who bring the same code, one is right.
    used = unit.run(
        """
        update staff set mfa_last_step = %(step)s
        where id = %(staff)s and mfa_secret = %(secret)s
            and (mfa_last_step is null or mfa_last_step < %(step)s)
        """,
        staff=staff,
        secret=bytes(row.mfa_secret),
        step=step,
    )
    return used == 1


def _use_code(unit: Unit, staff: UUID, code: str) -> bool:
    used = unit.run(
        """
        update recovery_codes set used_at = %(now)s
        where staff_id = %(staff)s and code_hash = %(hash)s and used_at is null
        """,
        staff=staff,
        hash=tokens.code_digest(staff, code),
        now=unit.now,
    )
    return used == 1


def _step_of(unit: Unit, secret: str, code: str) -> int | None:
    """Return the step of the clock that a code belongs to; None when it is none of around now."""
    digits = "".join(code.split())
    step = int(unit.now.timestamp()) // STEP_SECONDS
    found = None
    for one in range(step - DRIFT_STEPS, step + DRIFT_STEPS + 1):
        shown = code_at(secret, one * STEP_SECONDS)
        if hmac.compare_digest(shown.encode(), digits.encode()):
            found = one
    return found


def _new_recovery_codes(unit: Unit, staff: UUID) -> list[str]:
    codes = [tokens.fresh_code() for _ in range(RECOVERY_CODES)]
    unit.run("delete from recovery_codes where staff_id = %(staff)s", staff=staff)
    unit.run(
        """
        insert into recovery_codes (id, staff_id, code_hash, made_at)
        select id, %(staff)s, hash, %(now)s
        from unnest(%(ids)s::uuid[], %(hashes)s::bytea[]) as made (id, hash)
        """,
        staff=staff,
        ids=[unit.new_id() for _ in codes],
        hashes=[tokens.code_digest(staff, code) for code in codes],
        now=unit.now,
    )
    return codes
