"""Everything the house holds about a customer, in clear, for the customer who asks for a copy.

GDPR articles 15 and 20 and Kenya's Data Protection Act, sections 26(b) and 38: in a structured,
commonly used, machine-readable form. Left out are secrets (hashes of PINs, codes), what staff wrote
to each other or why they asked for something, and who other people are beyond what this customer
was shown of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from core.access import audit
from core.access.actors import Actor
from core.customer_view import UnknownCustomer
from core.store import contacts
from core.store.sealed import COLUMNS
from core.store.unit import Row, Unit

MOST_ROWS = 100_000
"""Of one part: more than anybody has."""
ADDRESSES = frozenset({"address", "contact", "sent_to"})
"""Columns with tokens of addresses, which are told in clear."""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing that is held: the rows of a table that are about the customer."""

    name: str
    table: str
    columns: str
    whose: str
    """SQL: which rows of ``t`` are the customer's, ``%(customer)s``."""


PARTS = (
    Part(
        "person",
        "customers",
        "id, first_name, last_name, email, phone_number, date_of_birth, id_number, country,"
        " language, home_currency, tier, segment, kyc_status, risk_profile, is_active, created_at",
        "t.id = %(customer)s",
    ),
    Part(
        "addresses",
        "addresses",
        "channel, address, trust, trusted_at, opted_out_at, created_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "consents",
        "consents",
        "purpose, channel, given_at, withdrawn_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "wallets",
        "ledger_accounts",
        "account_id, account_no, currency, status, opened_at",
        "t.owner = %(customer)s",
    ),
    Part("wallet_names", "wallet_labels", "wallet_id, label", "t.customer_id = %(customer)s"),
    Part(
        "transfers",
        "transfers",
        "id, from_wallet, to_wallet, amount, currency, reference, channel, note, created_at",
        "%(customer)s in (t.from_customer, t.to_customer)",
    ),
    Part(
        "conversions",
        "fx_transactions",
        "fx_id, currency_from, amount_from, currency_to, amount_to, fee, rate, channel, timestamp",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "quotes",
        "fx_quotes",
        "quote_id, currency_from, amount_from, currency_to, amount_to, fee, rate, status, channel,"
        " created_at, expires_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "rates_waited_for",
        "rate_alerts",
        "id, currency_from, currency_to, rate, created_at, expires_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "waiting_money",
        "waiting_transfers",
        "id, amount, currency, reference, channel, note, status, created_at, ended_at",
        "t.payer = %(customer)s",
    ),
    Part(
        "payouts",
        "settlements",
        "settlement_id, bank_id, kind, account_no, payee_name, amount, currency, fee, status,"
        " timestamp, reference, channel, note, reason_code, returned, settled_at, ended_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "saved_payees",
        "payout_destinations",
        "customer_id, destination, kind, bank_id, account_no, payee_name, uses, last_used_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "money_in_asked_for",
        "deposits",
        "id, way, amount, currency, contact, reference, channel, status, created_at, ended_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "money_that_came",
        "incoming_payments",
        "id, way, amount, currency, fee, payer, payee, reference, status, came_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "airtime_and_bills",
        "bill_payments",
        "id, kind, biller_id, bundle_id, account, holder, amount, currency, fee, reference,"
        " channel, status, code, receipt, token, created_at, ended_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "cash_codes",
        "cash_codes",
        "id, amount, fee, currency, reference, channel, status, created_at, ended_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "cash_at_agents",
        "till_movements",
        "id, kind, amount, currency, reference, channel, created_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "agent_of_the_bank",
        "bank_agents",
        "id, till_no, country, currency, status, created_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "plans",
        "payment_plans",
        "id, kind, amount, currency, details, every, first_day, until, times, next_day, status,"
        " channel, created_at, ended_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "plans_paid",
        "plan_payments",
        "plan_id, day, status, payment_id, reference, code, created_at",
        "t.plan_id in (select id from payment_plans where customer_id = %(customer)s)",
    ),
    Part(
        "requests_for_money",
        "money_requests",
        "id, number, amount, currency, note, status, created_at, ended_at",
        "%(customer)s in (t.asker, t.asked)",
    ),
    Part(
        "saved_people",
        "beneficiaries",
        "id, label, uses, created_at, last_used_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "messages",
        "messages",
        "id, channel, is_inbound, address, message_type, status, content, created_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "files",
        "media",
        "id, content_type, state, bytes, created_at",
        "t.message_id in (select id from messages where customer_id = %(customer)s)",
    ),
    Part(
        "documents",
        "documents",
        "id, number, kind, name, since, until, status, created_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "what_was_done",
        "interactions",
        "channel, date, flow, outcome",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "cases",
        "cases",
        "id, case_number, title, description, status, priority, category, sub_category, created_at,"
        " resolved_at, closed_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "words_of_cases",
        "case_notes",
        "id, case_id, at, by, words",
        "not t.internal and t.case_id in (select id from cases where customer_id = %(customer)s)",
    ),
    Part(
        "codes_sent",
        "one_time_codes",
        "purpose, channel, address, created_at, used_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "changes_of_sim",
        "sim_changes",
        "address, changed_at, noted_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "decisions",
        "approvals",
        "kind, status, made_at, decided_at",
        "t.customer_id = %(customer)s",
    ),
    Part(
        "who_looked",
        "audit_log",
        "at, actor_kind, action, fields",
        "t.customer_id = %(customer)s",
    ),
)
"""All of them. A table with a customer's data adds one."""

_SEALED = {(one.table, one.column): one for one in COLUMNS}


def copy(
    unit: Unit, actor: Actor, customer: UUID, *, reason: str
) -> dict[str, list[dict[str, object]]]:
    """Return the rows of every part, by its name, made of what JSON has; that it was is noted.

    :raises Forbidden: if they may reveal nothing of a customer
    :raises UnknownCustomer: if there is none of that id
    """
    actor.require("customers.reveal")
    told = {part.name: _told(unit, part, customer) for part in PARTS}
    if not told["person"]:
        raise UnknownCustomer
    audit.note(
        unit,
        actor,
        "customer.copied",
        subject="customer",
        subject_id=customer,
        customer=customer,
        reason=reason,
        fields=[name for name, rows in told.items() if rows],
    )
    return told


def _told(unit: Unit, part: Part, customer: UUID) -> list[dict[str, object]]:
    rows = unit.all(
        f"select {part.columns} from {part.table} t where {part.whose} limit %(most)s",
        customer=customer,
        most=MOST_ROWS,
    )
    names = [one.strip() for one in part.columns.split(",")]
    tokens = {getattr(row, name) for row in rows for name in ADDRESSES.intersection(names)}
    known = contacts.reveal(unit, tokens - {None})
    return [{name: _clear(unit, part.table, name, row, known) for name in names} for row in rows]


def _clear(unit: Unit, table: str, name: str, row: Row, known: Mapping[str, str]) -> object:
    value = getattr(row, name)
    sealed = _SEALED.get((table, name))
    if value is None or (isinstance(value, bool | int | str | list) and name not in ADDRESSES):
        return value
    if sealed is not None:
        key = " ".join(str(getattr(row, column)) for column in sealed.key)
        return unit.keys.open(bytes(value), field=sealed.field, row=key)
    if name in ADDRESSES:
        return known.get(value, value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
