"""The counter for wallets: what a customer has, where, and how it moves between the two."""

from uuid import UUID

from core.kyc.countries import SERVED
from core.money import Money
from core.standing import Standing
from core.transfers import moves
from core.transfers.moves import Moved
from core.transfers.people import read_label
from core.wallets import wallets
from core.wallets.wallets import OwnWallet

WORLD_CURRENCIES = ("USD", "EUR", "GBP")
"""Held beside the currencies of the countries we serve."""
MOST_CURRENCIES = 9


class WalletsCounter(Standing):
    """What is asked at the counter about a customer's own wallets."""

    def wallets(self) -> list[OwnWallet]:
        """Return the customer's wallets, the default first."""
        return wallets.own_wallets(self._unit, self._me)

    def find_wallet(self, said: str) -> OwnWallet:
        """Return one of the customer's wallets by its id, its name or its account number.

        :raises WalletGone: if there is none such
        """
        for one in self.wallets():
            if said in (str(one.id), one.account_no) or said.casefold() == one.name.casefold():
                return one
        raise wallets.WalletGone

    def currencies(self) -> list[str]:
        """Return in what a further wallet may be: home, the world's, ours; at most nine."""
        ours = [country.currency for country in SERVED.values()]
        return list(dict.fromkeys((self.currency, *WORLD_CURRENCIES, *ours)))[:MOST_CURRENCIES]

    def read_wallet_name(self, text: str) -> str:
        """Return a wallet's name as it is kept.

        :raises NotALabel: if it cannot be one
        """
        return read_label(text)

    def open_wallet(self, currency: str, *, label: str = "") -> str:
        """Open a further wallet and return its account number.

        :raises TooManyWallets: if the customer has ten already
        :raises WalletNameTaken: if another wallet of theirs is called so
        :raises NoRate: if nothing says what the currency is worth
        """
        return wallets.open_further(self._unit, self._me, currency, label=label).account_no

    def set_default_wallet(self, wallet: str) -> None:
        """Pay from this wallet and be paid into it, from now on.

        :raises WalletGone: if it is not theirs any more, or not in the home currency
        """
        wallets.set_default(self._unit, self._me, UUID(wallet))
        self._visitor.wallet = UUID(wallet)

    def movable_wallets(self) -> list[OwnWallet]:
        """Return the wallets that have another of the same currency."""
        return moves.movable(self._unit, self._me)

    def check_pair(self, *, source: str, target: str) -> None:
        """Refuse two wallets that money cannot move between.

        :raises WalletGone: if they are one and the same, or in two currencies
        """
        pair = [one for one in self.movable_wallets() if str(one.id) in (source, target)]
        if len(pair) != 2 or pair[0].currency != pair[1].currency:
            raise wallets.WalletGone

    def check_move(self, *, source: str, target: str, amount: Money) -> None:
        """Refuse an amount early that could not be moved now.

        :raises InsufficientFunds: if the first wallet does not hold that much
        :raises BalanceCeiling: if the second may not hold that much
        :raises AccountFrozen: if a wallet may not give or take
        """
        moves.check(self._unit, source=UUID(source), target=UUID(target), amount=amount)

    def move_money(self, *, source: str, target: str, amount: Money, effect_id: UUID) -> Moved:
        """Move money between the customer's wallets, once however often the effect is asked for.

        Raises what ``core.transfers.moves.move`` does.
        """
        return moves.move(
            self._unit,
            id=effect_id,
            customer=self._me,
            source=UUID(source),
            target=UUID(target),
            amount=amount,
        )


__all__ = ["OwnWallet", "WalletsCounter"]
