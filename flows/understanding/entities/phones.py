"""Phone numbers as people write them: in one piece or in groups, of home or of abroad."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from flows.understanding.entities.tokens import Message

MOST_GROUPS = 7
_BETWEEN = frozenset("-.()")
# The codes of our countries and of their neighbours, written without the plus by many.
_CODES = ("254", "255", "256", "250", "234", "233", "221", "237", "257", "251", "225", "27")
_LEAST, _MOST = 8, 15
# How a number begins, what stands for that, and how long it is taken for one although it is none.
_FORMS = (("+", "+", range(9, 16)), ("00", "+", range(11, 16)), ("0", "0", range(9, 12)))
_ROUND = "000"
# What is said before a number that is none of a phone.
_OTHER = frozenset({
    "account", "acc", "acct", "akaunti", "compte", "case", "kesi", "ticket", "dossier", "meter",
    "mita", "paybill", "till", "iban", "reference", "ref", "token",
})  # fmt: skip


def take(message: Message, country: str) -> str | None:
    """Take every phone number of a message, and return the first of them in E.164.

    One that no phone of the country can have is taken as it was written, and not returned.
    """
    first: str | None = None
    at = 0
    while at < len(message):
        start = at
        at += 1
        if not _begins(message, start):
            continue
        end, number = _longest(message, start, country)
        if end > start:
            message.take("phone", start, end, number)
            first = first or (number if _is_e164(number) else None)
            at = end
    return first


def _begins(message: Message, at: int) -> bool:
    """Return whether a phone number may begin with the token at a place."""
    if not message.free(at) or _of_another_kind(message, at):
        return False
    if message.plain(at) in {"+", "("}:
        return message.kind(at + 1) == "number" or message.plain(at + 1) == "+"
    return message.kind(at) == "number" and not message.glued(at)


def _of_another_kind(message: Message, at: int) -> bool:
    near = (message.plain(at - back) for back in range(1, 4))
    for word in near:
        if word in _OTHER:
            return True
        if word not in {"no", "number", "nambari", "namba", "numero", ".", ":", "is", "ni", "#"}:
            return False
    return False


def _longest(message: Message, start: int, country: str) -> tuple[int, str]:
    """Return where the longest phone number from here on ends, and the number itself."""
    found = (start, "")
    groups: list[str] = []
    written = ""
    for at in range(start, min(start + 2 * MOST_GROUPS, len(message))):
        token = message.tokens[at]
        if not message.free(at) or (at > start and token.start - message.tokens[at - 1].end > 1):
            break
        if token.kind != "number":
            if token.text not in _BETWEEN and not (token.text == "+" and not groups):
                break
            written += token.text if token.text == "+" else ""
            continue
        if "," in token.text or "'" in token.text:
            break
        groups.append(token.text)
        number = _read(written + "".join(groups).replace(".", ""), groups, country)
        if number and not _runs_on(message, at):
            found = (at + 1, number)
    return found


def _runs_on(message: Message, at: int) -> bool:
    """Return whether letters or a sign of money follow so closely that this is no phone."""
    return message.glued(at + 1) and message.plain(at + 1) in {"/=", "/-", "%", "k", "m"}


def _read(digits: str, groups: list[str], country: str) -> str | None:
    """Return the number in E.164, or as it was written where its form alone says it is one."""
    size = len(digits.lstrip("+"))
    if not _LEAST <= size <= _MOST or len(groups) > MOST_GROUPS:
        return None
    for start, written, sizes in _FORMS:
        if digits.startswith(start):
            number = _valid(written + digits[len(start) :], country)
            return number or (digits if len(groups) == 1 and size in sizes else None)
    if size >= 11 and groups[0].startswith(_CODES):
        return _valid("+" + digits, country) or _valid(digits, country)
    return _of_home(digits, groups, country)


def _of_home(digits: str, groups: list[str], country: str) -> str | None:
    """Read a number without its zero, unless it is so round that it is an amount."""
    if len(digits) not in {9, 10} or digits.endswith(_ROUND * (2 if len(groups) == 1 else 1)):
        return None
    if len(groups) > 1 and len(groups[0]) < 2 and country != "CM":
        return None
    number = _valid(digits, country)
    if number or len(groups) > 1:
        return number
    # A foreign customer's way of writing a number of home: the bank will say that it is none.
    return digits if len(digits) == 9 and digits[0] in "67" else None


def _valid(digits: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(digits, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _is_e164(number: str) -> bool:
    return number.startswith("+")
