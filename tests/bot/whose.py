"""Whose a case, a request or a colleague is, and what comes of it: written down a second time.

Each row has what comes of a call for each of the situations over it: ``done``, or the code of the
refusal. Who is let near at all is in ``who_may``.
"""

from collections.abc import Mapping

DONE = "done"
Row = tuple[str, ...]

# --- Cases: for somebody who works on those they have, and for somebody who hands them out -------

WHOSE = ("own", "colleague's", "nobody's", "own, closed", "colleague's, closed")
ALL: Row = (DONE,) * len(WHOSE)
NOT_YOURS, MOVE, TAKEN = "not_your_case", "wrong_status", "case_taken"
BUSY = "customer_is_busy"
OWN: Row = (DONE, NOT_YOURS, NOT_YOURS, DONE, NOT_YOURS)
OWN_OPEN: Row = (DONE, NOT_YOURS, NOT_YOURS, MOVE, NOT_YOURS)
UNFINISHED: Row = (DONE, DONE, DONE, MOVE, MOVE)
FREE: Row = (TAKEN, TAKEN, DONE, TAKEN, TAKEN)
NEVER: Row = ("forbidden",) * len(WHOSE)
NONE_OF_THEIRS: Row = (NOT_YOURS,) * len(WHOSE)
"""What operations do with cases of a category that is not theirs: all of them are colleagues'."""

_CASE = "/desk/cases/<uuid:case_id>"
CASES: Mapping[str, Mapping[str, Row]] = {
    f"GET {_CASE}": {"agent": ALL, "supervisor": ALL},
    f"GET {_CASE}/fresh": {"agent": ALL, "supervisor": ALL},
    f"GET {_CASE}/files/<uuid:file_id>": {"agent": ALL, "supervisor": ALL},
    f"POST {_CASE}/presence": {"agent": ALL, "supervisor": ALL},
    # A draft is its author's own, whosever the case is.
    f"POST {_CASE}/draft/<any(reply, note):mode>": {"agent": ALL, "supervisor": ALL},
    f"POST {_CASE}/take": {"agent": FREE, "supervisor": FREE, "operations": NEVER},
    f"POST {_CASE}/release": {
        "agent": (DONE, "forbidden", "forbidden", TAKEN, "forbidden"),
        "supervisor": (DONE, DONE, DONE, TAKEN, TAKEN),
        "operations": NEVER,
    },
    f"POST {_CASE}/assign": {
        "agent": NEVER,
        "supervisor": (DONE, DONE, DONE, TAKEN, TAKEN),
    },
    f"POST {_CASE}/status": {
        "agent": OWN_OPEN,
        "supervisor": UNFINISHED,
        "operations": NONE_OF_THEIRS,
    },
    f"POST {_CASE}/priority": {
        "agent": OWN,
        "supervisor": ALL,
        "operations": NONE_OF_THEIRS,
    },
    f"POST {_CASE}/escalate": {
        "agent": OWN_OPEN,
        "supervisor": UNFINISHED,
        "operations": NONE_OF_THEIRS,
    },
    # Whoever works on cases takes up again what was done, whosever it was.
    f"POST {_CASE}/reopen": {
        **dict.fromkeys(("agent", "supervisor"), (MOVE, MOVE, MOVE, DONE, DONE)),
        "operations": NEVER,
    },
    f"POST {_CASE}/link": {
        "agent": OWN,
        "supervisor": ALL,
        "operations": NONE_OF_THEIRS,
    },
    f"POST {_CASE}/reply": {
        "agent": (DONE, NOT_YOURS, NOT_YOURS, "case_closed", NOT_YOURS),
        "supervisor": (DONE, DONE, DONE, "case_closed", "case_closed"),
        "operations": NONE_OF_THEIRS,
    },
    # These customers are in the middle of something; whose the case is, is asked first.
    f"POST {_CASE}/hand-back": {
        "agent": (BUSY, NOT_YOURS, NOT_YOURS, "case_closed", NOT_YOURS),
        "supervisor": (BUSY, BUSY, BUSY, "case_closed", "case_closed"),
        "operations": NONE_OF_THEIRS,
    },
    f"POST {_CASE}/note": {
        "agent": OWN,
        "supervisor": ALL,
        "operations": NONE_OF_THEIRS,
    },
}

CASE_FORMS: Mapping[str, Mapping[str, str]] = {
    "presence": {"state": "viewing"},
    "note": {"text": "Called them"},
    "status": {"status": "Resolved"},
    "priority": {"priority": "Critical"},
    "escalate": {"reason": "too hard"},
    "reopen": {"reason": "it came back"},
    "reply": {"text": "We are looking into it"},
}
"""What a form says, by the last part of its path; ids are put in by the test."""

# --- Requests: for their maker, for another who may decide, for one who may not ------------------

WHO = ("maker", "another", "without", "unproven")
"""``unproven`` may decide too, but their second factor was not proven lately."""
_DECIDED, _EXPIRED = ("approval_decided",) * len(WHO), "approval_expired"
_DECIDE: Mapping[str, Row] = {
    "pending": ("own_request", DONE, "forbidden", "mfa_needed"),
    "decided": _DECIDED,
    "expired": (_EXPIRED, _EXPIRED, "forbidden", _EXPIRED),
}
_MINE: Row = (DONE, "not_your_request", "not_your_request", "not_your_request")
_APPROVAL = "/desk/approvals/<uuid:approval_id>"
APPROVALS: Mapping[str, Mapping[str, Row]] = {
    f"GET {_APPROVAL}": dict.fromkeys(("pending", "decided", "expired"), (DONE,) * len(WHO)),
    f"POST {_APPROVAL}/approve": _DECIDE,
    f"POST {_APPROVAL}/reject": _DECIDE,
    f"POST {_APPROVAL}/withdraw": {"pending": _MINE, "decided": _DECIDED, "expired": _MINE},
}

# --- Staff: an administrator about themselves, about another, about nobody -----------------------

ABOUT = ("oneself", "another", "nobody")
_NOBODY = "no_such_staff"
_OTHERS: Row = ("own_account", DONE, _NOBODY)
_ACTS: Mapping[str, Row] = {
    "POST {}/invite": (_NOBODY, _NOBODY, _NOBODY),  # for those who have not joined yet
    "POST {}/role": _OTHERS,
    "POST {}/deactivate": _OTHERS,
    "POST {}/reactivate": _OTHERS,
    "POST {}/unlock": _OTHERS,
    "POST {}/reset-mfa": _OTHERS,
}
_SEEN: Row = (DONE, DONE, _NOBODY)


def _at(*places: str, acts: Mapping[str, Row]) -> dict[str, Row]:
    return {act.format(place): row for place in places for act, row in acts.items()}


STAFF: Mapping[str, Row] = {
    **_at(
        "/api/staff/<uuid:id>",
        "/v1/api/staff/<uuid:id>",
        acts=_ACTS | {"GET {}/sessions": _SEEN, "DELETE {}/sessions": _SEEN},
    ),
    **_at(
        "/desk/staff/<uuid:member_id>",
        acts=_ACTS | {"GET {}": _SEEN, "POST {}/sessions/end": _SEEN},
    ),
}

# --- The team: whoever hands out cases about themselves, about another, about nobody --------------

_MATE: Row = (DONE, DONE, _NOBODY)
TEAM: Mapping[str, Row] = _at(
    "/desk/team/people/<uuid:member_id>",
    acts=dict.fromkeys(
        ("GET {}", "POST {}/skills", "POST {}/hours", "POST {}/away", "POST {}/back"), _MATE
    ),
)
TEAM_FORMS: Mapping[str, Mapping[str, str]] = {
    "skills": {"most": "12", "languages": "en"},
    "hours": {"country": "KE", "starts_1": "08:00", "ends_1": "17:00"},
    "away": {"why": "away"},
}

# --- What may be asked for about a customer, by whose role ----------------------------------------

ASKS: Mapping[str, str] = {
    "freeze": "freezes.request",
    "unfreeze": "freezes.request",
    "erasure": "erasures.request",
    "number_change": "numbers.request",
    "pin_reset": "pin_resets.request",
    "recall": "recalls.request",
}
