"""Who and where, in the types that the messages of ISO 20022's release of 2019 share.

pyiso20022 makes the same types anew for each message, so each function takes the message's module.
"""

import re
from typing import Any

from core.iso.messages import LONGEST_ACCOUNT, LONGEST_NAME, Party
from core.iso.values import words

Types = Any
"""The module of one message, such as ``pyiso20022.pacs.pacs_008_001_08.pacs_008_001_08``."""
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Za-z0-9]{11,30}")


def person(types: Types, party: Party) -> Any:  # noqa: ANN401 - one class per message
    """Return a party's name."""
    return types.PartyIdentification135(nm=words(party.name, LONGEST_NAME))


def account(types: Types, party: Party) -> Any:  # noqa: ANN401
    """Return where a party's money lies, or None when it is not known.

    :raises ValueError: if the account's number is longer than any
    """
    number = party.account.strip()
    if not number:
        return None
    if len(number) > LONGEST_ACCOUNT:
        raise ValueError("an account number has at most 34 characters")
    if _IBAN.fullmatch(number):
        return types.CashAccount38(id=types.AccountIdentification4Choice(iban=number))
    other = types.GenericAccountIdentification1(id=number)
    return types.CashAccount38(id=types.AccountIdentification4Choice(othr=other))


def agent(types: Types, party: Party) -> Any:  # noqa: ANN401
    """Return a party's bank, by its BIC and its number in the national clearing."""
    member = None
    if party.code:
        member = types.ClearingSystemMemberIdentification2(mmb_id=party.code)
    return types.BranchAndFinancialInstitutionIdentification6(
        fin_instn_id=types.FinancialInstitutionIdentification18(
            bicfi=party.bic or None, clr_sys_mmb_id=member
        )
    )


def party_of(person: Any, account: Any, agent: Any) -> Party:  # noqa: ANN401
    """Return a party as a message tells it, whatever is missing left empty."""
    institution = agent.fin_instn_id if agent else None
    member = institution.clr_sys_mmb_id if institution else None
    return Party(
        name=(person.nm if person else "") or "",
        account=_number(account),
        bic=(institution.bicfi if institution else "") or "",
        code=member.mmb_id if member else "",
    )


def _number(account: Any) -> str:  # noqa: ANN401
    if account is None:
        return ""
    if account.id.iban:
        return str(account.id.iban)
    return str(account.id.othr.id) if account.id.othr else ""
