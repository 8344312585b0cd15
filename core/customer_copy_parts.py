"""What a customer's copy is made of: one part for each table that has something about them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing that is held: the rows of a table that are about the customer."""

    name: str
    table: str
    columns: str
    whose: str
    """SQL: which rows of ``t`` are the customer's, ``%(customer)s``."""


OWN = "t.customer_id = %(customer)s"

PARTS = (
    Part(
        "person",
        "customers",
        "id, first_name, last_name, email, email_verified_at, phone_number, date_of_birth,"
        " id_number, country, language, home_currency, tier, segment, kyc_status, risk_profile,"
        " lifetime_value, profiled_at, is_active, created_at",
        "t.id = %(customer)s",
    ),
    Part(
        "addresses",
        "addresses",
        "channel, address, trust, trusted_at, opted_out_at, created_at",
        OWN,
    ),
    Part("consents", "consents", "purpose, channel, given_at, withdrawn_at", OWN),
    Part(
        "wallets",
        "ledger_accounts",
        "account_id, account_no, currency, status, opened_at",
        "t.owner = %(customer)s",
    ),
    Part("what_was_earned_of_them", "customer_earnings", "month, currency, amount", OWN),
    Part(
        "what_was_proposed_for_them",
        "next_best_actions",
        "id, action_type, title, description, confidence_score, recommended_date, completed_at,"
        " outcome, note",
        OWN,
    ),
    Part(
        "how_they_sounded",
        "sentiment_analysis",
        "id, case_id, sentiment_type, sentiment_score, text_analyzed, key_phrases, analyzed_date",
        OWN,
    ),
    Part("wallet_names", "wallet_labels", "wallet_id, label", OWN),
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
        OWN,
    ),
    Part(
        "quotes",
        "fx_quotes",
        "quote_id, currency_from, amount_from, currency_to, amount_to, fee, rate, status, channel,"
        " created_at, expires_at",
        OWN,
    ),
    Part(
        "rates_waited_for",
        "rate_alerts",
        "id, currency_from, currency_to, rate, created_at, expires_at",
        OWN,
    ),
    Part("alerts_chosen", "alert_choices", "kind, amount, currency, is_low, chosen_at", OWN),
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
        OWN,
    ),
    Part(
        "saved_payees",
        "payout_destinations",
        "customer_id, destination, kind, bank_id, account_no, payee_name, uses, last_used_at",
        OWN,
    ),
    Part(
        "money_in_asked_for",
        "deposits",
        "id, way, amount, currency, contact, reference, channel, status, created_at, ended_at",
        OWN,
    ),
    Part(
        "money_that_came",
        "incoming_payments",
        "id, way, amount, currency, fee, payer, payee, reference, status, came_at",
        # What is held is told of when it is decided: who has asked for their data learns nothing.
        "t.customer_id = %(customer)s and t.status <> 'held'",
    ),
    Part(
        "airtime_and_bills",
        "bill_payments",
        "id, kind, biller_id, bundle_id, account, holder, amount, currency, fee, reference,"
        " channel, status, code, receipt, token, created_at, ended_at",
        OWN,
    ),
    Part(
        "cards",
        "cards",
        "card_id, wallet_id, type, status, currency, bin, last4, expires_on, replaces, occasion,"
        " reference, channel, status_why, status_at, created_at",
        OWN,
    ),
    Part(
        "what_became_of_cards",
        "card_events",
        "card_id, n, from_status, to_status, by_kind, why, at",
        "t.card_id in (select card_id from cards where customer_id = %(customer)s)",
    ),
    Part(
        "cards_sent",
        "card_deliveries",
        "card_id, destination, carrier, tracking, produced_at, shipped_at",
        "t.card_id in (select card_id from cards where customer_id = %(customer)s)",
    ),
    Part(
        "card_fees",
        "card_fees",
        "card_id, wallet_id, amount, currency, status",
        "t.card_id in (select card_id from cards where customer_id = %(customer)s)",
    ),
    Part(
        "card_numbers_shown",
        "card_reveals",
        "card_id, way, created_at, opened_at, shown_at",
        OWN,
    ),
    Part(
        "card_payments",
        "card_transactions",
        "card_tx_id, card_id, wallet_id, kind, amount, currency, paid_amount, paid_currency, rate,"
        " merchant, merchant_city, merchant_country, mcc, way, status, reason, captured, refunded,"
        " timestamp",
        OWN,
    ),
    Part(
        "card_rules",
        "card_controls",
        "control_id, card_id, mode, groups, countries, abroad, ways, per, most, most_count,"
        " currency, made_at, moved_at",
        "t.set_by = 'customer'"
        " and t.card_id in (select card_id from cards where customer_id = %(customer)s)",
    ),
    Part("card_debts", "card_debts", "card_tx_id, why, amount, paid, currency, at", OWN),
    Part(
        "card_disputes",
        "card_disputes",
        "dispute_id, reference, card_tx_id, reason, amount, currency, status, credited, channel,"
        " opened_at, ended_at",
        OWN,
    ),
    Part(
        "what_they_said_in_disputes",
        "card_dispute_events",
        "dispute_id, n, what, words, at",
        "t.by = 'customer' and t.dispute_id in"
        " (select dispute_id from card_disputes where customer_id = %(customer)s)",
    ),
    Part(
        "cash_codes",
        "cash_codes",
        "id, amount, fee, currency, reference, channel, status, created_at, ended_at",
        OWN,
    ),
    Part(
        "cash_at_agents",
        "till_movements",
        "id, kind, amount, currency, reference, channel, created_at",
        OWN,
    ),
    Part(
        "agent_of_the_bank",
        "bank_agents",
        "id, till_no, country, currency, status, created_at",
        OWN,
    ),
    Part(
        "plans",
        "payment_plans",
        "id, kind, amount, currency, details, every, first_day, until, times, next_day, status,"
        " channel, created_at, ended_at",
        OWN,
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
    Part("saved_people", "beneficiaries", "id, label, uses, created_at, last_used_at", OWN),
    Part(
        "messages",
        "messages",
        "id, channel, is_inbound, address, message_type, status, content, created_at",
        OWN,
    ),
    Part(
        "files",
        "media",
        "id, content_type, state, bytes, created_at",
        "t.message_id in (select id from messages where customer_id = %(customer)s)",
    ),
    Part("documents", "documents", "id, number, kind, name, since, until, status, created_at", OWN),
    Part(
        "identity_asked_for",
        "kyc_requests",
        "id, tier, declared, status, channel, created_at, ended_at",
        "t.user_id = %(customer)s",
    ),
    Part(
        "identity_documents",
        "kyc_documents",
        "doc_id, type, country, status, findings, verified_at, reason_code, expires_on,"
        " created_at, updated_at",
        "t.user_id = %(customer)s",
    ),
    Part(
        "identity_pictures",
        "kyc_pages",
        "id, doc_id, side, status, content_type, bytes, created_at",
        "t.doc_id in (select doc_id from kyc_documents where user_id = %(customer)s)",
    ),
    Part("what_was_done", "interactions", "channel, date, flow, outcome", OWN),
    Part(
        "cases",
        "cases",
        "id, case_number, title, description, status, priority, category, sub_category, created_at,"
        " resolved_at, closed_at",
        OWN,
    ),
    Part(
        "words_of_cases",
        "case_notes",
        "id, case_id, at, by, words",
        "not t.internal and t.case_id in (select id from cases where customer_id = %(customer)s)",
    ),
    Part(
        "what_a_case_interrupted",
        "case_contexts",
        "case_id, noted_at, channel, language, flow, step, said, intent, guesses, feeling,"
        " feeling_score, not_understood, refused, taken_up_at",
        "t.case_id in (select id from cases where customer_id = %(customer)s)",
    ),
    Part(
        "words_that_wait",
        "held_words",
        "message_id, case_id, words, at, released_at",
        "t.case_id in (select id from cases where customer_id = %(customer)s)",
    ),
    Part(
        "news_that_waits_for_the_morning",
        "held_notices",
        "message_id, channel, payload, due_at, expires_at, held_at",
        OWN,
    ),
    Part(
        "broadcasts_sent_to_them",
        "broadcast_recipients",
        "broadcast_id, channel, state, message_id, at",
        OWN,
    ),
    Part("ratings_of_cases", "case_ratings", "case_id, resolution, rating, at", OWN),
    Part("codes_sent", "one_time_codes", "purpose, channel, address, created_at, used_at", OWN),
    Part("changes_of_sim", "sim_changes", "address, changed_at, noted_at", OWN),
    Part("decisions", "approvals", "kind, status, made_at, decided_at", OWN),
    Part("who_looked", "audit_log", "at, actor_kind, action, fields", OWN),
)
"""All of them. A table with a customer's data adds one."""
