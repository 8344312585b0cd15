"""Whose: the name of somebody whom money goes to, as it was written.

Names are looked for only where money is sent, after a word that leads to somebody (*to*, *kwa*,
*à*) or behind the verb itself (*send Brian 2k*, *mtumie Mama Njeri*). A name has up to three
words, with a capital or without.
"""

import re

from flows.understanding.entities import currencies
from flows.understanding.entities.known_names import KNOWN, NAMES
from flows.understanding.entities.quantities import STARTS
from flows.understanding.entities.stops import STOPS
from flows.understanding.entities.tokens import Message

MOST_WORDS = 3
LONGEST_WORD = 24
_SENDS = frozenset({
    "send", "sends", "sent", "sending", "transfer", "transfers", "transferred", "transfered",
    "transferring", "pay", "paid", "paying", "payment", "give", "gave", "wire", "remit", "lend",
    "sed", "snd", "envoyer", "envoie", "envoies", "envoyez", "envoye", "envoi", "transferer",
    "transfere", "transferez", "transfert", "virer", "vire", "virement", "payer", "paye", "payez",
    "paie", "verser", "verse", "donner", "donne", "resend", "transaction", "order", "request",
    "requesting", "ask", "omba", "niombee", "demander", "demande", "save", "add", "remove",
    "delete", "block", "unblock", "hifadhi", "ongeza", "ondoa", "futa", "enregistrer", "enregistre",
    "ajouter", "ajoute", "sendia", "sendie", "kusendia", "nisendie", "supprimer", "supprime",
})  # fmt: skip
_SWAHILI_SENDS = re.compile(
    r"(?:ni|u|a|tu|m|wa|na|ku|si)?(?:na|li|ta|me|ka|ku|taka)?(?:m|mu|wa|ku|tu)?"
    r"(?:tum(?:a|e|ie|iwa)|lip(?:a|e|ia|ie)|rush(?:ia|ie)|hamish(?:a|e|ia|ie)|"
    r"nunul(?:ia|ie))"
)
# Verbs that carry whom they serve: what follows them is somebody.
_TO_SOMEBODY = re.compile(
    r"(?:(?:ni|u|a|tu)?(?:na|li|ta|me|ka|ku|taka)?(?:m|mu)|nimu|nam|nita?m|kum)"
    r"(?:tumie|tumia|lipe|lipa|lipie|lipia|rushie|rushia|pelekee|pelekea|nunulie|nunulia)"
)
# So do these, of things as well: only how it stands tells that a name follows.
_MAYBE_TO_SOMEBODY = frozenset({"tumia", "tumie", "mpe", "umpe", "nimpe", "kumpa", "mpatie"})
# Me and you are no names: nitumie, nilipe, kutumia, unitumie.
_TO_ME = re.compile(
    r"(?:.{0,5})(?:ni|tu)(?:tumi[ae]|lip[ae]|pe|rushi[ae]|pati[ae]|nunuli[ae])(?:ni)?"
)
_LEADS = frozenset({"kwa", "kwenda", "kwake", "chez"})
_FRENCH_LEADS = frozenset({"a", "au"})
_FRENCH_SENDS = re.compile(
    r"(?:envo[iy]|donn)\w*|transfer(?:er|e|ez|t)|vire[rz]?|virement|paye[rz]?|paie|verse[rz]?"
)
# Between the money and "to" stand no more tokens than these; after others "to" leads to a verb.
TO_SOMEBODY = 5
_TO_DO = frozenset({
    "want", "wants", "wanted", "need", "needs", "needed", "like", "how", "able", "have", "has",
    "had", "going", "trying", "try", "tried", "wish", "love", "used", "possible", "way", "where",
    "what", "due", "wanna", "allowed", "supposed", "forgot", "prefer", "up",
})  # fmt: skip
_ANSWERS = frozenset(
    {*_LEADS, *_FRENCH_LEADS, "to", "for", "pour", "its", "it", "is", "ni", "cest"}
)
_PURPOSES = (
    ("for",),
    ("pour",),
    ("kwa", "ajili", "ya"),
    ("from",),
    ("as",),
    ("kama",),
    ("comme",),
    ("au", "nom", "de"),
)
# Standing for somebody with "my" before them, or followed by who it is: my brother Otieno.
_OWN = frozenset({"my", "mon", "ma", "mes", "our", "notre", "his", "her", "their"})
_KIN = frozenset({
    "brother", "sister", "friend", "wife", "husband", "son", "daughter", "cousin", "uncle", "aunt",
    "colleague", "boss", "landlord", "neighbour", "neighbor", "girlfriend", "boyfriend", "niece",
    "nephew", "bro", "sis", "ndugu", "dada", "kaka", "rafiki", "mke", "mume", "mwanangu", "ami",
    "amie", "frere", "soeur", "femme", "mari", "fils", "fille", "copain", "cousine", "yangu",
    "wangu", "grandson",
})  # fmt: skip
_PARENTS = frozenset({
    "mum", "mom", "mama", "mummy", "dad", "daddy", "baba", "maman", "papa", "grandma", "nyanya",
    "shosh", "cucu", "babu", "mother", "father",
})  # fmt: skip
# The infinitive of a Swahili verb, which is longer than a name that begins like it.
_TO_DO_SW = re.compile(r"ku\w{5,}")
# Names that are words as well: only a capital tells that they are names.
_NAMES_TOO = frozenset({
    "will", "may", "bill", "april", "june", "august", "sue", "mark", "love", "gift", "mia", "penny",
    "grant", "check", "rich", "case", "juma",
})  # fmt: skip
_OF_MYSELF = frozenset({"am", "im", "naitwa", "mappelle", "suis", "mimi"})
# What is said before somebody's name, and belongs to it.
_BEFORE_NAMES = frozenset({"mama", "baba", "mzee", "uncle", "aunt", "auntie", "mwalimu", "tonton"})
_NAMED = (
    ("name", "is"), ("anaitwa",), ("sappelle",), ("jina", "lake", "ni"), ("jina", "ni"),
    ("called",),
)  # fmt: skip
_TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof", "eng", "rev", "mme", "st"})
_PARTICLES = frozenset({"wa", "bin", "ole", "van", "de", "ben", "al", "el", "ould", "von"})


def take(message: Message, *, expected: bool) -> str | None:
    """Take the name of whoever money goes to, and return it as it was written.

    :param expected: the bank has asked for one, so that words alone are a name
    """
    if expected and (found := _whole(message)):
        return message.take("name", *found, message.written(*found))
    sends = [at for at, token in enumerate(message.tokens) if _is_sending(token.plain)]
    shouted = message.text.isupper()
    if sends or _begins_with_amount(message):
        for start, sure in _places(message, sends, shouted=shouted):
            end = _name_at(message, start)
            if end > start and (sure or _is_clear(message, start, end, shouted=shouted)):
                return message.take("name", start, end, message.written(start, end))
    return _known(message)


def _known(message: Message) -> str | None:
    """Take the first name that people have, with what goes with it: Mama Zuhura, Moussa Diop."""
    for at in range(len(message)):
        told = message.phrase(at, _NAMED)
        if told > at and (end := _name_at(message, told)) > told:
            return message.take("name", told, end, message.written(told, end))
        if not message.free(at) or message.plain(at) not in KNOWN or _is_own(message, at):
            continue
        start = at - 1 if message.free(at - 1) and message.plain(at - 1) in _BEFORE_NAMES else at
        end = at + 1
        while end < at + MOST_WORDS and message.free(end) and message.plain(end) in NAMES:
            end += 1
        return message.take("name", start, end, message.written(start, end))
    return None


def _is_own(message: Message, at: int) -> bool:
    """Return whether a name is the writer's own, or of whom they want something sent to them."""
    before = message.plain(at - 1)
    amounts = any(span.kind == "amount" for span in message.spans)
    return before in _OF_MYSELF or (_TO_ME.fullmatch(before) is not None and not amounts)


def _whole(message: Message) -> tuple[int, int] | None:
    """Return where a name begins and ends that is all of a message, but for what leads to it."""
    start = 0
    while message.plain(start) in _ANSWERS:
        start += 1
    end = _name_at(message, start)
    rest = (message.kind(at) for at in range(end, len(message)))
    return (start, end) if end > start and all(kind == "mark" for kind in rest) else None


def _is_sending(word: str) -> bool:
    if word in _SENDS or word in _MAYBE_TO_SOMEBODY:
        return True
    swahili = _SWAHILI_SENDS.fullmatch(word) or _TO_SOMEBODY.fullmatch(word)
    return len(word) > 3 and swahili is not None


def _begins_with_amount(message: Message) -> bool:
    return any(span.kind == "amount" and span.start < 2 for span in message.spans)


def _places(message: Message, sends: list[int], *, shouted: bool) -> list[tuple[int, bool]]:
    """Return where a name may begin, the likeliest first, and whether anything there is one."""
    sure: list[tuple[int, bool]] = []
    unsure: list[tuple[int, bool]] = []
    for at in sends:
        word = message.plain(at)
        to_somebody = _TO_SOMEBODY.fullmatch(word) is not None and not _TO_ME.fullmatch(word)
        if to_somebody:
            sure.append((at + 1, True))
        elif not _TO_ME.fullmatch(word):
            unsure.append((_past_own(message, at + 1), False))
    money = {at for at in sends if not _TO_ME.fullmatch(message.plain(at))}
    money |= set(_behind_amounts(message))
    french = any(_FRENCH_SENDS.fullmatch(message.plain(at)) for at in sends)
    for at in range(len(message)):
        word = message.plain(at) if message.free(at) and message.kind(at) == "word" else ""
        if _leads(message, at, word, french=french):
            near = any(place in money for place in range(at - TO_SOMEBODY, at))
            (sure if near else unsure).append((_past_own(message, at + 1), near))
        end = message.phrase(at, _PURPOSES)
        if end > at and not shouted:
            unsure.append((_past_own(message, end), False))
    return sure + unsure


def _leads(message: Message, at: int, word: str, *, french: bool) -> bool:
    """Return whether a word leads to somebody, rather than to something to be done."""
    if word == "to":
        return message.plain(at - 1) not in _TO_DO
    if word == "a" and message.tokens[at].text.casefold() == "a":
        # Mostly "has", unless the money or the verb stands right before: envoie 5000 a Awa.
        french = french and (not message.free(at - 1) or _is_sending(message.plain(at - 1)))
    return word in _LEADS or (french and word in _FRENCH_LEADS)


def _behind_amounts(message: Message) -> list[int]:
    """Return the last token of every amount."""
    ends = {span.end for span in message.spans if span.kind == "amount"}
    money = {"transfer", "payment", "transaction", "order", "money", "cash"}
    return [
        at for at, token in enumerate(message.tokens) if token.end in ends or token.plain in money
    ]


def _past_own(message: Message, at: int) -> int:
    """Return where a name may begin behind "my brother"."""
    if message.plain(at) in _OWN and message.plain(at + 1) in _KIN:
        return at + 2
    if message.plain(at) in _OWN and message.plain(at + 1) in _PARENTS:
        return at + 1
    return at + 1 if message.plain(at) in _KIN and message.tokens[at].text.islower() else at


def _is_clear(message: Message, start: int, end: int, *, shouted: bool) -> bool:
    """Return whether words that may be a name, or a thing, are a name by how they stand."""
    if not shouted and all(
        message.tokens[at].text[:1].isupper() or message.plain(at) in _PARTICLES
        for at in range(start, end)
        if message.kind(at) == "word"
    ):
        return True
    if end >= len(message):
        return False
    place = message.tokens[end].start
    return any(span.kind in {"amount", "phone"} and span.start == place for span in message.spans)


def _name_at(message: Message, start: int) -> int:
    """Return where a name ends that begins at a place; the place itself if none does."""
    end, words, at = start, 0, start
    whole = message.plain(start) in _PARENTS or not message.tokens[start : start + 1]
    capital = not whole and message.tokens[start].text[:1].isupper()
    while words < MOST_WORDS and _may_be_of_name(message, at, first=words == 0):
        if words and capital and not _goes_on(message, at):
            break
        words += 1
        end = at + 1
        before = message.plain(end - 1)
        initial = message.plain(end) == "." and (len(before) == 1 or before in _TITLES)
        joined = message.plain(end) == "-" and message.glued(end + 1)
        hyphen = message.glued(end) and (initial or joined)
        at = end + hyphen
    if words == MOST_WORDS and not capital and _may_be_of_name(message, at, first=False):
        return start  # so many small words are no name
    if not capital and not whole and words > 1:
        # Of small words the first alone is believed, and those behind it that people are called.
        end = start + 1
        while end < at and message.plain(end) in NAMES:
            end += 1
    while end > start and (message.plain(end - 1) in _PARTICLES or len(message.plain(end - 1)) < 2):
        end -= 1
    return end


def _goes_on(message: Message, at: int) -> bool:
    """Return whether a word may follow one with a capital in a name."""
    return message.tokens[at].text[:1].isupper() or message.plain(at) in _PARTICLES


def _may_be_of_name(message: Message, at: int, *, first: bool) -> bool:
    if not message.free(at) or message.kind(at) != "word":
        return False
    word = message.plain(at)
    initial = len(word) == 1 and message.plain(at + 1) == "."  # mekia s. burgess
    if not first and (initial or word in _PARTICLES):
        return True
    capital = message.tokens[at].text[:1].isupper() and not message.text.isupper()
    return 2 <= len(word) <= LONGEST_WORD and _is_name(word, capital=capital)


def _is_name(word: str, *, capital: bool) -> bool:
    """Return whether a plain word may be a name: it means nothing else here."""
    if capital and word in _NAMES_TOO:
        return True
    if word in STOPS or word in STARTS or (_TO_DO_SW.match(word) and not capital):
        return False
    return currencies.named(word, "") is None and not _is_sending(word)
