"""The one place where a payment is decided: made, made after a code, held, or not made.

Two statements: what is known of it comes in, what was decided goes out. It is decided once: whoever
asks again with the same id hears the same, whatever has changed since. A set of rules in the shadow
is judged beside the live one, and recorded, and changes nothing.
"""

from dataclasses import dataclass, replace
from time import perf_counter

from core.aml.alerts import raise_alert
from core.aml.deadlines import Severity
from core.ledger.refusals import IdReused
from core.monitoring import rules, timing
from core.monitoring.features import Features
from core.monitoring.judging import Judged, judge
from core.monitoring.payment import RANK, Decision, Payment, PaymentNotPossible, Verdict
from core.screening.party import Band
from core.screening.screen import counterparty_id, screen
from core.store import contacts
from core.store.crashpoints import reached
from core.store.unit import Row, Unit, jsonb

SEVERITIES: dict[Verdict, Severity] = {"hold": "high", "block": "critical"}
"""How urgent the alert of a payment is that was stopped."""
IN_SHADOW: Severity = "low"
"""Nothing was stopped: somebody should see what would have been."""

_ASKED = """
select a.recorded, a.features, a.live, a.shadow, k.on_hold
from payment_kinds k, payment_asked(%(id)s, %(kind)s, %(customer)s, %(wallet)s, %(amount)s,
    %(currency)s, %(channel)s, %(address)s, %(payee)s, %(country)s, %(now)s) a
where k.kind = %(kind)s
"""
_DECIDED = """
select payment_decided(%(id)s, %(now)s, %(kind)s, %(customer)s, %(payee)s, %(amount)s, %(currency)s,
    %(channel)s, %(verdict)s, %(score)s::numeric, %(reasons)s, %(fired)s, %(features)s,
    %(explained)s, %(model_score)s::numeric, %(rule_set)s, %(model)s, %(shadow_set)s,
    %(shadow_verdict)s, %(shadow_score)s::numeric, %(shadow_reasons)s, %(shadow_explained)s,
    %(shadow_model_score)s::numeric, %(correlation)s)
"""


@dataclass(frozen=True, slots=True)
class _Made:
    """A decision with all that is recorded of it."""

    payment: Payment
    features: Features
    live: int
    model: str | None
    judged: Judged
    shadow: tuple[int, Judged] | None

    @property
    def told(self) -> Decision:
        """What is told of it."""
        return Decision(self.judged.verdict, self.judged.reasons, self.judged.score)


class _Stopped(PaymentNotPossible):
    """A payment that is not made; it carries what was recorded, which a savepoint may undo."""

    def __init__(self, made: _Made) -> None:
        super().__init__()
        self.made = made


def decide(unit: Unit, payment: Payment) -> Decision:
    """Return what is decided of a payment, and record it; a payment presented again is not judged.

    :raises IdReused: if the id was decided of another payment
    """
    began = perf_counter()
    found = _asked(unit, payment)
    if found.recorded is not None:
        return _again(payment, found)
    return _decide(unit, payment, found, began=began).told


def admit(unit: Unit, payment: Payment) -> Verdict:
    """Return what is decided of a payment that is to be made now: to be made, or to be held.

    For engines that ask nobody for a code: what a code is wanted for was proved before, or was
    agreed to with its proof. Whoever catches the refusal and undoes its savepoint calls `keep`.

    :raises PaymentNotPossible: if it is not made
    :raises IdReused: if the id was decided of another payment
    """
    began = perf_counter()
    found = _asked(unit, payment)
    if found.recorded is not None:
        verdict = _again(payment, found).verdict
        if verdict == "block":
            raise PaymentNotPossible
        return verdict
    made = _decide(unit, payment, found, began=began)
    if made.judged.verdict == "block":
        raise _Stopped(made)
    return made.judged.verdict


def keep(unit: Unit, refusal: Exception) -> None:
    """Record again what a refusal told of, after its savepoint was undone; else nothing."""
    if isinstance(refusal, _Stopped):
        _record(unit, refusal.made)


def _asked(unit: Unit, payment: Payment) -> Row:
    return unit.one(
        _ASKED,
        id=payment.id,
        kind=payment.kind,
        customer=payment.customer,
        wallet=payment.wallet,
        amount=payment.amount.minor,
        currency=payment.amount.currency,
        channel=payment.channel,
        address=contacts.token(unit, payment.address) if payment.address else None,
        payee=payment.payee,
        country=payment.country,
        now=unit.now,
    )


def _again(payment: Payment, found: Row) -> Decision:
    known = found.recorded
    asked = {
        "kind": payment.kind,
        "customer": str(payment.customer),
        "amount": payment.amount.minor,
        "currency": payment.amount.currency,
        "payee": None if payment.payee is None else str(payment.payee),
    }
    if any(known[part] != value for part, value in asked.items()):
        raise IdReused
    return Decision(known["verdict"], tuple(known["reasons"]), float(known["score"]))


def _decide(unit: Unit, payment: Payment, found: Row, *, began: float) -> _Made:
    features: Features = found.features | {"listed": _listed(unit, payment)}
    live = rules.kept(unit, found.live)
    made = _Made(
        payment,
        features,
        live.version,
        live.model,
        judge(features, live, on_hold=found.on_hold),
        None,
    )
    if found.shadow is not None:
        shadow = rules.kept(unit, found.shadow)
        other = judge(features, shadow, on_hold=found.on_hold)
        made = replace(made, shadow=(shadow.version, other))
    _record(unit, made)
    timing.took(payment.kind, perf_counter() - began)
    reached("payment.decided")
    return made


def _listed(unit: Unit, payment: Payment) -> Band | None:
    """Return how somebody stands against the lists who is paid and is no customer."""
    if payment.counterparty is None:
        return None
    found = screen(
        unit,
        payment.counterparty,
        subject="counterparty",
        subject_id=counterparty_id(unit, payment.customer, payment.counterparty),
        customer=payment.customer,
        why="payment",
    )
    return found.band


def _record(unit: Unit, made: _Made) -> None:
    payment, judged = made.payment, made.judged
    shadow_set, shadow = made.shadow or (None, None)
    written: bool = unit.value(
        _DECIDED,
        id=payment.id,
        kind=payment.kind,
        customer=payment.customer,
        payee=payment.payee,
        amount=payment.amount.minor,
        currency=payment.amount.currency,
        channel=payment.channel,
        verdict=judged.verdict,
        score=judged.score,
        reasons=list(judged.reasons),
        fired=list(judged.fired),
        features=jsonb(made.features),
        explained=jsonb(_explained(judged)),
        model_score=_model_score(judged),
        rule_set=made.live,
        model=made.model,
        shadow_set=shadow_set,
        shadow_verdict=shadow.verdict if shadow else None,
        shadow_score=shadow.score if shadow else None,
        shadow_reasons=list(shadow.reasons) if shadow else None,
        shadow_explained=jsonb(_explained(shadow)),
        shadow_model_score=_model_score(shadow),
        correlation=unit.correlation,
        now=unit.now,
    )
    if written:
        _alert(unit, made)


def _moved(judged: Judged | None) -> tuple[tuple[str, float], ...]:
    return judged.model.moved if judged and judged.model else ()


def _explained(judged: Judged | None) -> list[tuple[str, float]]:
    return [(name, round(by, 4)) for name, by in _moved(judged)]


def _model_score(judged: Judged | None) -> float | None:
    return judged.model.score if judged and judged.model else None


def _alert(unit: Unit, made: _Made) -> None:
    """Tell compliance of a payment that was stopped, or that the set in the shadow would stop."""
    severity = SEVERITIES.get(made.judged.verdict)
    source, judged = f"rule set {made.live}", made.judged
    if severity is None:
        if made.shadow is None or RANK[made.shadow[1].verdict] < RANK["hold"]:
            return
        severity, judged = IN_SHADOW, made.shadow[1]
        source = f"rule set {made.shadow[0]} in shadow"
    raise_alert(
        unit,
        type=judged.reasons[0] if judged.reasons else "score",
        severity=severity,
        customer=made.payment.customer,
        transactions=[made.payment.id],
        facts=_facts(made, judged),
        source=source,
        key=f"payment {made.payment.id}",
    )


def _facts(made: _Made, judged: Judged) -> dict[str, str]:
    """Return what an investigator reads first."""
    moved = {name: f"{by:+.2f}" for name, by in _moved(judged)}
    return {
        "payment": made.payment.kind.replace("_", " "),
        "amount": str(made.payment.amount),
        "verdict": judged.verdict.replace("_", " "),
        "score": f"{judged.score:g}",
        "rules": ", ".join(judged.fired),
    } | moved
