"""Paths of plans that no story walks, and why; they share most of theirs with `plan`."""

from collections.abc import Mapping

_OTHER_DAYS = {
    "airtime": (
        "ends -times-> times",
        "every -month-> first",
        "every -month_end-> ends",
        "times -answer-> confirm",
    ),
    "others": (
        "ends -until-> until",
        "every -day-> first",
        "every -week-> first",
        "until -answer-> confirm",
    ),
}
"""Of the days that may be planned, those that are not walked with airtime, or with the others."""
UNWALKED_PLANS: Mapping[str, str] = {
    **{
        f"{flow}: {way}": "one set of paths for all that is planned, walked with plan"
        for flow in ("plan_bill", "plan_airtime", "plan_payout")
        for way in (
            "code -other-> code",
            "code -other-> person",
            "code -plan_day_past-> first",
            "code -proven-> planned",
            "code -resend-> code",
            "code -too_many_codes-> cancelled",
            "code -too_many_plans-> cancelled",
            "person -ask-> referred",
            "person -stop-> cancelled",
            "pin -pin_locked-> reset_pin",
            "pin -plan_day_past-> first",
            "pin -proven-> code",
            "pin -proven-> person",
            "pin -too_many_codes-> cancelled",
            "pin -too_many_plans-> cancelled",
            *(_OTHER_DAYS["airtime"] if flow == "plan_airtime" else _OTHER_DAYS["others"]),
        )
    },
    "plan_airtime: amount -airtime_not_sold-> phone": "refused with the number",
    **{
        f"plan_bill: {step} -unknown_biller-> biller": "no biller is forgotten meanwhile"
        for step in ("number", "amount")
    },
    **{
        f"plan_bill: {step}-> nobody": "every country of a story has billers"
        for step in ("start -open", "unlock -proven", "bill -other")
    },
    **{
        f"plan_payout: looking -{refused}-> where": "the bank and the account were read before"
        for refused in ("bank_unknown", "destination_invalid")
    },
}
