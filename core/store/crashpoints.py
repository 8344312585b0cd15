"""Crash points: named places in a turn and in a send where a test can make the process die.

What survives a crash is proved by crashing, at every place where half of something might be left.
``reached`` names such a place. It does nothing unless the setting ``CRASH_AT`` names the same
place, which production refuses; then the process dies there as by ``kill -9``, or raises.
"""

import os
import signal

POINTS = frozenset(
    {
        # A turn, in the order a paying press gets there.
        "turn.heard",
        "turn.secret_proved",
        "turn.opened",  # the inbox row is written and the conversation locked
        "money.posted",  # and recorded as a transfer, by the same statement
        "money.notices_queued",
        "fx.posted",  # the quote is taken and all has moved, and nothing is told
        "fx.hedge_ordered",  # what covers a conversion is owed, and nothing is committed
        "waiting.held",  # on hold, and not written down as money that waits
        "waiting.invited",
        "waiting.paid",  # captured and posted, and not written down as collected
        "payout.held",  # amount and fee are set aside, and no payment is written down
        "payout.in_clearing",  # captured, and its partner not asked
        "payout.sent",  # the partner's order is owed
        "payout.paid",  # the nostro has paid, and the payment is not written down as settled
        "payout.given_back",  # the wallet has it again, and the payment has not ended
        "turn.closed",  # conversation, kept reply, log and interaction are written
        "turn.reply_queued",
        "turn.before_commit",
        "turn.after_commit",
        "turn.before_wake",
        "turn.answered",  # the HTTP answer is ready and has not left
        # An answer from outside.
        "call.before_asking",
        "call.answered",
        "call.before_commit",
        "call.after_commit",
        # Money in, and a till.
        "deposit.owed",  # the order is owed, and the deposit not written down
        "deposit.posted",  # booked or parked, and not written down
        "deposit.taken_in",
        "receipt.held",  # compliance has its alert, and nothing is committed
        "receipt.decided",  # held money is booked or owed back, and nothing is committed
        "suspense.posted",  # given to its owner, and not written down
        "cash_code.held",  # on hold, and no code is written down
        "till.posted",  # the float has moved, and nothing is written down
        "till.paid_out",  # the same of cash that was handed out
        "till.told",
        # A broadcast.
        "broadcast.owed",  # messages of a few are in the outbox, and nothing is committed
        # Timers.
        "timer.calls_found",
        "timer.rested",
        "timer.leases_returned",
        # What a provider says about a message, and a gateway about a session.
        "receipt.before_commit",
        "receipt.after_commit",
        "session.before_commit",
        # A document.
        "document.written",  # its file is on the disk and no row says so
        # A decision of maker and checker.
        "approval.decided",  # the effect is done and nothing is committed
        "plan.paid",  # a plan's payment is posted and its day is not written down as paid
        # An order to a partner.
        "order.before_asking",  # leased, and the partner knows nothing of it
        "order.answered",  # the partner has answered and nobody has written that down
        "order.noted",  # status and what its owner does about it are written, nothing is committed
        "order.after_commit",
        # A payment that is judged, and one that a person looks at.
        "payment.decided",  # written down, and nothing has moved
        "held.set_aside",  # on hold, and not written down as held
        "held.let_go",  # free again, and neither paid nor written down
        "held.paid",  # paid, and still written down as held
        "held.returned",  # free again and told, and the review is still open
        "payout.released",  # due at once, and the review is still open
        "payout.not_made",  # the wallet has it again and it is told, and the review is still open
        "review.decided",  # a person's word is written down, and nothing is committed
        # Airtime and bills.
        "bill.taken",  # the money is in clearing and nothing says what for
        "bill.ordered",
        # A payment by card.
        "card.held",  # set aside, and not written down as approved
        "card.decided",  # written down with its answer, and nothing is committed
        "card.after_commit",  # decided, and the scheme has no answer
        "card.captured",  # in clearing, and not written down as captured
        "card.line_settled",  # a report's late line is posted, and not written down
        # Documents of customers.
        "kyc.picture_written",  # its file is on the disk and no row says so
        "kyc.judged",  # the firm's word is judged, and nothing is committed
        "kyc.decided",  # the same of a person's decision
        # Cards.
        "card.fee_taken",  # and nothing says what for
        "card.ordered",  # the order of the scheme is owed, and nothing is committed
        # Screening.
        "screening.staged",  # a list is read and stands beside the one that holds
        "screening.batch_written",  # some customers are compared, and the run has not moved on
        # Reconciliation.
        "recon.source_written",  # a statement's lines are there, and its import is not committed
        "recon.matched",  # lines are matched, and nothing says what differs
        "recon.judged",
        # Watching.
        "watch.taken",  # a day is taken over, and nobody has looked through it
        "watch.raised",  # what was found is raised, and the day is not done
        # A send.
        "send.leased",
        "send.worded",
        "send.answered",  # the provider has taken it and nobody has written that down
        "send.before_commit",
        "send.after_commit",
    }
)


class Crashed(Exception):
    """A crash point raised, because a test asked for it."""


class UnknownCrashPoint(ValueError):
    """No crash point has this name."""


_armed: str | None = None
_raises = False


def check(setting: str) -> None:
    """Accept a setting that ``arm`` would take.

    :raises UnknownCrashPoint: if there is no such point
    """
    name, _, how = setting.partition("=")
    if setting and (name not in POINTS or how not in {"", "raise"}):
        raise UnknownCrashPoint("must be a name from core/store/crashpoints.py")


def arm(setting: str) -> None:
    """Set the crash point of this process: ``name`` dies there, ``name=raise`` raises, "" neither.

    :raises UnknownCrashPoint: if there is no such point
    """
    global _armed, _raises
    check(setting)
    name, _, how = setting.partition("=")
    _armed, _raises = name or None, how == "raise"


def reached(point: str) -> None:
    """Say that a crash point was reached. Whoever is not under test goes on.

    :raises Crashed: if a test asked for that; once in the life of a process
    """
    if point != _armed:
        return
    if _raises:
        arm("")
        raise Crashed(point)
    os.kill(os.getpid(), signal.SIGKILL)
