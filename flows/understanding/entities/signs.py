"""The words by which a bare number is told to be money, or to be none."""

import re

# Verbs and nouns of money that moves. Swahili puts who and when before its verbs.
_ENGLISH_FRENCH = frozenset({
    "send", "sends", "sent", "sending", "transfer", "transfers", "transfered", "transferred",
    "transferring", "pay", "pays", "paid", "payed", "paying", "payment", "buy", "buys", "bought",
    "buying", "purchase", "sell", "selling", "sold", "deposit", "deposits", "deposited",
    "depositing", "withdraw", "withdrew", "withdrawn", "withdrawal", "withdrawing", "exchange",
    "convert", "change", "lend", "give", "gave", "gimme", "load", "topup", "top", "move", "moved",
    "request", "wire", "remit", "spend", "spent", "refund", "charged", "debited", "deducted",
    "credited", "charge", "charges", "received", "receive", "amount", "airtime", "tokens", "token",
    "bundle", "bundles", "envoyer", "envoie", "envoies", "envoyez", "envoye", "envoi", "transferer",
    "transfere", "transferez", "transfert", "virer", "vire", "virement", "payer", "paye", "payez",
    "paie", "acheter", "achete", "achetez", "vendre", "deposer", "depose", "depot", "retirer",
    "retire", "retrait", "changer", "echanger", "echange", "convertir", "verser", "verse",
    "recharger", "recharge", "donner", "donne", "prete", "recu", "recevoir", "depense",
    "rembourser", "montant", "paybill", "kiasi", "pesa", "hela", "muda", "kredi", "salio", "add",
    "adding", "put", "credit", "contribute", "contribution", "prompt", "minutes", "owe", "owes",
    "shift", "forward", "afford", "take", "get", "got", "widraw", "dpst", "snd", "sed", "worth",
    "loan", "rent", "fees", "fare", "salary", "cash", "money", "doh", "doo", "ganji", "chapaa",
    "munde", "mkopo", "deni", "vocha", "vocher", "voucher", "uhamisho", "umeme", "stima", "luku",
    "muamala", "limit", "hits", "hit", "reaches", "drops", "falls", "below", "above",
    "atteint", "depasse", "pret", "loyer", "facture", "argent", "ikifika", "ikishuka", "ikipanda",
    "frais", "sendia", "sendie", "nisendie", "kplc", "dstv", "gotv", "zuku", "startimes",
    "senelec",
    "woyofal", "dawasa", "tanesco", "peleka", "ingiza", "nitoleeni", "nitolee", "ingizia",
    "kiwango", "kodi", "karo", "ada",
})  # fmt: skip
_SWAHILI = re.compile(
    r"(?:ni|u|a|tu|m|wa|si|hu|ha|na|ku|i|hai|hatu|hawa)?(?:na|li|ta|me|ka|nge|ku|ki|taka|ja)?"
    r"(?:ni|ku|m|tu|wa|mu|ji)?"
    r"(?:tum(?:a|e|ia|ie|iwa|iwe)|tumiwa|lip(?:a|e|ia|ie|wa)|nunu(?:a|e|lia|lie)"
    r"|badil(?:i|isha|isho|ishia|ishe)|hamish(?:a|e|ia|ie)|wek(?:a|e|ea|ee)"
    r"|to(?:a|lea|lewa|lee)|rush(?:a|ia|ie)|pokea|ongez(?:a|ea|ee)|kat(?:wa|iwa)|pat(?:a|e)|chukua"
    r"|kopesh(?:a|e)|azim(?:a|e)|rudish(?:a|ia|ie|iwe)|uz(?:a|ia|ie))"
)
_SWAHILI_OTHERS = frozenset({
    "nipe", "nipatie", "mpe", "umpe", "nimpe", "wape", "tupe", "kumpa", "nitoe", "utoe", "nitolee",
    "changia",
})  # fmt: skip

# What a number in its place corrects: make it 600, iwe 600, mettez 600.
CORRECTS = (
    ("make", "it"), ("change", "it", "to"), ("change", "to"), ("i", "meant"), ("iwe",),
    ("fanya", "iwe"), ("mets",), ("mettez",), ("plutot",), ("instead",), ("rather",),
    ("amount", "is"),
)  # fmt: skip

# A number behind one of these says which or when, and not how much.
NOT_BEFORE = frozenset({
    "pin", "otp", "code", "password", "till", "paybill", "meter", "mita", "option", "chaguo",
    "number", "no", "num", "nambari", "namba", "numero", "step", "page", "room", "level", "version",
    "id", "account", "acc", "acct", "akaunti", "compte", "agent", "wakala", "visa", "iphone", "ref",
    "reference", "case", "kesi", "ticket", "dossier", "article", "gate", "flat", "house", "siku",
    "mara", "saa", "wiki", "mwezi", "miezi", "mwaka", "miaka", "dakika", "watu", "mtu", "kadi",
    "card", "cards", "age", "aged", "umri", "past", "half", "since", "year", "covid", "top", "au",
    "ending", "digits", "biashara", "wallet", "nyumba", "siri", "nywila", "pini", "nip", "piga",
    "dial", "chagua", "bonyeza", "press", "sms", "masaa", "uviko", "size", "games", "channel",
    "inayoishia",
})  # fmt: skip
_AMOUNTS_TOO = frozenset(
    {"top", "au", "no", "wallet", "card", "kadi", "account", "agent", "wakala"}
)
# What is counted and is no money.
COUNTED = frozenset({
    "day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "hr",
    "hrs", "minute", "minutes", "min", "mins", "second", "seconds", "sec", "secs", "time", "times",
    "x", "am", "pm", "oclock", "st", "nd", "rd", "th", "er", "eme", "percent", "pct", "%", "people",
    "person", "persons", "friends", "cards", "card", "accounts", "account", "transactions",
    "transaction", "payments", "transfers", "digit", "digits", "numbers", "cents", "cent", "gb",
    "mb", "kb", "g", "km", "kg", "kgs", "cm", "mm", "ml", "litre", "litres", "items", "messages",
    "sms", "questions", "things", "attempts", "tries", "trips", "tickets", "bills", "wallets",
    "phones", "phone", "lines", "options", "years'", "yrs", "yr", "old", "working", "business",
    "jour", "jours", "semaine", "semaines", "mois", "an", "ans", "annee", "annees", "heure",
    "heures", "h", "fois", "personnes", "cartes", "carte", "comptes", "pourcent", "ieme",
    "asilimia",
    "watu", "kids", "children", "points", "stars", "units", "unit", "kwh", "d",
    "s", "w", "y", "tokens", "places", "different", "separate", "more", "other", "of",
    "installments", "instalments", "months'", "quarter", "half", "credit", "debit", "way", "yen",
    "yens", "rupees", "rupee", "yuan", "pesos", "kwacha", "pula", "views", "followers", "ngapi",
})  # fmt: skip
# A small number before one of these is an hour: saa tatu usiku, 9 in the morning.
DAYTIMES = frozenset({
    "asubuhi", "mchana", "jioni", "usiku", "morning", "afternoon", "evening", "night", "tonight",
    "noon", "midnight", "matin", "soir",
})  # fmt: skip
# How much of something: vocha ya 1000, umeme wa elfu tano.
WORTH = frozenset({"ya", "za", "wa", "la"})
# The clock, said before a number: at 3, until 5, vers 4, after 6.
CLOCK = frozenset(
    {"at", "until", "till", "before", "after", "around", "between", "past", "by", "vers"}
)


# Where one of these is spoken of, digits alone are likelier to be it than to be money.
SECRETS = frozenset({"pin", "pini", "otp", "password", "passcode", "nywila", "siri"})
# Too much is left open by these: a million or a thousand, by the country of who writes.
UNCLEAR = frozenset({"mil"})


def moves_money(word: str) -> bool:
    """Return whether a plain word speaks of money that moves."""
    return (
        word in _ENGLISH_FRENCH
        or word in _SWAHILI_OTHERS
        or (len(word) > 2 and _SWAHILI.fullmatch(word) is not None)
    )


def says_which(word: str, *, moving: bool) -> bool:
    """Return whether a number behind this plain word is a name or a time, rather than money.

    :param moving: a word of money that moves stands right before
    """
    return word in NOT_BEFORE and not (moving and word in _AMOUNTS_TOO)
