"""Case numbers: digits said aloud in groups, the last of which catches a slip of the finger.

``C-104-283-1`` is a serial and a check digit by Damm's method, which finds every single wrong digit
and every two neighbours swapped. Customers may type it as they like: ``1042831``, ``c 104 283 1``.
"""

from stdnum import damm

SERIAL_DIGITS = 6
MOST_DIGITS = 12
_BETWEEN = " -.#"


def case_number(serial: int) -> str:
    """Return the number of the case with this serial, as it is written and said.

    :raises ValueError: if the serial is not positive
    """
    if serial < 1:
        raise ValueError("a case serial is positive")
    digits = f"{serial:0{SERIAL_DIGITS}d}"
    first = len(digits) % 3
    groups = [digits[:first]] if first else []
    groups += [digits[at : at + 3] for at in range(first, len(digits), 3)]
    return "-".join(["C", *groups, damm.calc_check_digit(digits)])


def parse(text: str) -> str | None:
    """Return the case number that was typed in its one form, or None when it is none."""
    plain = "".join(letter for letter in text.strip().upper() if letter not in _BETWEEN)
    digits = plain.removeprefix("C")
    if not (SERIAL_DIGITS < len(digits) <= MOST_DIGITS and digits.isascii() and digits.isdigit()):
        return None
    serial = int(digits[:-1])
    return case_number(serial) if serial and damm.is_valid(digits) else None
