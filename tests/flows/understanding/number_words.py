"""Numbers put into words: the inverse of what reads them, written apart from it."""

_SW_UNITS = ["", "moja", "mbili", "tatu", "nne", "tano", "sita", "saba", "nane", "tisa"]
_SW_TENS = [
    "", "kumi", "ishirini", "thelathini", "arobaini", "hamsini", "sitini", "sabini", "themanini",
    "tisini",
]  # fmt: skip
_EN_TO_NINETEEN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_EN_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety"
_EN_SMALL = _EN_TO_NINETEEN.split()
_EN_TENS = ["", "", *_EN_DECADES.split()]
_FR_TO_NINETEEN = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf"
)
_FR_SMALL = _FR_TO_NINETEEN.split()
_FR_TENS = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"]


def swahili(number: int) -> str:
    """As it is said: the scale first, ``elfu mbili mia tano na sita``; laki for 100,000."""
    if number == 0:
        return "sifuri"
    parts = []
    for scale, name in ((1_000_000, "milioni"), (100_000, "laki"), (1_000, "elfu")):
        count, number = divmod(number, scale)
        if count:
            parts.append(f"{name} {_sw_group(count)}")
    if number:
        parts.append(_sw_group(number))
    return " na ".join(parts) if len(parts) < 3 else f"{' '.join(parts[:-1])} na {parts[-1]}"


def _sw_group(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, unit = divmod(rest, 10)
    said = [f"mia {_SW_UNITS[hundreds]}"] if hundreds else []
    return " na ".join([*said, *filter(None, (_SW_TENS[tens], _SW_UNITS[unit]))])


def english(number: int) -> str:
    """As in Britain and in East Africa: ``two thousand five hundred and six``."""
    if number == 0:
        return "zero"
    parts = []
    for scale, name in ((1_000_000, "million"), (1_000, "thousand")):
        count, number = divmod(number, scale)
        if count:
            parts.append(f"{_en_group(count)} {name}")
    if number:
        parts.append(f"and {_en_group(number)}" if parts and number < 100 else _en_group(number))
    return " ".join(parts)


def _en_group(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    said = [f"{_EN_SMALL[hundreds]} hundred"] if hundreds else []
    if rest:
        tens, unit = divmod(rest, 10)
        words = _EN_SMALL[rest] if rest < 20 else "-".join(
            filter(None, (_EN_TENS[tens], _EN_SMALL[unit] if unit else ""))
        )  # fmt: skip
        said.append(words)
    return " and ".join(said)


def french(number: int) -> str:
    """As in France and in West Africa: ``quatre-vingt-dix mille deux cents``."""
    if number == 0:
        return "zero"
    millions, rest = divmod(number, 1_000_000)
    thousands, rest = divmod(rest, 1_000)
    parts = []
    if millions:
        parts.append(f"{_fr_group(millions, ends=True)} million{'s' if millions > 1 else ''}")
    if thousands:
        parts.append("mille" if thousands == 1 else f"{_fr_group(thousands, ends=False)} mille")
    if rest:
        parts.append(_fr_group(rest, ends=True))
    return " ".join(parts)


def _fr_group(number: int, *, ends: bool) -> str:
    hundreds, rest = divmod(number, 100)
    said = []
    if hundreds:
        plural = "s" if hundreds > 1 and not rest and ends else ""
        said.append("cent" if hundreds == 1 else f"{_FR_SMALL[hundreds]} cent{plural}")
    if rest:
        said.append(_fr_below_hundred(rest, ends=ends))
    return " ".join(said)


def _fr_below_hundred(number: int, *, ends: bool) -> str:
    if number < 20:
        return _FR_SMALL[number]
    if number >= 80:
        rest = number - 80
        return f"quatre-vingt-{_FR_SMALL[rest]}" if rest else f"quatre-vingt{'s' if ends else ''}"
    tens = 6 if number >= 60 else number // 10
    rest = number - tens * 10
    joint = " et " if rest in {1, 11} else "-"
    return f"{_FR_TENS[tens]}{joint}{_FR_SMALL[rest]}" if rest else _FR_TENS[tens]
