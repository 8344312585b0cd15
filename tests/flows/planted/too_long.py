"""A screen too long: with the widest amount the French read-back takes two USSD screens."""

from flows.check import Fault
from tests.flows.planted.sound import NAME, STORIES, pages

LONG = (
    "Vous achetez {{ amount|money }} de crédit pour ce téléphone. "
    "Il sera là dans la minute et vaut trente jours. C'est bien cela ?"
)
PAGES = pages(fr={"review__ussd": LONG})
CODE, AT = Fault.TOO_LONG, (NAME, "review", "fr", "ussd")
TOLD = ("You:  500", "99 999 999,99 TZS")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
