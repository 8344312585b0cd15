"""Whose account is it? Asked through a rail before money goes there: confirmation of payee."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.iso.messages import Party
from core.names import masked_name
from core.partners.questions import Answered, Declined, Unavailable
from core.partners.rails.rail import Rail
from core.partners.rails.reach import Turned
from core.partners.wire import NoAnswer, NotReached

UNKNOWN = "unknown_account"


@dataclass(frozen=True, slots=True)
class AccountEnquiry:
    """The question whose an account at a bank is; without ``bic`` and ``code`` its id names it."""

    bank_id: str
    account_no: str
    bic: str = ""
    code: str = ""


class AccountDirectory:
    """Asks the rails that know, one after another until one says; the time is shared.

    Answers with the facts ``name``, masked, for the payer to read, and ``payee``, in full, for the
    payment that goes there; declines with ``unknown_account``.
    """

    def __init__(
        self, rails: Sequence[Rail], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rails = tuple(rails)
        self._clock = clock

    def ask(self, question: AccountEnquiry, *, seconds: float) -> Answered | Declined | Unavailable:
        """Return whose account it is, masked. Never raises: silence is an answer."""
        until = self._clock() + seconds
        country, _, number = question.bank_id.partition("-")
        code = question.code or ("" if question.bic else number)
        at = Party(account=question.account_no, bic=question.bic, code=code)
        reason = f"no rail says whose accounts in {country} are"
        for rail in self._rails:
            left = until - self._clock()
            if left <= 0:
                break
            try:
                name = rail.reach.holder(at, seconds=left)
            except (NotReached, NoAnswer, Turned) as error:
                reason = f"{rail.name}: {error}"
                continue
            if name is None:
                return Declined(UNKNOWN)
            return Answered({"name": masked_name(name), "payee": name})
        return Unavailable(reason)
