"""camt.053 (a day's statement) and camt.054 (a notice of movements), read in any of four versions.

Read from the validated tree itself, not through pyiso20022's classes: they differ by version where
the tree hardly does, and a statement of 20,000 entries takes them many times as long.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from core.iso.documents import LARGEST_FILE, opened
from core.iso.messages import Entry, Statement, Unreadable
from core.iso.values import money
from core.money import Money

STATEMENTS = ("camt.053.001.02", "camt.053.001.04", "camt.053.001.08")
NOTICES = ("camt.054.001.08",)
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
"""Codes of the booked balances, the better first: a bank may give yesterday's closing instead."""

Facts = dict[str, list[str]]
"""What stands at each path below an element, such as ``Acct/Id/IBAN`` or ``Amt@Ccy``, in order."""


def read_camt(content: bytes) -> tuple[Statement, ...]:
    """Return the statements or notices of a camt.053 or camt.054, in its order.

    An entry that stands for several payments, each with its amount, becomes one `Entry` a payment.

    :raises Unreadable: if it is neither, or not valid, or in a currency that is none of ours
    """
    _, root = opened(content, *STATEMENTS, *NOTICES, largest=LARGEST_FILE)
    return tuple(_statement(one) for one in root[0] if _name(one) in {"Stmt", "Ntfctn"})


def _name(node: Any) -> str:  # noqa: ANN401 - lxml's elements have no public type
    return str(node.tag).rpartition("}")[2]


def _facts(node: Any, *, but: str = "") -> Facts:  # noqa: ANN401
    """Walk an element once, leaving out its children of one name; the schema bounds the depth."""
    found: Facts = {}
    skip = node.tag.index("}") + 1

    def walk(within: Any, path: str) -> None:  # noqa: ANN401
        for child in within:
            name = child.tag[skip:]
            if name == but and within is node:
                continue
            if len(child):
                walk(child, f"{path}{name}/")
            else:
                found.setdefault(path + name, []).append((child.text or "").strip())
            if child.attrib and (currency := child.get("Ccy")):
                found.setdefault(f"{path}{name}@Ccy", []).append(currency)

    walk(node, "")
    return found


def _text(facts: Facts, *paths: str) -> str:
    """Return what stands first at the first of the paths where anything does, or nothing."""
    for path in paths:
        if path in facts and facts[path][0]:
            return facts[path][0]
    return ""


def _children(node: Any, name: str) -> list[Any]:  # noqa: ANN401
    return [one for one in node if _name(one) == name]


def _statement(node: Any) -> Statement:  # noqa: ANN401
    facts = _facts(node, but="Ntry")
    balances = {_text(one, "Tp/CdOrPrtry/Cd"): one for one in map(_facts, _children(node, "Bal"))}
    opening, closing = _balance(balances, OPENING), _balance(balances, CLOSING)
    entries = tuple(one for entry in _children(node, "Ntry") for one in _entries(entry))
    known = [*(each[0] for each in (opening, closing) if each), *(one.amount for one in entries)]
    currency = _text(facts, "Acct/Ccy") or (known[0].currency if known else "")
    if any(one.currency != currency for one in known):
        raise Unreadable("a statement in more than one currency")
    return Statement(
        id=_text(facts, "Id"),
        account=_text(facts, "Acct/Id/IBAN", "Acct/Id/Othr/Id"),
        currency=currency,
        entries=entries,
        opening=opening[0] if opening else None,
        opened_on=opening[1] if opening else None,
        closing=closing[0] if closing else None,
        closed_on=closing[1] if closing else None,
        number=_text(facts, "ElctrncSeqNb", "LglSeqNb"),
        bank=_text(facts, "Acct/Svcr/FinInstnId/BICFI", "Acct/Svcr/FinInstnId/BIC"),
    )


def _balance(
    balances: dict[str, Facts], codes: tuple[str, ...]
) -> tuple[Money, date | None] | None:
    for code in codes:
        if code in balances:
            return _amount(balances[code]), _day(balances[code], "Dt")
    return None


def _entries(node: Any) -> Iterator[Entry]:  # noqa: ANN401
    """Give an entry as a whole, or each payment it stands for if their amounts make up its own."""
    entry = _facts(node, but="NtryDtls")
    whole = _amount(entry)
    details = [one for batch in _children(node, "NtryDtls") for one in _children(batch, "TxDtls")]
    parts = [_facts(one) for one in details]
    amounts = [_part(one, whole) for one in parts]
    sums_up = sum(one.minor for one in amounts if one) == whole.minor
    if len(parts) > 1 and None not in amounts and sums_up:
        for part, amount in zip(parts, amounts, strict=True):
            yield _entry(entry, part, amount or whole, is_part=True)
    else:
        yield _entry(entry, parts[0] if len(parts) == 1 else {}, whole, is_part=False)


def _part(part: Facts, whole: Money) -> Money | None:
    """Return the amount that a part of an entry tells of itself, if it tells any."""
    told = None
    if "Amt" in part:
        told = _amount(part, otherwise=whole.minor < 0)
    elif "AmtDtls/TxAmt/Amt" in part:
        told = money(_text(part, "AmtDtls/TxAmt/Amt"), _text(part, "AmtDtls/TxAmt/Amt@Ccy"))
        if _is_debit(part, otherwise=whole.minor < 0):
            told = Money(-told.minor, told.currency)
    return told if told is not None and told.currency == whole.currency else None


def _entry(entry: Facts, part: Facts, amount: Money, *, is_part: bool) -> Entry:
    keeper = _text(entry, "AcctSvcrRef", "NtryRef")
    other = "Cdtr" if amount.minor < 0 else "Dbtr"
    end_to_end = _text(part, "Refs/EndToEndId")
    return Entry(
        amount=amount,
        booked_on=_day(entry, "BookgDt"),
        valued_on=_day(entry, "ValDt"),
        reference=_text(part, "Refs/AcctSvcrRef") or keeper,
        end_to_end="" if end_to_end == "NOTPROVIDED" else end_to_end,
        instruction=_text(part, "Refs/TxId", "Refs/InstrId"),
        booked=_text(entry, "Sts/Cd", "Sts") == "BOOK",
        reversal=_text(entry, "RvslInd") in {"true", "1"},
        code=_code(entry),
        reason=_text(part, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
        name=_text(part, f"RltdPties/{other}/Pty/Nm", f"RltdPties/{other}/Nm"),
        account=_text(part, f"RltdPties/{other}Acct/Id/IBAN", f"RltdPties/{other}Acct/Id/Othr/Id"),
        words=_words(entry, part),
        batch=keeper if is_part else "",
    )


def _words(entry: Facts, part: Facts) -> str:
    told = [one for one in part.get("RmtInf/Ustrd", ()) if one]
    if told:
        return " ".join(told)
    return _text(part, "RmtInf/Strd/CdtrRefInf/Ref", "AddtlTxInf") or _text(entry, "AddtlNtryInf")


def _code(entry: Facts) -> str:
    domain = "BkTxCd/Domn"
    paths = (f"{domain}/Cd", f"{domain}/Fmly/Cd", f"{domain}/Fmly/SubFmlyCd")
    parts = [_text(entry, path) for path in paths]
    return "-".join(parts) if all(parts) else _text(entry, "BkTxCd/Prtry/Cd")


def _amount(facts: Facts, *, otherwise: bool = False) -> Money:
    """Return the signed amount of an entry, a part or a balance."""
    told = money(_text(facts, "Amt"), _text(facts, "Amt@Ccy"))
    return Money(-told.minor, told.currency) if _is_debit(facts, otherwise=otherwise) else told


def _is_debit(facts: Facts, *, otherwise: bool) -> bool:
    told = _text(facts, "CdtDbtInd")
    return told == "DBIT" if told else otherwise


def _day(facts: Facts, name: str) -> date | None:
    told = _text(facts, f"{name}/Dt", f"{name}/DtTm")
    if not told:
        return None
    try:
        return date.fromisoformat(told[:10])
    except ValueError:
        raise Unreadable("a day that cannot be") from None
