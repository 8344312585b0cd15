"""Customers made up from the stories themselves: whatever is done, what was promised holds.

At every turn one of the things that can be done on the step is done: answered well or badly,
picked, proved, forgotten, taken back, corrected, interrupted, cut off; and what the bank may refuse
there, it may refuse. The checker walks the same conversations on paper; here it is held to it.
"""

from functools import cache, partial
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.commands.dressing import dress
from core.access.pins import Proof
from flows import manners
from flows.catalog import STORIES
from flows.check import money
from flows.check.paths import ways
from flows.check.refusing import met_on
from flows.check.talks import walk
from flows.hearing import phrases
from flows.story import (
    GIVEN,
    Ask,
    Become,
    Call,
    Code,
    Flow,
    Listen,
    NewSecret,
    Prove,
    RepeatSecret,
)
from flows.words import CHANNELS, LANGUAGES, Words
from tests.flows.handset import Handset, Kept
from tests.flows.oracle import Oracle

CANARY = "canary-of-a-pin"
TYPED_TOO_EARLY = "my pin is 4321"
GOOD = {
    "phone": ("0712000002", "+255712000003"),
    "amount": ("500", "1,250.50", "20 usd", "2000 ugx"),
    "amounts": ("500", "1,250.50", "20 usd", "2000 ugx", "elfu kumi na tano"),
    "trade": ("100", "usd 40", "buy 20 eur"),
    "sells": ("kes", "euros"),
    "buys": ("usd",),
    "first_name": ("wanjiru",),
    "last_name": ("Kamau",),
    "id_number": ("12345678",),
    "born": ("14/03/1990",),
    "number": ("482",),
    "which": ("C-104-001-0", "C-104-002-0"),
    "currency": ("usd",),
    "since": ("1/3/2026",),
    "until": ("31/3/2026",),
    "first": ("5/10/2026",),
    "home": ("House 7, Ngong Road",),
}
ANY_NAME = ("Savings",)
TOLD = {"name": "M***a N***a", "bank": "Standard Chartered"}
"""What an enquiry finds out."""
BAD = ("", "hm?", "yes no", "999999999999999999", "\U0001f642", "42", "x" * 500)
DIGRESSIONS = ("balance", "mini", "send 70 to 0712000005", "change pin", "thanks", "forgot pin")
CORRECTIONS = ("no, to 0712000007", "make it 600")
WAYS = [(), ("whatsapp",), ("whatsapp", "mail")]
MOST_SCREENS = 8
MOST_CUSTOMERS = 1600
PROVING = Prove | Code | NewSecret | RepeatSecret


class Customer(Handset):
    """A handset whose every turn is looked at."""

    def does(self, draw: Any) -> None:
        """Do one of the things that can be done here, and see that all is well."""
        if self.now is None:
            return self.dials(draw)
        before, sent, aside = self.now, len(self.bank.sent), len(self.aside)
        step = self.story().step
        met = sorted(met_on(STORIES[before.flow], before.state).values(), key=lambda k: k.code)
        self.bank.will_refuse = draw(st.sampled_from([*[None] * 6, *met]))
        acts = [*self.acts(step), *[partial(self.obeys, m) for m in ("back", "help", "language")]]
        acts += [self.drops] if self.channel == "ussd" else []
        self.turns, self.proved = [], False
        draw(st.sampled_from(acts))()
        self.is_well()
        if len(self.aside) >= aside:  # else an earlier story, perhaps of the same name, goes on
            self.was_foreseen(before)
        for effect_id, to, amount in self.bank.sent[sent:]:
            self.was_asked_for(before, effect_id, to, amount)
        return None

    def dials(self, draw: Any) -> None:
        name = draw(st.sampled_from(self.asked_for()))
        facts = draw(st.sampled_from([{}, {"recipient": "0712000002", "amount": "500"}]))
        self.turns = []
        slots = {"title": "x"}
        if name == "agent" and self.bank.known:  # a person may have written already
            slots |= draw(st.sampled_from([{}, {"number": "C-104-000-0"}]))
        self.begin(name, facts if name == "send_money" else None, **slots)
        self.is_well()

    def asked_for(self) -> list[str]:
        """The stories to choose from: the long ones as often as all others together."""
        return [*sorted(STORIES), *["send_money" if self.bank.known else "join"] * len(STORIES)]

    def acts(self, step: object) -> list[Any]:
        match step:
            case Call():
                said = [way.trigger for way in ways(STORIES[self.now.flow], step.name)]  # type: ignore[union-attr]
                outcomes = [SimpleNamespace(trigger=one, facts=TOLD) for one in said]
                return [
                    self.says, *(partial(self.hears, one) for one in (*outcomes, "never_heard_of")),
                ]  # fmt: skip
            case Listen(events=events):
                heard = [partial(self.says, text) for text in (*BAD, *DIGRESSIONS)]
                return [*heard, *(partial(self.hears, event) for event in events * 4)]
            case Ask(entity=entity, name=name, media=media):
                good = _good(entity, name)
                taps = [partial(self.says, choice=option.key) for option in self.reply.options]
                spoken = [*good * 8, "1", *BAD, *DIGRESSIONS]
                taps += [partial(self.says, "look", file=True)] if media else []
                return [*taps, *(partial(self.says, text) for text in spoken)]
        picks = [str(n + 1) for n in range(len(getattr(step, "options", ())))]
        labels = [option.label for option in self.reply.options]
        spoken = [partial(self.says, text) for text in (*picks, *labels, *BAD, *DIGRESSIONS)]
        if isinstance(step, PROVING):
            proofs = [partial(self.proves, ok=True)] * 6 + [partial(self.proves, ok=False)]
            return [*spoken, *proofs, partial(self.says, TYPED_TOO_EARLY)]
        taps = [partial(self.says, choice=option.key) for option in self.reply.options]
        return [*spoken, *taps, *(partial(self.says, text) for text in CORRECTIONS)]

    def goes_on(self, step: object) -> list[Any]:
        """What somebody does here who knows the way."""
        taps = [partial(self.says, choice=option.key) for option in self.reply.options]
        match step:
            case Call():
                facts = (TOLD, TOLD | {"owes": "KES 500.00"})
                heard = [SimpleNamespace(trigger="answered", facts=told) for told in facts]
                return [partial(self.hears, one) for one in heard]
            case Ask(entity=entity, name=name):
                return taps + [partial(self.says, t) for t in _good(entity, name)]
            case Listen():
                return []
        return [partial(self.proves, ok=True)] if isinstance(step, PROVING) else taps

    def proves(self, *, ok: bool) -> None:
        self.proved = ok
        self.says(proof=Proof("pin", ok=ok, new_hash=CANARY))

    def is_well(self) -> None:
        """The reply says something, fits, holds no secret, and can be left."""
        passed_on = self.now is not None and isinstance(self.story().step, Listen)
        assert self.reply.text or passed_on
        shown = dress(self.channel, self.reply)
        assert shown.parts <= MOST_SCREENS
        assert self.channel != "ussd" or not shown.wrong
        told = f"{self.now} {self.aside} {self.reply}"
        assert CANARY not in told
        assert "4321" not in told
        if self.now is not None:
            assert not isinstance(self.story().step, Become)
            for manner in ("menu", "cancel"):
                assert manners.heard(spoken(manner), story=self.story()) == manner

    def was_foreseen(self, before: Kept) -> None:
        """The checker walked this on paper: it sees all that the engine does."""
        if any(name.startswith(GIVEN) for name in before.slots):
            return  # several steps are answered at once
        if self.now is not None and self.now.flow == before.flow and len(self.turns) == 1:
            flow, at, to = STORIES[before.flow], before.state, self.now.state
            # A quiet refusal may hand what was said to a step that answers itself by it.
            handed = {way.dest for way in ways(flow, at) if way.trigger in flow.quiet}
            steps = {(at, to)} | {(mid, to) for mid in handed}
            assert at == to or steps & foreseen(flow)

    def was_asked_for(self, before: Kept, effect_id: Any, to: str, amount: str) -> None:
        """Money moved: it was read back word for word, confirmed, and proved in this turn."""
        assert self.proved
        # A code comes only after the PIN: the checker proves it of every story.
        assert isinstance(STORIES[before.flow].step_at(before.state), Prove | Code)
        # Perhaps not what was read back last: a payment set aside goes on after another one.
        assert effect_id == before.effect_id
        read = self.minted[effect_id]
        whom = next(read[slot] for slot in ("to", "target") if slot in read)
        assert (whom, read["amount"]) == (to, amount)
        assert [one for one, *_ in self.bank.sent].count(effect_id) == 1


@cache
def spoken(manner: str) -> str:
    return phrases(Words("en", "sms").say("manners", manner))[0]


@cache
def foreseen(flow: Any) -> set[tuple[str, str]]:
    talks = walk(flow, alters=partial(money.alters, flow))
    return {(turn.at.state, turn.to.state) for turn in talks.turns}


def lives(draw: Any, channel: str, turns: int) -> Customer:
    known = draw(st.booleans())
    bank = Oracle(
        known=known,
        trusted=known and draw(st.booleans()),
        language=draw(st.sampled_from(LANGUAGES)),
        language_chosen=draw(st.booleans()),
        strange=draw(st.booleans()),
        needs=draw(st.sampled_from(["enough", "code", "person", "hold"])),
        knows_nobody=draw(st.booleans()),
        has_second_way=draw(st.booleans()),
        has_number=channel != "whatsapp" or draw(st.booleans()),
        channel=channel,
        asks_nobody=draw(st.booleans()),
        ways_for_files=draw(st.sampled_from(WAYS)),
        may_have_document=draw(st.sampled_from([True, True, False])),
        known_tier=draw(st.sampled_from([1, 2, 3])),
        awaited=draw(st.sampled_from([(), ("selfie.front",)])),
        late=draw(st.sampled_from([False, False, True])),
    )
    customer = Customer(bank, channel)
    for _ in range(turns):
        customer.does(draw)
    for manner in ("cancel", "menu"):
        if customer.now is not None:
            customer.obeys(manner)  # type: ignore[arg-type]
            assert customer.now is not None
            assert customer.now.flow == "menu"
            customer.is_well()
    return customer


@pytest.mark.no_cover  # the rules that are judged here have tests that count
@pytest.mark.parametrize("channel", CHANNELS)
@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # what fails is told turn by turn as it is; making it less is slow
)
@given(data=st.data())
def test_whatever_customers_do_what_was_promised_holds(data: Any, channel: str) -> None:
    lives(data.draw, channel, turns=25)


@pytest.mark.soak
@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_very_many_customers_do(data: Any, channel: str) -> None:
    lives(data.draw, channel, turns=60)


def test_such_customers_go_everywhere() -> None:
    """Every step of every story is met by somebody, and money moves: the test tests something."""
    random_ = Random(7)

    def draw(strategy: Any) -> Any:
        return random_.choice(choices_of(strategy))

    wanted = {
        (flow.name, step.name)
        for flow in STORIES.values()
        for step in flow.steps
        if not isinstance(step, Become)
    }
    met: set[tuple[str, str]] = set()
    sent = 0
    for n in range(MOST_CUSTOMERS):
        customer = _walked(draw, CHANNELS[n % 3], met)
        sent += len(customer.bank.sent)
        if wanted <= met and sent > 5:
            return
    raise AssertionError(f"nobody met {wanted - met}; money was sent {sent} times")


def _good(entity: str | None, name: str) -> list[str]:
    """Return right answers for a step: by what it asks for, else by its name."""
    kind = "phone" if entity == "person" else entity or ""
    found: list[str] = GOOD.get(kind) or GOOD.get(name, ANY_NAME)
    return found


def choices_of(strategy: Any) -> list[Any]:
    wrapped = getattr(strategy, "wrapped_strategy", strategy)
    return list(getattr(wrapped, "elements", (False, True)))


def _walked(draw: Any, channel: str, met: set[tuple[str, str]]) -> Customer:
    class Seen(Customer):
        def acts(self, step: object) -> list[Any]:
            """Two times in three what leads on: few would come far by chance alone."""
            every, well = super().acts(step), self.goes_on(step)
            return every + well * (2 * len(every) // len(well)) if well else every

        def asked_for(self) -> list[str]:
            """Those with steps that nobody has met yet, if there are any."""
            unmet = {
                flow.name
                for flow in STORIES.values()
                for step in flow.steps
                if not isinstance(step, Become) and (flow.name, step.name) not in met
            }
            return sorted(unmet) or super().asked_for()

        def _keep(self, story: Flow, turn: Any) -> None:
            super()._keep(story, turn)
            met.add((story.name, story.state))

    bank = Oracle(
        known=draw(st.booleans()),
        trusted=draw(st.booleans()),
        language=draw(st.sampled_from(LANGUAGES)),
        language_chosen=draw(st.booleans()),
        strange=draw(st.booleans()),
        needs=draw(st.sampled_from(["enough", "code", "person", "hold"])),
        knows_nobody=draw(st.booleans()),
        has_second_way=draw(st.booleans()),
        has_number=channel != "whatsapp" or draw(st.booleans()),
        channel=channel,
        asks_nobody=draw(st.booleans()),
        ways_for_files=draw(st.sampled_from(WAYS)),
        may_have_document=draw(st.sampled_from([True, True, False])),
        known_tier=draw(st.sampled_from([1, 2, 3])),
        awaited=draw(st.sampled_from([(), ("selfie.front",)])),
        late=draw(st.sampled_from([False, False, True])),
    )
    customer = Seen(bank, channel)
    for _ in range(60):
        customer.does(draw)
    return customer
