"""Lock everything: a phone is gone, and any other one stops the money."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from flows.dates import read_date
from flows.story import Ask, Choose, End, Flow


class LockAccount(Flow):
    """Lock PIN and wallets by account number and birth date, from whatever phone.

    Whether there is such an account is not told before the end.
    """

    name = "lock"
    for_strangers = True

    steps = (
        Ask("account", free=True),
        Ask("born", free=True),
        Choose("confirm", options=("yes", "no")),
        End("locked"),
        End("not_locked"),
        End("cancelled"),
    )

    paths = (
        # when             at         go to         if    unless first do
        ("open",            "start",   "account"),
        ("answer",          "account", "born",       None, None, "note_account"),
        ("answer",          "born",    "confirm",    None, None, "note_born"),
        ("yes",             "confirm", "locked",     None, None, "lock"),
        ("no",              "confirm", "cancelled"),
        ("nothing_locked",  "confirm", "not_locked"),
        ("lock_tries_spent", "confirm", "not_locked"),
    )  # fmt: skip

    writes = frozenset({"lock"})
    widest: ClassVar[Mapping[str, object]] = {"account": "0000 0000 0000", "born": "1990-09-28"}

    def note_account(self, said: str) -> None:
        """Remember the account number, if it can be one."""
        self.slots["account"] = self.bank.read_account_no(said)

    def note_born(self, said: str) -> None:
        """Remember the birth date."""
        self.slots["born"] = read_date(said).isoformat()

    def lock(self, _: str) -> None:
        """Lock everything of that account."""
        self.bank.lock_everything(
            account=self.slots["account"], born=date.fromisoformat(self.slots["born"])
        )
