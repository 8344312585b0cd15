"""What a card may do: rules of its customer, which bind at once, and what every rule is.

A rule stays what it is; another one takes its place. The bank's own are in `control_trial`, what
they come to for a payment in `control_check`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.access import audit
from core.cards import cards
from core.cards.messages import Way
from core.errors import Refusal
from core.money import Money
from core.store.unit import Row, Unit

Mode = Literal["draft", "shadow", "bind", "retired"]
Per = Literal["transaction", "day", "month"]
MOST_RULES = 20
"""That a customer may have on a card."""
MOST_LISTED = 200


class RuleUnfit(Refusal):
    """A rule that says nothing, or more than one thing."""

    code = "rule_unfit"


class TooManyRules(Refusal):
    """The card has as many rules as it may have. Fact: ``most``."""

    code = "too_many_rules"


class UnknownRule(Refusal):
    """There is no such rule, or not on this card."""

    code = "unknown_rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which payments a rule is about; what is empty matches all."""

    groups: Sequence[str] = ()
    """Trades, as the table ``card_mcc_ranges`` names them."""
    countries: Sequence[str] = ()
    abroad: bool = False
    """Only outside the customer's country."""
    ways: Sequence[Way] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """A rule. Without ``per`` it forbids; else it limits an amount, a count, or both."""

    id: UUID
    card: UUID | None
    """None: all cards of its currency."""
    set_by: Literal["customer", "bank"]
    mode: Mode
    scope: Scope
    per: Per | None
    most: Money | None
    most_count: int | None
    currency: str
    moved_at: datetime
    tested_at: datetime | None


def set_own(
    unit: Unit,
    customer: UUID,
    card: UUID,
    *,
    scope: Scope,
    per: Per | None = None,
    most: Money | None = None,
    most_count: int | None = None,
) -> Control:
    """Make a rule of a customer's for their card; it binds from now on.

    :raises UnknownCard: if the customer has no such card
    :raises TooManyRules: if it has twenty
    :raises RuleUnfit: if it says nothing, or more than one thing
    """
    found = cards.locked(unit, card)
    if found.customer != customer:
        raise cards.UnknownCard
    if len(of_card(unit, card)) >= MOST_RULES:
        raise TooManyRules(most=str(MOST_RULES))
    made = insert(
        unit, card=card, currency=found.currency, scope=scope, per=per, most=most,
        most_count=most_count, set_by="customer", mode="bind", by=f"customer {customer}",
    )  # fmt: skip
    who = audit.customer(unit, customer)
    audit.note(
        unit, who, "card.rule_set", subject="card_control", subject_id=made.id, customer=customer
    )
    return made


def drop_own(unit: Unit, customer: UUID, control: UUID) -> None:
    """End a rule of a customer's.

    :raises UnknownRule: if they have none such
    """
    dropped = unit.run(
        """
        update card_controls k set mode = 'retired', moved_at = %(now)s
        from cards c
        where k.control_id = %(id)s and k.set_by = 'customer' and k.mode = 'bind'
            and c.card_id = k.card_id and c.customer_id = %(customer)s
        """,
        id=control,
        customer=customer,
        now=unit.now,
    )
    if not dropped:
        raise UnknownRule
    who = audit.customer(unit, customer)
    audit.note(
        unit, who, "card.rule_ended", subject="card_control", subject_id=control, customer=customer
    )


def get(unit: Unit, control: UUID) -> Control:
    """Return a rule.

    :raises UnknownRule: if there is none such
    """
    row = unit.maybe(f"select {COLUMNS} from card_controls where control_id = %(id)s", id=control)
    if row is None:
        raise UnknownRule
    return read(row)


def of_card(unit: Unit, card: UUID) -> list[Control]:
    """Return the rules that bind one card alone, its customer's and the bank's, oldest first."""
    rows = unit.all(
        f"select {COLUMNS} from card_controls where card_id = %(card)s and mode = 'bind'"
        " order by made_at, control_id limit %(most)s",
        card=card,
        most=MOST_LISTED,
    )
    return [read(row) for row in rows]


def trades(unit: Unit) -> list[str]:
    """Return the trades that a rule may name, by name."""
    rows = unit.all("select distinct mcc_group from card_mcc_ranges order by mcc_group")
    return [row.mcc_group for row in rows]


def insert(
    unit: Unit,
    *,
    card: UUID | None,
    currency: str,
    scope: Scope,
    per: Per | None,
    most: Money | None,
    most_count: int | None,
    set_by: Literal["customer", "bank"],
    mode: Mode,
    by: str,
) -> Control:
    """Write down a rule and return it.

    :raises RuleUnfit: if it says nothing, or more than one thing
    """
    limits = most is not None or most_count is not None
    if limits != (per is not None) or (most is not None and most.currency != currency):
        raise RuleUnfit
    if (most is not None and most.minor <= 0) or (most_count is not None and most_count <= 0):
        raise RuleUnfit
    everything = not (scope.groups or scope.countries or scope.abroad or scope.ways)
    if (per is None and everything) or (per == "transaction" and most_count is not None):
        raise RuleUnfit  # to forbid everything is to pause the card
    id_ = unit.new_id()
    unit.run(
        """
        insert into card_controls (control_id, card_id, set_by, mode, groups, countries, abroad,
            ways, per, most, most_count, currency, made_by, made_at, moved_at)
        values (%(id)s, %(card)s, %(set_by)s, %(mode)s, %(groups)s, %(countries)s, %(abroad)s,
            %(ways)s, %(per)s, %(most)s, %(count)s, %(currency)s, %(by)s, %(now)s, %(now)s)
        """,
        id=id_,
        card=card,
        set_by=set_by,
        mode=mode,
        groups=list(scope.groups) or None,
        countries=list(scope.countries) or None,
        abroad=scope.abroad,
        ways=list(scope.ways) or None,
        per=per,
        most=None if most is None else most.minor,
        count=most_count,
        currency=currency,
        by=by,
        now=unit.now,
    )
    return get(unit, id_)


COLUMNS = """control_id, card_id, set_by, mode, groups, countries, abroad, ways, per, most,
    most_count, currency::text as currency, moved_at, tested_at"""
"""What `read` wants of a row of ``card_controls``."""


def read(row: Row) -> Control:
    """Return the rule of a row that has ``COLUMNS``."""
    return Control(
        id=row.control_id,
        card=row.card_id,
        set_by=row.set_by,
        mode=row.mode,
        scope=Scope(
            groups=tuple(row.groups or ()),
            countries=tuple(row.countries or ()),
            abroad=row.abroad,
            ways=tuple(row.ways or ()),
        ),
        per=row.per,
        most=None if row.most is None else Money(row.most, row.currency),
        most_count=row.most_count,
        currency=row.currency,
        moved_at=row.moved_at,
        tested_at=row.tested_at,
    )
