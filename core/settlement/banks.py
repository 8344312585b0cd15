"""Banks and mobile-money operators that money can be paid to, and finding the one that is meant."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import phonenumbers
from phonenumbers import carrier

from core.errors import Refusal
from core.phone import country_of
from core.store.unit import Row, Unit

MOST_FOUND = 6
CLOSE = 0.75
"""How alike a misspelt name must be, 1 being the same."""
_NOISE = frozenset(
    {"bank", "the", "of", "ltd", "limited", "plc", "la", "le", "de", "benki", "banque"}
)


class BankUnknown(Refusal):
    """No bank that money can be sent to is called so. Fact: ``said``."""

    code = "bank_unknown"


@dataclass(frozen=True, slots=True)
class Bank:
    """An institution that money is paid to."""

    id: str
    name: str
    short_name: str
    country: str
    bic: str
    code: str
    is_mobile_money: bool
    account_pattern: str
    """What an account number there looks like, a regular expression of the whole."""
    networks: tuple[str, ...]
    """Networks whose phone numbers are its accounts, for mobile money."""


_BANKS = """
select b.bank_id, b.name, b.short_name, b.country, b.bic, b.code, b.is_mobile_money,
    coalesce(b.settlement_rules ->> 'account', c.account_pattern) as pattern,
    b.settlement_rules -> 'networks' as networks
from banks b join payout_countries c on c.country = b.country
"""
_REACHED = """
exists (select from bank_rails x join rails r on r.rail = x.rail
    where x.bank_id = b.bank_id and r.is_open and r.currency = %(currency)s
        and (not r.abroad or b.country <> %(country)s))
"""


def country_there(unit: Unit, bank_id: str) -> str | None:
    """Return the country a bank is in; None where there is no such bank."""
    found: str | None = unit.value("select country from banks where bank_id = %(id)s", id=bank_id)
    return found


def bank(unit: Unit, bank_id: str) -> Bank:
    """Return the bank of an id, one that is closed to us too.

    :raises BankUnknown: if there is none
    """
    row = unit.maybe(f"{_BANKS} where b.bank_id = %(bank)s", bank=bank_id)
    if row is None:
        raise BankUnknown(said=bank_id[:20])
    return _bank(row)


def frequent(unit: Unit, *, country: str, currency: str, most: int) -> list[Bank]:
    """Return the banks of a country that most are paid to, those with a rail for the currency."""
    rows = unit.all(
        f"""
        {_BANKS} where b.country = %(country)s and not b.is_mobile_money and b.is_open
            and b.frequent is not null and {_REACHED}
        order by b.frequent limit %(most)s
        """,
        country=country,
        currency=currency,
        most=most,
    )
    return [_bank(row) for row in rows]


def called(unit: Unit, said: str, *, country: str, currency: str) -> list[Bank]:
    """Return the banks that may be meant by a name, a BIC or a code; those at home come first.

    Only banks that money in the currency can reach from a country. At most six.

    :raises BankUnknown: if none is called so
    """
    rows = unit.all(
        f"""
        {_BANKS} where not b.is_mobile_money and b.is_open and {_REACHED}
        order by b.country <> %(country)s, b.frequent nulls last, b.name limit 1000
        """,
        country=country,
        currency=currency,
    )
    found = _meant([_bank(row) for row in rows], said, country)
    if not found:
        raise BankUnknown(said=said.strip()[:20])
    return found[:MOST_FOUND]


def operator(unit: Unit, number: str) -> Bank:
    """Return the mobile-money operator whose network a number (E.164) is of.

    :raises BankUnknown: if none that we reach is
    """
    network = carrier.name_for_number(phonenumbers.parse(number), "en").casefold()
    rows = unit.all(
        f"{_BANKS} where b.is_mobile_money and b.is_open and b.country = %(country)s",
        country=country_of(number, ""),
    )
    for one in (_bank(row) for row in rows):
        if network and network in (name.casefold() for name in one.networks):
            return one
    raise BankUnknown(said=network[:20])


def short_names(unit: Unit, bank_ids: Sequence[str]) -> dict[str, str]:
    """Return what banks are called on a small screen, also those that are closed to us."""
    rows = unit.all(
        "select bank_id, short_name from banks where bank_id = any(%(ids)s)", ids=list(bank_ids)
    )
    return {row.bank_id: row.short_name for row in rows}


def rails_of(unit: Unit, bank_id: str) -> frozenset[str]:
    """Return the rails that a bank is on."""
    rows = unit.all("select rail from bank_rails where bank_id = %(bank)s", bank=bank_id)
    return frozenset(row.rail for row in rows)


Way = Callable[[Bank], bool]


def _meant(banks: Sequence[Bank], said: str, country: str) -> list[Bank]:
    """Return who is meant: by identifier, else called so, so in part, or nearly so.

    Each way looks at home first: Equity is Kenya's to a Kenyan, and Uganda's to nobody there.
    """
    meant = _plain(said)
    whole = " ".join(_words(meant))
    if len(whole) < 2:
        return []
    home = [one for one in banks if one.country == country]
    ways: tuple[Way, ...] = (
        lambda one: said.strip().upper() in (one.bic, one.code, one.id),
        lambda one: whole in _names(one),
        lambda one: _has_parts(one, whole.split()),
        lambda one: bool(difflib.get_close_matches(whole, _names(one), n=1, cutoff=CLOSE)),
    )
    for way in ways:
        for among in (home, banks):
            found = [one for one in among if way(one)]
            if found:
                return found
    return []


def _has_parts(one: Bank, parts: Sequence[str]) -> bool:
    """Return whether each part begins a word of the bank's names."""
    words = [word for name in _names(one) for word in name.split()]
    return all(any(word.startswith(part) for word in words) for part in parts)


def _names(one: Bank) -> list[str]:
    names = (_plain(one.short_name), _plain(one.name))
    return [" ".join(_words(name)) or name for name in names]


def _words(plain: str) -> list[str]:
    return [word for word in plain.split() if word not in _NOISE]


def _plain(text: str) -> str:
    """Return words as they are compared: without case, accents and signs."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s]", "", bare.casefold()).split())


def _bank(row: Row) -> Bank:
    return Bank(
        id=row.bank_id,
        name=row.name,
        short_name=row.short_name,
        country=row.country,
        bic=row.bic or "",
        code=row.code,
        is_mobile_money=row.is_mobile_money,
        account_pattern=row.pattern,
        networks=tuple(row.networks or ()),
    )
