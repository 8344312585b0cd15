"""Tells customers of balances below what they chose. It may run twice without harm."""

from bot.house import House
from core.crm import alert_choices
from worker.rounds import in_rounds


def sweep(house: House) -> int:
    """Tell whose balance fell since the last time; return how many fell or rose again."""
    return in_rounds(house, alert_choices.tell_fallen, most=alert_choices.AT_ONCE)
