"""Who may call what, written down a second time: the guards are tested against this.

``TABLE`` says of every route what it takes: a permission, ``signed in``, or ``public``.
"""

PUBLIC, SIGNED_IN = "public", "signed in"

AGENT = {
    "cases.read", "cases.take", "cases.work", "cases.escalate", "customers.read",
    "customers.reveal", "recalls.request", "freezes.request", "pin_resets.request",
    "numbers.request",
}  # fmt: skip
ROLES = {
    "agent": AGENT,
    "supervisor": AGENT
    | {
        "cases.assign", "recalls.approve", "pin_resets.approve", "numbers.approve",
        "approvals.read", "suspense.approve", "operations.read",
    },
    "compliance": {
        "cases.read", "customers.read", "customers.reveal", "freezes.request", "freezes.approve",
        "erasures.request", "erasures.approve", "recalls.approve", "approvals.read", "audit.read",
        "audit.verify", "tariffs.approve", "suspense.approve", "operations.read",
        "operations.match_approve",
    },
    "operations": {
        "cases.read", "cases.take", "cases.work", "cases.escalate", "operations.read",
        "approvals.read", "customers.read", "tariffs.request",
        "suspense.request", "operations.act", "operations.providers", "operations.match",
        "operations.match_approve", "operations.reconcile",
    },
    "auditor": {
        "cases.read", "customers.read", "approvals.read", "audit.read", "audit.verify",
        "operations.read",
    },
    "admin": {
        "staff.manage", "audit.read", "audit.verify", "keys.rotate", "approvals.read",
        "erasures.request",
    },
    "partner": set(),
}  # fmt: skip
CATEGORIES = {"operations": {"Reconciliation", "Hedging"}}
"""The cases a role takes and works on, where those are not all."""

API = {
    "POST /api/auth/login": PUBLIC,
    "POST /api/auth/mfa": PUBLIC,
    "POST /api/auth/mfa/enrol": PUBLIC,
    "POST /api/auth/mfa/confirm": PUBLIC,
    "POST /api/auth/refresh": PUBLIC,
    "POST /api/auth/password/forgotten": PUBLIC,
    "POST /api/auth/password/reset": PUBLIC,
    "POST /api/auth/mfa/replace": SIGNED_IN,
    "POST /api/auth/mfa/replace/confirm": SIGNED_IN,
    "POST /api/auth/mfa/prove": SIGNED_IN,
    "POST /api/auth/logout": SIGNED_IN,
    "GET /api/auth/me": SIGNED_IN,
    "GET /api/auth/sessions": SIGNED_IN,
    "DELETE /api/auth/sessions/<uuid:session>": SIGNED_IN,
    "POST /api/auth/password": SIGNED_IN,
    "GET /api/staff": "staff.manage",
    "POST /api/staff": "staff.manage",
    "POST /api/staff/<uuid:id>/invite": "staff.manage",
    "POST /api/staff/<uuid:id>/role": "staff.manage",
    "POST /api/staff/<uuid:id>/deactivate": "staff.manage",
    "POST /api/staff/<uuid:id>/reactivate": "staff.manage",
    "POST /api/staff/<uuid:id>/unlock": "staff.manage",
    "POST /api/staff/<uuid:id>/reset-mfa": "staff.manage",
    "GET /api/staff/<uuid:id>/sessions": "staff.manage",
    "DELETE /api/staff/<uuid:id>/sessions": "staff.manage",
}
_STAFF_ACTS = ("invite", "role", "deactivate", "reactivate", "reset-mfa")
FRESH_MFA = {
    "POST /desk/staff",
    *(f"POST /desk/staff/<uuid:member_id>/{act}" for act in _STAFF_ACTS),
    "POST /api/staff",
    *(f"POST /api/staff/<uuid:id>/{act}" for act in _STAFF_ACTS),
    "POST /v1/api/staff",
    *(f"POST /v1/api/staff/<uuid:id>/{act}" for act in _STAFF_ACTS),
}
"""The routes that ask for a second factor proven within the last quarter of an hour."""

DESK = {
    "GET /desk": SIGNED_IN,
    "GET /desk/live": SIGNED_IN,
    "GET /desk/counts": SIGNED_IN,
    "GET /desk/approvals": "approvals.read",
    "GET /desk/tariffs": "approvals.read",
    "POST /desk/tariffs": "tariffs.request",
    "GET /desk/approvals/<uuid:approval_id>": "approvals.read",
    "POST /desk/approvals/<uuid:approval_id>/approve": "approvals.read",
    "POST /desk/approvals/<uuid:approval_id>/reject": "approvals.read",
    "POST /desk/approvals/<uuid:approval_id>/withdraw": SIGNED_IN,
    "POST /desk/customers/<uuid:customer_id>/ask/<kind>": "customers.read",
    "GET /desk/audit": "audit.read",
    "POST /desk/audit/verify": "audit.verify",
    "GET /desk/cases": "cases.read",
    "GET /desk/cases/<uuid:case_id>": "cases.read",
    "GET /desk/cases/<uuid:case_id>/fresh": "cases.read",
    "POST /desk/cases/next": "cases.take",
    "POST /desk/cases/<uuid:case_id>/take": "cases.take",
    "POST /desk/cases/<uuid:case_id>/release": "cases.take",
    "POST /desk/cases/<uuid:case_id>/assign": "cases.assign",
    "POST /desk/cases/<uuid:case_id>/status": "cases.work",
    "POST /desk/cases/<uuid:case_id>/priority": "cases.work",
    "POST /desk/cases/<uuid:case_id>/escalate": "cases.escalate",
    "POST /desk/cases/<uuid:case_id>/reopen": "cases.work",
    "POST /desk/cases/<uuid:case_id>/link": "cases.work",
    "GET /desk/cases/<uuid:case_id>/files/<uuid:file_id>": "cases.read",
    "POST /desk/cases/<uuid:case_id>/reply": "cases.work",
    "POST /desk/cases/<uuid:case_id>/note": "cases.work",
    "POST /desk/cases/<uuid:case_id>/draft/<any(reply, note):mode>": "cases.work",
    "POST /desk/cases/<uuid:case_id>/presence": "cases.read",
    "POST /desk/find": "cases.read",
    "GET /desk/customers": "customers.read",
    "GET /desk/customers/<uuid:customer_id>": "customers.read",
    "POST /desk/customers/<uuid:customer_id>/reveal": "customers.reveal",
    "GET /desk/operations": "operations.read",
    "POST /desk/operations/providers/<provider>/switch": "operations.providers",
    "GET /desk/operations/decisions": "operations.read",
    "GET /desk/operations/decisions/<uuid:decision_id>": "operations.read",
    "GET /desk/operations/payouts": "operations.read",
    "GET /desk/operations/payouts/<uuid:payout_id>": "operations.read",
    "POST /desk/operations/payouts/<uuid:payout_id>/ask": "operations.act",
    "POST /desk/operations/payouts/<uuid:payout_id>/case": "operations.act",
    "GET /desk/operations/clearing": "operations.read",
    "GET /desk/operations/breaks": "operations.read",
    "GET /desk/operations/breaks/<uuid:break_id>": "operations.read",
    "POST /desk/operations/breaks/<uuid:break_id>/force": "operations.match",
    "GET /desk/operations/receipts": "operations.read",
    "GET /desk/operations/receipts/<uuid:receipt_id>": "operations.read",
    "POST /desk/operations/receipts/<uuid:receipt_id>/find": "suspense.request",
    "POST /desk/operations/receipts/<uuid:receipt_id>/give": "suspense.request",
    "POST /desk/operations/receipts/<uuid:receipt_id>/back": "suspense.request",
    "GET /desk/operations/orders": "operations.read",
    "POST /desk/operations/orders/<uuid:order_id>/ask": "operations.act",
    "GET /desk/security": SIGNED_IN,
    "POST /desk/security/second-factor": SIGNED_IN,
    "POST /desk/security/second-factor/confirm": SIGNED_IN,
    "POST /desk/security/password": SIGNED_IN,
    "POST /desk/security/sessions/<uuid:session>/end": SIGNED_IN,
    "POST /desk/security/sessions/end": SIGNED_IN,
    "POST /desk/sign-out": SIGNED_IN,
    "GET /desk/prove": SIGNED_IN,
    "POST /desk/prove": SIGNED_IN,
    "GET /desk/staff": "staff.manage",
    "POST /desk/staff": "staff.manage",
    "GET /desk/staff/<uuid:member_id>": "staff.manage",
    "POST /desk/staff/<uuid:member_id>/invite": "staff.manage",
    "POST /desk/staff/<uuid:member_id>/role": "staff.manage",
    "POST /desk/staff/<uuid:member_id>/deactivate": "staff.manage",
    "POST /desk/staff/<uuid:member_id>/reactivate": "staff.manage",
    "POST /desk/staff/<uuid:member_id>/unlock": "staff.manage",
    "POST /desk/staff/<uuid:member_id>/reset-mfa": "staff.manage",
    "POST /desk/staff/<uuid:member_id>/sessions/end": "staff.manage",
    "GET /desk/sign-in": PUBLIC,
    "POST /desk/sign-in": PUBLIC,
    "GET /desk/second-factor": PUBLIC,
    "POST /desk/second-factor": PUBLIC,
    "GET /desk/enrol": PUBLIC,
    "POST /desk/enrol": PUBLIC,
    "GET /desk/forgot": PUBLIC,
    "POST /desk/forgot": PUBLIC,
    "GET /desk/join": PUBLIC,
    "POST /desk/join": PUBLIC,
    "GET /desk/reset": PUBLIC,
    "POST /desk/reset": PUBLIC,
}

V1 = {rule.replace(" /", " /v1/", 1): asked for rule, asked in API.items()}
LINKS = {
    "GET /documents/<uuid:document>/<signature>": PUBLIC,
    "GET /verify": PUBLIC,
    "GET /verify/<code>": PUBLIC,
}
TABLE = {**API, **V1, **DESK, **LINKS}


def may(role: str, asked: str) -> bool:
    """Return whether a role may call what asks for that."""
    return asked in {PUBLIC, SIGNED_IN} or asked in ROLES[role]
