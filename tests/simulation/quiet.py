"""What must hold when everything has come to rest: no cent unexplained, nobody told two endings."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from bot.house import House
from core.ledger import book
from core.money import Money
from core.settlement import windows
from core.store.engine import open_engine
from core.store.unit import Unit, open_unit
from core.store.words import opened_payload
from tests.simulation.model import Model
from tests.simulation.run import Run
from tests.simulation.town import FIRST

OVER = {"settled", "returned", "failed"}
ENDINGS = {
    "settled": {"payout_settled"},
    "returned": {"payout_returned", "payout_returned_case"},
    "failed": {"payout_failed", "payout_failed_case"},
    "done": {"airtime_done", "bill_done", "bill_token"},
    "given back": {"airtime_failed", "airtime_failed_case", "bill_failed", "bill_failed_case"},
}
"""What a payment's customer is told of its end, by the first words of the model's outcome."""
PAGE = 5000
LONGEST_MS = 600_000
"""How long one statement may take that looks at a whole run."""


def prove(run: Run) -> Model:
    """Compare the bank with the model, write both into the record, and return the model."""
    house = run.house
    model = Model(run.firms, now=house.now())
    for customer in run.customers:
        model.joined(customer, Money.load(FIRST[customer.country]))
    for nostro, amount in run.funded:
        model.funded(nostro, amount)
    with looking(house) as unit:
        model.count(run.payments, _orders(unit))
        balances_agree(unit, run, model)
        own_accounts_agree(unit, model)
        partners_agree(unit, run)
        everything_ended(unit, model)
        everybody_heard_one_ending(unit, run, model)
        assert book.verify(unit) == []
        _write(unit, run, model)
    return model


@contextmanager
def looking(house: House) -> Iterator[Unit]:
    """Look at a whole run's books, which takes longer than a turn may."""
    engine = open_engine(house.settings.database_url, name="proof", statement_ms=LONGEST_MS)
    with open_unit(
        engine, keys=house.keys, now=house.now(), new_id=house.new_id, correlation=str(UUID(int=0))
    ) as unit:
        unit.run("set local idle_in_transaction_session_timeout = 0")
        yield unit
    engine.dispose()


def balances_agree(unit: Unit, run: Run, model: Model) -> None:
    """Every customer has what the model says, and as much of it is set aside."""
    wrong = []
    for customer in run.customers:
        found = book.balance(unit, customer.person.wallet)
        has = (found.posted.minor, found.held.minor)
        meant = (model.wallets[customer.place], model.held[customer.place])
        run.record(unit.now, "has", customer.place, *has)
        if has != meant:
            wrong.append((customer.place, has, meant))
    assert not wrong, f"customers who have, and should have: {wrong[:10]}"


def own_accounts_agree(unit: Unit, model: Model) -> None:
    """Each of the bank's accounts holds what partners' books make of it: clearing, nostros, all."""
    rows = unit.all(
        """
        select kind::text as kind, currency::text as currency, sum(posted)::bigint as minor
        from system_accounts group by kind, currency
        """
    )
    found = {(row.kind, row.currency): row.minor for row in rows}
    keys = found.keys() | model.books.keys()
    pairs = {key: (found.get(key, 0), model.books[key]) for key in sorted(keys)}
    wrong = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
    assert not wrong, f"accounts that hold, and should hold: {wrong}"


def partners_agree(unit: Unit, run: Run) -> None:
    """What the bank says each rail has paid and sent back is what the rail's own book says."""
    rows = unit.all(
        """
        select r.partner, s.currency::text as currency, sum(s.amount)::bigint as paid,
            sum(s.returned)::bigint as back
        from settlements s join rails r on r.rail = s.rail where s.settled_at is not null
        group by r.partner, s.currency
        """
    )
    found = {(row.partner, row.currency): (row.paid, row.back) for row in rows}
    meant: dict[tuple[str, str], tuple[int, int]] = {}
    for name, switch in run.firms.switches.items():
        for kept in switch.payments.values():
            if kept.is_settled(unit.now):
                paid, back = meant.get((name, kept.payment.amount.currency), (0, 0))
                paid += kept.payment.amount.minor
                back += kept.back.amount.minor if kept.back else 0
                meant[name, kept.payment.amount.currency] = paid, back
    found = {key: pair for key, pair in found.items() if key[0] in run.firms.switches}
    assert found == meant, "by partner and currency: paid and back, here and in the partner's book"


def everything_ended(unit: Unit, model: Model) -> None:
    """Payments have their final word, but for those whose partner never says one.

    A prompt whose call was lost stays without a word too; no money is in it.
    """
    statuses = {row.status for row in unit.all("select distinct status from settlements")}
    assert statuses <= OVER, statuses
    waiting = unit.value(
        "select count(*) from partner_orders where finished_at is null and action <> 'collect'"
    )
    assert waiting == Counter(model.outcomes.values())["on its way"]
    late = unit.now - windows.SENDING
    overdue = "select count(*) from netting_windows where status = 'open' and cutoff_at < %(late)s"
    assert unit.value(overdue, late=late - timedelta(hours=2)) == 0


def everybody_heard_one_ending(unit: Unit, run: Run, model: Model) -> None:
    """Who paid was told how it ended, once, and what the partner's book says; of money in, once."""
    told: dict[str, Counter[str]] = {}
    for alert, reference in _told(unit):
        told.setdefault(reference, Counter())[alert] += 1
    twice = {
        reference: alerts
        for reference, alerts in told.items()
        if any(many > 1 for alert, many in alerts.items() if alert.startswith("deposit_"))
    }
    assert not twice, twice
    finals = set().union(*ENDINGS.values())
    for one in run.payments:
        ending = next((end for end in ENDINGS if model.outcomes[one.id].startswith(end)), None)
        if ending is None or one.refused:
            continue
        alerts = told.get(one.reference, Counter())
        heard = [alert for alert in alerts.elements() if alert in finals]
        if ending == "returned" and "payout_settled" in heard:
            heard.remove("payout_settled")
        assert len(heard) == 1, (one, alerts)
        assert heard[0] in ENDINGS[ending], (one, alerts)


def _told(unit: Unit) -> Iterator[tuple[str, str]]:
    """Give the alert and the reference of each notice that tells one."""
    after = 0
    while rows := unit.all(
        "select id, message_id, payload from outbox where id > %(after)s order by id"
        " limit %(most)s",
        after=after,
        most=PAGE,
    ):
        after = rows[-1].id
        for row in rows:
            payload = opened_payload(unit, row.payload, row.message_id)
            if reference := payload.get("facts", {}).get("reference"):
                yield payload["alert"], reference


def _orders(unit: Unit) -> dict[UUID, list[UUID]]:
    """Return the ids of orders for each payment that left; they are what partners know it by."""
    found: dict[UUID, list[UUID]] = {}
    for row in unit.all(
        "select subject_id, id from partner_orders where subject = 'settlement' order by id"
    ):
        found.setdefault(row.subject_id, []).append(row.id)
    return found


def _write(unit: Unit, run: Run, model: Model) -> None:
    """Put the ends of the run under its digest."""
    for payment, outcome in model.outcomes.items():
        run.record(unit.now, "outcome", payment, outcome)
    for key in sorted(model.books):
        run.record(unit.now, "book", *key, model.books[key])
    for row in unit.all(
        """
        select settlement_id, seq, event, status, at from settlement_events
        order by settlement_id, seq
        """
    ):
        run.record(row.at, "event", row.settlement_id, row.seq, row.event, row.status)
