"""Account numbers: twelve digits, the last two of which catch a slip of the finger."""

from core.store.unit import Unit

SERIAL_DIGITS = 10


def account_no(serial: int) -> str:
    """Return the number of the account with this serial: ten digits and ISO 7064 MOD 97-10.

    Every single wrong digit and every two neighbours swapped give a number that is not valid.

    :raises ValueError: if the serial has more than ten digits or is not positive
    """
    if not 0 < serial < 10**SERIAL_DIGITS:
        raise ValueError("an account serial has one to ten digits")
    check = 98 - serial * 100 % 97
    return f"{serial:0{SERIAL_DIGITS}d}{check:02d}"


def is_account_no(text: str) -> bool:
    """Return whether the text is an account number with the right check digits."""
    return (
        len(text) == SERIAL_DIGITS + 2 and text.isascii() and text.isdigit() and int(text) % 97 == 1
    )


def next_account_no(unit: Unit) -> str:
    """Return an account number that was never given before."""
    return account_no(unit.value("select nextval('account_serials')"))
