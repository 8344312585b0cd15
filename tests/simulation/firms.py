"""All firms outside, as the bank has them by name, with the accidents that befall each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from channels.message import Hook
from core.iso.messages import Party
from core.partners.mishaps import Mishaps, Plan
from core.partners.orders import Order
from core.partners.partner import Told
from core.partners.rails.direct import DirectReach
from core.partners.rails.eft import Eft
from core.partners.rails.hearing import told_by
from core.partners.rails.papss import Papss
from core.partners.rails.pesalink import PesaLink
from core.partners.rails.rail import Rail
from core.partners.rails.rtgs import Rtgs
from core.partners.rails.twin import Switch
from core.partners.rails.twin_books import report
from core.partners.rails.twin_rules import RULES
from tests.simulation.clock import Clock
from tests.simulation.mpesa import Line
from tests.simulation.record import Record
from tests.simulation.sellers import Billers, Wholesaler

US = Party("Wekeza Bank", "01-0384-100", "WEKZKENA")
RAILS: tuple[type[Rail], ...] = (PesaLink, Rtgs, Eft, Papss)
BAD = Plan(
    lost_calls=0.03, lost_answers=0.03, lost_callbacks=0.1, doubled_callbacks=0.1,
    late_callbacks=600.0, lying_callbacks=0.2,
)  # fmt: skip
MPESA = replace(BAD, lost_calls=0.01, lost_answers=0.01)
"""A prompt whose call was lost is asked after for ever: fewer of these."""


class Watched:
    """A partner whose answers are written down."""

    def __init__(self, client: Any, record: Record, clock: Clock) -> None:
        self.client, self.name, self.thanks = client, client.name, client.thanks
        self._record, self._clock = record, clock

    def send(self, order: Order, *, seconds: float) -> Any:
        """Ask for an order."""
        return self._written("send", order, self.client.send(order, seconds=seconds))

    def query(self, order: Order, *, seconds: float) -> Any:
        """Ask how an order stands."""
        return self._written("query", order, self.client.query(order, seconds=seconds))

    def hear(self, call: Hook) -> Sequence[Told]:
        """Return what a call tells."""
        told: Sequence[Told] = self.client.hear(call)
        return told

    def _written(self, asked: str, order: Order, answer: Any) -> Any:
        self._record(
            self._clock.now, asked, self.name, order.action, order.key, order.attempts, answer
        )
        return answer


class Firms:
    """The partners of a simulation, and the news they send."""

    def __init__(self, seed: str, clock: Clock, record: Record) -> None:
        self._clock = clock
        names = [rail.name for rail in RAILS] + ["mpesa", "airtime", "billers"]
        self.mishaps = {name: Mishaps(f"{seed}:{name}") for name in names}
        self.befall(away="")
        self.switches = {rail.name: Switch(RULES[rail.name], seed=seed) for rail in RAILS}
        self._reaches = {
            name: DirectReach(switch, clock=clock, mishaps=self.mishaps[name])
            for name, switch in self.switches.items()
        }
        self.mpesa = Line(seed, clock, self.mishaps["mpesa"])
        self.wholesaler = Wholesaler(clock, self.mishaps["airtime"])
        self.billers = Billers(clock, self.mishaps["billers"])
        rails = [rail(self._reaches[rail.name], us=US, clock=clock) for rail in RAILS]
        others = [self.mpesa.client, self.wholesaler.client, self.billers.client]
        self.partners: Mapping[str, Watched] = {
            one.name: Watched(one, record, clock) for one in (*rails, *others)
        }

    def befall(self, *, away: str) -> None:
        """Have everybody's usual accidents happen, and one partner be away altogether."""
        for name, one in self.mishaps.items():
            one.plan = replace(MPESA if name == "mpesa" else BAD, down=name == away)

    def news(self, *, until: datetime) -> Iterator[tuple[str, bytes, Sequence[Told]]]:
        """Give what each partner's calls tell that have arrived: partner, body, news."""
        for name, reach in self._reaches.items():
            for _, one in reach.news(until=until):
                yield name, b"", [one]
        for name, post in (
            ("mpesa", self.mpesa.post_in),
            ("airtime", self.wholesaler.post_in),
            ("billers", self.billers.post_in),
        ):
            for call in post.arrived(until=until):
                yield name, call.body, self.partners[name].hear(call)

    def lists(self, since: datetime) -> Iterator[tuple[str, bytes, Sequence[Told]]]:
        """Give what the partners' daily lists since a time tell of money that came or came back.

        So what no call told, for it was lost, is heard of all the same.
        """
        now = self._clock.now
        days = [
            since.date() + timedelta(days=n) for n in range((now.date() - since.date()).days + 2)
        ]  # the last day of clocks that are ahead of UTC
        for name, switch in self.switches.items():
            for day in days:
                for line in report(switch, day, now=now):
                    one = told_by(line)
                    if one is not None:
                        yield name, b"", [one]
        for call in self.mpesa.told_again(since=since):
            yield "mpesa", call.body, self.partners["mpesa"].hear(call)
