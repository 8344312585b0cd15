"""Every story the bank can tell. A new one needs its file, its words and a place here."""

from flows.balance import Balance
from flows.change_pin import ChangePin
from flows.help import Help
from flows.join import Join
from flows.language import Language
from flows.link import Link
from flows.menu import offer
from flows.past import KEPT
from flows.reset_pin import ResetPin
from flows.resume import Resume
from flows.send_money import SendMoney
from flows.statement import Statement
from flows.story import Flow
from flows.thanks import Thanks
from flows.versions import Catalog

# What the menu offers, in this order: to customers, and to those who may become one.
CUSTOMERS: tuple[type[Flow], ...] = (SendMoney, Balance, Statement, ChangePin, Language, Help)
STRANGERS: tuple[type[Flow], ...] = (Join, Link, Language, Help)
Menu = offer(CUSTOMERS, strangers=STRANGERS)
MENU: tuple[str, ...] = tuple(story.name for story in CUSTOMERS)

_OTHERS: tuple[type[Flow], ...] = (Menu, ResetPin, Resume, Thanks)

STORIES: dict[str, type[Flow]] = {story.name: story for story in (*CUSTOMERS, *STRANGERS, *_OTHERS)}

PAST: dict[tuple[str, int], type[Flow]] = {(story.name, story.version): story for story in KEPT}
"""Older versions whose conversations finish on them. No new one begins there."""

RETIRED: frozenset[str] = frozenset()
"""Stories that are told no more. An unknown one that is not named here is taken for a newer one."""

CATALOG = Catalog(STORIES, PAST, RETIRED)
