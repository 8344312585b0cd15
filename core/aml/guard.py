"""The only way to what is suspected of whom.

Telling a customer that they are suspected is an offence in itself (tipping off: Kenya's Proceeds of
Crime and Anti-Money Laundering Act, section 8; FATF recommendation 21), so the application's own
role reads none of the tables of alerts. `compliance` takes on the role that does, for somebody who
may, and for the statements inside alone.

Each look is written down twice: in the audit log, which says that compliance was at work and not at
what, and in the log of compliance, which says at what. The entry of the first carries a fingerprint
of the second, so that neither can be changed without the other.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from core.access import audit
from core.access.actors import Actor
from core.store.acting import acting_as
from core.store.sealed import COMPLIANCE_ROLE
from core.store.unit import Unit

DETAILS = "aml_log.details"
SAME_LOOK = timedelta(minutes=10)
"""A page that refreshes itself is one look for so long."""
_LOOKED = "looked"


@contextmanager
def compliance(
    unit: Unit,
    actor: Actor,
    permission: str,
    *,
    about: str = "queue",
    about_id: object = "",
) -> Iterator[None]:
    """Let the statements inside read the tables of compliance, and nothing else.

    ``about`` and ``about_id`` say what is looked at. The look is noted when the unit ends well; of
    the house itself only what it does is.

    :raises Forbidden: if their role has not that permission
    """
    actor.require(permission)
    if actor.kind == "staff":
        _note(unit, _Entry(actor, _LOOKED, about, str(about_id), {}))
    with acting_as(unit, COMPLIANCE_ROLE):
        yield


def noted(
    unit: Unit,
    actor: Actor,
    action: str,
    *,
    about: str,
    about_id: object,
    details: Mapping[str, str] | None = None,
) -> None:
    """Note what somebody did (``taken``, ``concluded``); ``details`` are sealed."""
    _note(unit, _Entry(actor, action, about, str(about_id), dict(details or {})))


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something for both logs, written when all else of the unit is done."""

    actor: Actor
    action: str
    about: str
    about_id: str
    details: dict[str, str]

    def __call__(self, unit: Unit) -> None:
        """Write it, unless it is a look that was noted a moment ago."""
        if self.action == _LOOKED and self._is_known(unit):
            return
        log_id = unit.new_id()
        details = json.dumps(self.details, separators=(",", ":"), ensure_ascii=False).encode()
        with acting_as(unit, COMPLIANCE_ROLE):
            unit.run(
                """
                insert into aml_log (log_id, at, actor_id, action, about, about_id, details)
                values (%(id)s, %(now)s, %(actor)s, %(action)s, %(about)s, %(about_id)s,
                    %(details)s)
                """,
                id=log_id,
                actor=self.actor.id,
                action=self.action,
                about=self.about,
                about_id=self.about_id,
                details=unit.keys.seal_bytes(details, field=DETAILS, row=log_id),
                now=unit.now,
            )
        said = "\n".join((str(log_id), self.action, self.about, self.about_id)).encode()
        audit.note(
            unit,
            self.actor,
            "compliance.read" if self.action == _LOOKED else "compliance.worked",
            subject="compliance",
            subject_id=log_id,
            after={"digest": unit.keys.audit.digest(said + b"\n" + details).hex()},
        )

    def _is_known(self, unit: Unit) -> bool:
        with acting_as(unit, COMPLIANCE_ROLE):
            known: bool = unit.value(
                """
                select exists(select from aml_log
                    where about = %(about)s and about_id = %(about_id)s and at > %(since)s
                        and actor_id is not distinct from %(actor)s and action = %(action)s)
                """,
                about=self.about,
                about_id=self.about_id,
                actor=self.actor.id,
                action=self.action,
                since=unit.now - SAME_LOOK,
            )
        return known


def _note(unit: Unit, entry: _Entry) -> None:
    if entry not in unit.last:
        unit.last.append(entry)
