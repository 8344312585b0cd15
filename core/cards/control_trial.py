"""Rules of the bank for cards: drafted, watched in shadow, run over the past, and then binding.

In shadow a rule is judged with each payment and only written down. What it would have said of the
past, a back-test tells; without one no rule of the bank's binds anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.access.approvals import OwnRequest
from core.cards import controls
from core.cards.control_check import Breaks
from core.cards.controls import Control, Mode, Per, Scope
from core.errors import DeskRefusal
from core.money import Money
from core.store.unit import Unit

PERMISSION = "cards.rules"
NOTED: Mapping[Mode, str] = {
    "shadow": "card.rule_shadow",
    "bind": "card.rule_bind",
    "retired": "card.rule_ended",
}
"""What the log calls each move."""
MOST_SHOWN = 20
"""Payments of the past that a back-test names."""
LONGEST_TEST = timedelta(days=400)


class RuleNotReady(DeskRefusal):
    """A rule does not go there from where it is: it runs in shadow first, and over the past.

    Facts: ``mode``, ``to``.
    """

    code = "rule_not_ready"


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a rule would have said of the past."""

    since: datetime
    payments: int
    """How many payments were looked at."""
    broken: Sequence[tuple[UUID, Breaks]]
    """Those it would have declined, the oldest first, a few of them."""
    count: int
    """How many it would have declined."""
    amount: Money
    """What they came to."""


def draft(
    unit: Unit,
    actor: Actor,
    *,
    card: UUID | None,
    currency: str,
    scope: Scope,
    per: Per | None = None,
    most: Money | None = None,
    most_count: int | None = None,
) -> Control:
    """Draft a rule of the bank's, for one card or for all in a currency. It does nothing yet.

    :raises Forbidden: if their role makes no rules
    :raises RuleUnfit: if it says nothing, or more than one thing
    """
    actor.require(PERMISSION)
    made = controls.insert(
        unit, card=card, currency=currency, scope=scope, per=per, most=most,
        most_count=most_count, set_by="bank", mode="draft", by=_signature(actor),
    )  # fmt: skip
    _note(unit, actor, "card.rule_drafted", made.id)
    return made


def move(unit: Unit, actor: Actor, control: UUID, to: Mode) -> None:
    """Move a rule of the bank's on: draft, shadow, bind, retired.

    It binds once it ran over the past, and by another person than the one who drafted it.

    :raises Forbidden: if their role makes no rules
    :raises UnknownRule: if there is none such
    :raises RuleNotReady: if it does not go there from where it is
    :raises OwnRequest: if it would bind by who drafted it
    """
    actor.require(PERMISSION)
    row = unit.maybe(
        """
        select mode, tested_at, made_by from card_controls
        where control_id = %(id)s and set_by = 'bank' for update
        """,
        id=control,
    )
    if row is None:
        raise controls.UnknownRule
    steps = {"draft": {"shadow", "retired"}, "shadow": {"retired"}, "bind": {"retired"}}
    ready = row.mode == "shadow" and row.tested_at is not None
    if to not in steps.get(row.mode, set()) | ({"bind"} if ready else set()):
        raise RuleNotReady(mode=row.mode, to=to)
    if to == "bind" and row.made_by == _signature(actor):
        raise OwnRequest
    unit.run(
        """
        update card_controls set mode = %(to)s, moved_at = %(now)s where control_id = %(id)s
        """,
        id=control,
        to=to,
        now=unit.now,
    )
    _note(unit, actor, NOTED[to], control)


def back_test(unit: Unit, actor: Actor, control: UUID, *, since: datetime) -> BackTest:
    """Run a rule over payments that were approved since then, at most the last 400 days.

    :raises Forbidden: if their role makes no rules
    :raises UnknownRule: if there is none such
    """
    actor.require(PERMISSION)
    rule = controls.get(unit, control)
    since = max(since, unit.now - LONGEST_TEST)
    rows = unit.all(
        """
        select card_tx_id, breaks, amount, count(*) over () as many,
            sum(amount) over () as whole
        from card_control_back_test(%(id)s, %(since)s, %(now)s) limit %(most)s
        """,
        id=control,
        since=since,
        most=MOST_SHOWN,
        now=unit.now,
    )
    seen: int = unit.value(
        """
        select count(*) from card_transactions
        where (card_id = %(card)s or (%(card)s::uuid is null and currency = %(currency)s))
            and "timestamp" >= %(since)s and status <> 'declined' and kind <> 'refund'
        """,
        card=rule.card,
        currency=rule.currency,
        since=since,
    )
    if rule.mode != "retired":
        unit.run(
            "update card_controls set tested_at = %(now)s where control_id = %(id)s",
            id=control,
            now=unit.now,
        )
    _note(unit, actor, "card.rule_tested", control)
    return BackTest(
        since=since,
        payments=seen,
        broken=[(row.card_tx_id, row.breaks) for row in rows],
        count=rows[0].many if rows else 0,
        amount=Money(int(rows[0].whole) if rows else 0, rule.currency),
    )


def in_shadow(unit: Unit, control: UUID, *, since: datetime) -> int:
    """Return how many payments a rule would have declined while it only watched."""
    found: int = unit.value(
        """
        select count(*) from card_control_verdicts
        where control_id = %(id)s and mode = 'shadow' and at >= %(since)s
        """,
        id=control,
        since=since,
    )
    return found


def of_bank(unit: Unit) -> list[Control]:
    """Return the bank's rules that are not retired, the newest first."""
    rows = unit.all(
        f"select {controls.COLUMNS} from card_controls where set_by = 'bank' and mode <> 'retired'"
        " order by made_at desc, control_id desc limit %(most)s",
        most=controls.MOST_LISTED,
    )
    return [controls.read(row) for row in rows]


def _note(unit: Unit, actor: Actor, action: str, control: UUID) -> None:
    audit.note(unit, actor, action, subject="card_control", subject_id=control)


def _signature(actor: Actor) -> str:
    return f"{actor.kind} {actor.id}"
