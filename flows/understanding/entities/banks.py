"""Banks and mobile money, by the names that people call them."""

import re
from functools import cache
from types import MappingProxyType

from flows.understanding.entities.tokens import Message

# Banks and mobile money as they are called. The name that is told stands first, others behind it.
_BANKS = (
    ("Equity", "equity bank"), ("KCB", "kenya commercial bank"), ("Co-op", "co op bank", "coop",
     "co operative bank", "cooperative bank"), ("NCBA", "cba"), ("Absa", "barclays"),
    ("Stanbic", "stanbic bank"), ("Standard Chartered", "stanchart", "standard chartered bank"),
    ("I&M", "i and m bank"), ("DTB", "diamond trust", "diamond trust bank"), ("Family Bank",),
    ("Prime Bank",), ("Sidian",), ("Gulf African",), ("HFC",), ("Kingdom Bank",),
    ("National Bank of Kenya", "nbk"),
    ("CRDB", "crdb bank"), ("NMB", "nmb bank"), ("NBC", "nbc bank"), ("Azania", "azania bank"),
    ("TCB", "tpb"), ("Exim", "exim bank"), ("PBZ",),
    ("Centenary", "centenary bank", "cente"), ("DFCU", "dfcu bank"), ("PostBank", "post bank"),
    ("Housing Finance",), ("Bank of Africa", "boa"),
    ("Bank of Kigali",), ("I&M Rwanda",), ("Cogebanque",), ("BPR",),
    ("GTBank", "gtb", "gt bank", "guaranty trust", "gtco"), ("Access Bank",),
    ("Zenith", "zenith bank"),
    ("UBA",), ("First Bank", "fbn"), ("FCMB",), ("Fidelity Bank", "fidelity"), ("Union Bank",),
    ("Sterling Bank",), ("Wema", "wema bank", "alat"), ("Opay",), ("Palmpay", "palm pay"),
    ("Kuda", "kuda bank"), ("Moniepoint",), ("Polaris",),
    ("Ecobank", "eco bank"), ("GCB", "gcb bank"), ("Fidelity Ghana",), ("CalBank", "cal bank"),
    ("ADB",), ("FNB", "first national bank"), ("Capitec", "capitec bank"), ("Nedbank",),
    ("Standard Bank",), ("TymeBank", "tyme bank"), ("Investec",),
    ("CBAO",), ("SGBS", "societe generale"), ("BICIS",), ("BHS",),
    ("Afriland", "afriland first bank"),
    ("BICEC",), ("SCB Cameroun",), ("UBA Cameroun",),
    ("M-Pesa", "mpesa", "m pesa", "empesa"), ("Airtel Money", "airtelmoney"),
    ("MTN MoMo", "momo", "mtn mobile money", "mtn money", "mobile money mtn"),
    ("Orange Money",), ("Wave",), ("T-Kash", "tkash", "t kash"), ("Tigo Pesa", "tigopesa"),
    ("Mixx by Yas", "mixx"), ("HaloPesa", "halo pesa"), ("Free Money",), ("Vodafone Cash",),
    ("Telecel Cash",), ("AirtelTigo Money",), ("Wizall",),
)  # fmt: skip
# Names that are words as well: they are a bank only where they are written as a name, or after
# a word that leads to one.
_WORDS_TOO = frozenset({
    "wave", "equity", "access", "fidelity", "kuda", "prime", "cente", "boa", "free", "wema",
    "standard", "union", "first", "family", "national", "kingdom", "housing", "sterling", "post",
})  # fmt: skip
_LEADS = frozenset({
    "to", "from", "via", "by", "with", "my", "kwa", "ya", "kwenye", "kutoka", "toka", "par", "vers",
    "sur", "mon", "in", "into", "through", "using", "bank", "benki", "banque", "avec", "use", "de",
})  # fmt: skip


def take(message: Message) -> str | None:
    """Take every bank and mobile money that is named, and return the first."""
    first: str | None = None
    at = 0
    while at < len(message):
        names = _banks().get(message.plain(at), ()) if message.free(at) else ()
        end = message.phrase(at, [words for words, _ in names])
        if end > at and message.free(at, end) and _is_a_name(message, at, end):
            said = tuple(message.plain(place) for place in range(at, end))
            name = next(name for words, name in names if words == said)
            first = first or name
            message.take("bank", at, end, name)
            at = end
        else:
            at += 1
    return first


def _is_a_name(message: Message, at: int, end: int) -> bool:
    """Return whether a word that is also a bank's name is meant as one."""
    if message.plain(at) not in _WORDS_TOO:
        return True
    capital = message.tokens[at].text[:1].isupper() and at > 0
    beside = at > 0 and not message.free(at - 1)  # an account, or how much
    account = message.plain(end) in {"account", "acc"}
    return capital or beside or account or message.plain(at - 1) in _LEADS


@cache
def _banks() -> MappingProxyType[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return the ways to write every bank, as tokens, by their first."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, *others in _BANKS:
        for way in {name.casefold(), *others}:
            words = tuple(piece for piece in re.split(r"\s+|([-&])", way) if piece)
            found.setdefault(words[0], []).append((words, name))
    return MappingProxyType({first: tuple(ways) for first, ways in found.items()})
