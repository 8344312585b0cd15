"""Messages of the switch, read into what the bank decides and dressed from what it said.

One file knows what each field of ISO 8583 means here. It decides nothing: a field that cannot be
meant is `Malformed`, and whatever can is the bank's to judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.card_iso import Fields, Malformed, tagged
from bot.card_words import ALPHABETIC, merchant_of
from core.cards.messages import Answer, Kind, Merchant, Paid, Request, Way, What
from core.money import DIGITS, LARGEST_MINOR, Money

KINDS: Mapping[str, Kind] = {
    "0100": "authorise",
    "0120": "advise",
    "0220": "clear",
    "0400": "reverse",
    "0420": "reverse",
}
"""What each type asks of the bank; the last digit of a repetition is 1."""
NETWORK = "0800"
ANSWERS: Mapping[str, str] = {
    **{name: f"{name[:2]}{int(name[2]) + 1}0" for name in KINDS},
    NETWORK: "0810",
}
WHAT: Mapping[str, What] = {"00": "purchase", "09": "purchase", "01": "cash", "20": "refund"}
"""Field 3, its first two digits."""
WAYS: Mapping[str, Way] = {
    "01": "online", "10": "online", "81": "online", "02": "stripe", "90": "stripe",
    "80": "stripe", "05": "chip", "07": "contactless", "91": "contactless",
}  # fmt: skip
"""Field 22, its first two digits; cash at a machine is another way whatever stands there."""
PARTIAL, CODE_RESULT = "61", "87"
"""Parts of field 48: whether a part may be approved (1), whether the security code was right."""
CODE_RESULTS: Mapping[str, bool] = {"M": True, "N": False}
ECHOED = ("3", "4", "6", "7", "11", "12", "13", "32", "37", "41", "42", "49", "51", "63", "70")
"""What an answer repeats of its question; the card's number is not among it."""
BILLED_STANDS = slice(24, 36)
PAID_STANDS = slice(0, 12)


@dataclass(frozen=True, slots=True)
class Read:
    """A message as the bank takes it, and the PIN block that came with it."""

    request: Request
    pin_block: bytes | None = field(default=None, repr=False)


def kind_of(fields: Fields) -> str:
    """Return the type of a message, the same when it is a repetition.

    :raises Malformed: if it is none that is taken
    """
    told = fields.get("t", "")
    base = f"{told[:3]}0"
    if base not in ANSWERS or told[3:] not in {"0", "1"}:
        raise Malformed("a type that is not taken")
    return base


def read(fields: Fields, *, scheme: str) -> Read:
    """Return what a message asks of the bank.

    :raises Malformed: if a field is missing or cannot be meant
    """
    kind = KINDS[kind_of(fields)]
    paid, amount = _amounts(fields, kind)
    code = _digits(fields, "3")[:2]
    if code not in WHAT:
        raise Malformed("field 3")
    what = WHAT[code]
    private = tagged(fields.get("48", ""))
    foreign = "6" in fields
    request = Request(
        scheme=scheme,
        told=_told(fields),
        kind=kind,
        ref=fields.get("63") or _needed(fields, "37") + fields.get("32", ""),
        pan=_digits(fields, "2"),
        what=what,
        amount=amount,
        paid=paid,
        rate=_rate(fields.get("10", "")),
        merchant=_merchant(fields),
        way=_way(fields, what),
        expiry=_expiry(fields.get("14", "")),
        code_matches=CODE_RESULTS.get(private.get(CODE_RESULT, "")),
        partial=private.get(PARTIAL, "").startswith("1") and not foreign,
        final=_is_final(fields.get("62", "")),
        decided=fields.get("39", "") if kind == "advise" else "",
    )
    block = fields.get("52")
    return Read(request, None if block is None else bytes.fromhex(block))


def dress(fields: Fields, answer: Answer) -> dict[str, str]:
    """Return what a message is answered with; of a part that was approved, the part."""
    said = plain(fields, answer.code)
    if answer.approval:
        said["38"] = answer.approval
    if answer.code == "10" and answer.amount is not None:
        said["4"] = f"{answer.amount.minor:012d}"
    return said


def plain(fields: Fields, code: str) -> dict[str, str]:
    """Return an answer that only has a code.

    :raises Malformed: if a message of that type has no answer
    """
    said = {name: fields[name] for name in ECHOED if name in fields}
    return said | {"t": ANSWERS[kind_of(fields)], "39": code}


def _told(fields: Fields) -> str:
    """Return the id of a message: when it was sent, its trace number, and by whom."""
    return f"{_digits(fields, '7')}-{_digits(fields, '11')}-{fields.get('32', '')}"


def _amounts(fields: Fields, kind: Kind) -> tuple[Paid, Money]:
    """Return what the merchant asks for, and what is billed for it; of a reversal, what stands."""
    minor, billed = int(_digits(fields, "4")), fields.get("6")
    if kind == "reverse":
        stands = fields.get("95", "0" * 42)
        if not stands.isdecimal():
            raise Malformed("field 95")
        billed_stands = stands[BILLED_STANDS] if billed is not None else None
        minor, billed = int(stands[PAID_STANDS]), billed_stands
    currency = _digits(fields, "49")
    paid = Paid(minor, ALPHABETIC.get(currency, currency))
    if billed is None:
        return paid, _money(minor, currency, "49")
    if not billed.isdecimal():
        raise Malformed("field 6")
    return paid, _money(int(billed), _digits(fields, "51"), "51")


def _money(minor: int, currency: str, name: str) -> Money:
    known = ALPHABETIC.get(currency, "")
    if known not in DIGITS or minor > LARGEST_MINOR:
        raise Malformed(f"field {name}")
    return Money(minor, known)


def _rate(told: str) -> Decimal | None:
    """Return a rate of field 10: the first digit says how many of the others are decimals."""
    if not told:
        return None
    if not told.isdecimal() or not int(told[1:]):
        raise Malformed("field 10")
    return Decimal(int(told[1:])).scaleb(-int(told[0]))


def _merchant(fields: Fields) -> Merchant:
    place = fields.get("43", "").ljust(40)
    return merchant_of(
        name=place[:25],
        id=fields.get("42", ""),
        city=place[25:38],
        country=place[38:40],
        mcc=_digits(fields, "18"),
    )


def _way(fields: Fields, what: What) -> Way:
    if what == "cash":
        return "atm"
    way = WAYS.get(_digits(fields, "22")[:2])
    if way is None:
        raise Malformed("field 22")
    return way


def _expiry(told: str) -> tuple[int, int] | None:
    """Return year and month of field 14."""
    if not told:
        return None
    if not told.isdecimal() or not 1 <= int(told[2:]) <= 12:
        raise Malformed("field 14")
    return 2000 + int(told[:2]), int(told[2:])


def _is_final(told: str) -> bool:
    """Return whether nothing more is taken: field 62 has "0103" for the first of three."""
    if not told:
        return True
    if len(told) != 4 or not told.isdecimal():
        raise Malformed("field 62")
    return told[:2] == told[2:]


def _digits(fields: Fields, name: str) -> str:
    told = _needed(fields, name)
    if not (told.isascii() and told.isdecimal()):
        raise Malformed(f"field {name}")
    return told


def _needed(fields: Fields, name: str) -> str:
    told = fields.get(name, "")
    if not told:
        raise Malformed(f"field {name} is missing")
    return told
