"""Every sealed column there is, so that a new data key finds what the old ones sealed.

A sealed value opens only in its own field and row: the field is ``table.column``, the row is the
text of the key columns, with a blank between two. A table that seals something adds a line here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.store.unit import Unit

COMPLIANCE_ROLE = "wekeza_compliance"
"""The role that alone reads what is suspected of whom (`core.aml.guard`)."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column of sealed bytes."""

    table: str
    key: tuple[str, ...]
    """The columns whose text, with a blank between two, is the row a value was sealed for."""
    column: str
    reader: str = ""
    """The role of the database that reads it, where the application's own does not."""

    @property
    def field(self) -> str:
        """What its values are sealed for, beside the row."""
        return f"{self.table}.{self.column}"

    @property
    def row(self) -> str:
        """An SQL expression for the row a value was sealed for."""
        return " || ' ' || ".join(f"{column}::text" for column in self.key)


COLUMNS = (
    SealedColumn("contact_points", ("token",), "sealed"),
    SealedColumn("customers", ("id",), "first_name"),
    SealedColumn("customers", ("id",), "last_name"),
    SealedColumn("customers", ("id",), "email"),
    SealedColumn("customers", ("id",), "phone_number"),
    SealedColumn("customers", ("id",), "date_of_birth"),
    SealedColumn("customers", ("id",), "id_number"),
    SealedColumn("conversations", ("id",), "memory"),
    SealedColumn("inbox", ("provider", "provider_id"), "reply"),
    SealedColumn("messages", ("id",), "content"),
    SealedColumn("outbox", ("message_id",), "payload"),
    SealedColumn("transfers", ("id",), "note"),
    SealedColumn("staff", ("id",), "email"),
    SealedColumn("staff", ("id",), "name"),
    SealedColumn("staff", ("id",), "mfa_secret"),
    SealedColumn("staff", ("id",), "mfa_pending"),
    SealedColumn("staff_sessions", ("id",), "ip"),
    SealedColumn("mails", ("id",), "recipient"),
    SealedColumn("mails", ("id",), "subject"),
    SealedColumn("mails", ("id",), "body"),
    SealedColumn("audit_log", ("id",), "details"),
    SealedColumn("approvals", ("id",), "reason"),
    SealedColumn("approvals", ("id",), "decision"),
    SealedColumn("cases", ("id",), "title"),
    SealedColumn("cases", ("id",), "description"),
    SealedColumn("case_notes", ("id",), "words"),
    SealedColumn("case_contexts", ("case_id",), "said"),
    SealedColumn("held_words", ("message_id",), "words"),
    SealedColumn("held_notices", ("message_id",), "payload"),
    SealedColumn("understanding_candidates", ("id",), "words"),
    SealedColumn("next_best_actions", ("id",), "note"),
    SealedColumn("sentiment_analysis", ("id",), "text_analyzed"),
    SealedColumn("sentiment_analysis", ("id",), "key_phrases"),
    SealedColumn("card_dispute_events", ("dispute_id", "n"), "words"),
    SealedColumn("beneficiaries", ("id",), "label"),
    SealedColumn("money_requests", ("id",), "note"),
    SealedColumn("wallet_labels", ("wallet_id",), "label"),
    SealedColumn("waiting_transfers", ("id",), "note"),
    SealedColumn("held_transfers", ("payment_id",), "note"),
    SealedColumn("payment_reviews", ("payment_id",), "why"),
    SealedColumn("documents", ("id",), "name"),
    SealedColumn("settlements", ("settlement_id",), "account_no"),
    SealedColumn("settlements", ("settlement_id",), "payee_name"),
    SealedColumn("settlements", ("settlement_id",), "note"),
    SealedColumn("settlements", ("settlement_id",), "reason_words"),
    SealedColumn("payout_destinations", ("customer_id", "destination"), "account_no"),
    SealedColumn("payout_destinations", ("customer_id", "destination"), "payee_name"),
    SealedColumn("incoming_payments", ("id",), "payer"),
    SealedColumn("incoming_payments", ("id",), "payee"),
    SealedColumn("payment_plans", ("id",), "details"),
    SealedColumn("partner_orders", ("id",), "body"),
    SealedColumn("payment_notices", ("id",), "body"),
    SealedColumn("recon_items", ("source_id", "n"), "details"),
    SealedColumn("bill_payments", ("id",), "account"),
    SealedColumn("bill_payments", ("id",), "holder"),
    SealedColumn("bill_payments", ("id",), "token"),
    SealedColumn("aml_alerts", ("alert_id",), "facts", reader=COMPLIANCE_ROLE),
    SealedColumn("aml_notes", ("note_id",), "words", reader=COMPLIANCE_ROLE),
    SealedColumn("aml_evidence", ("evidence_id",), "name", reader=COMPLIANCE_ROLE),
    SealedColumn("aml_log", ("log_id",), "details", reader=COMPLIANCE_ROLE),
    SealedColumn("regulatory_reports", ("report_id",), "inputs", reader=COMPLIANCE_ROLE),
    SealedColumn("kyc_requests", ("id",), "declared"),
    SealedColumn("kyc_documents", ("doc_id",), "findings"),
    SealedColumn("card_vault", ("token",), "sealed"),
    SealedColumn("card_deliveries", ("card_id",), "destination"),
    SealedColumn("screening_subjects", ("id",), "party"),
    SealedColumn("screening_hits", ("id",), "explained"),
)
"""All of them, one line each."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """A value sealed anew. ``place`` is the row's ``ctid::text`` when it was read."""

    place: str
    old: bytes
    new: bytes


def replace(unit: Unit, column: SealedColumn, rows: Sequence[Resealed]) -> int:
    """Put what was sealed by a later key in place of the old bytes; return how many rows took it.

    A row that has changed since it was read is passed over, and so is one whose new bytes are not
    of the same length and a later key. Words that are kept for ever take it too.
    """
    taken: int = unit.value(
        """
        select reseal(%(table)s, %(column)s, %(places)s::tid[], %(old)s::bytea[], %(new)s::bytea[])
        """,
        table=column.table,
        column=column.column,
        places=[one.place for one in rows],
        old=[one.old for one in rows],
        new=[one.new for one in rows],
    )
    return taken
