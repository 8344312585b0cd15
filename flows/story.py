"""What a story is made of: steps to stand on, and paths between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from uuid import UUID

from transitions import Machine

from core.errors import Refusal

if TYPE_CHECKING:
    from core.bank import Bank, Proof

START = "start"
GIVEN = "given:"
"""Slots under this prefix were said before the step they name was reached."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Waits for the customer's own words; they pull ``answer``.

    ``free`` words are names and notes: nothing in them is taken for a question or a command of
    another story. ``entity`` says what is looked for inside a sentence, and lets the customer
    correct the step later by just saying another one: an ``amount``, ``amounts`` (one, or both that
    its words may mean), a ``trade`` (an amount to be given or got), a ``number``, a ``phone``, a
    ``person`` (a phone or a name), a ``name``, a ``date``, a ``bank``, an ``account``, a
    ``case_ref``, a ``card_kind``, or the currency it ``sells`` or ``buys``. ``early`` is such a
    thing that may be told before the step is reached, and is not corrected in passing afterwards.
    ``slot`` is filled once the step has been answered; by default the slot of the step's name.
    ``lists`` names the method whose answers (facts of words by key) may be picked instead of
    written, and pull ``answer`` with their key; where it ``leads``, what is picked is a story,
    which begins with what was said. ``options`` stand behind them and pull their own names.
    ``media``: a file is taken too, and pulls ``file``.
    """

    name: str
    free: bool = False
    entity: str | None = None
    slot: str = ""
    options: tuple[str, ...] = ()
    lists: str = ""
    media: bool = False
    leads: bool = False
    early: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """Offers a few options; each pulls a trigger of its own name.

    ``mints``: this is the read-back of an effect, so its showing gives the effect a new id.
    """

    name: str
    options: tuple[str, ...]
    mints: bool = False


@dataclass(frozen=True, slots=True)
class Prove:
    """Waits for the PIN, which no story ever sees; the right one pulls ``proven``.

    Its options are other stories one may turn to from here and come back.
    """

    name: str
    options: tuple[str, ...] = ("reset_pin",)


@dataclass(frozen=True, slots=True)
class Code:
    """Waits for a one-time code, which no story ever sees; the right one pulls ``proven``."""

    name: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSecret:
    """Waits for a PIN the customer makes up; a fit one pulls ``chosen``."""

    name: str


@dataclass(frozen=True, slots=True)
class RepeatSecret:
    """Waits for the new PIN a second time; the same one pulls ``repeated``."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """Asks the outside world. ``asks`` names the method that returns the question.

    The answer pulls ``answered``, a refusal pulls its code, silence pulls ``timed_out``.
    """

    name: str
    asks: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Passes on to a person whatever the customer says; nothing is said back.

    Words and files alike pull ``answer``. ``events`` are what the person on the other side may do;
    each pulls a trigger of its own name. Only the words that mean the same anywhere lead away.
    """

    name: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Become:
    """Turns into another story, the one of the same name."""

    name: str


@dataclass(frozen=True, slots=True)
class End:
    """Says goodbye. It may offer stories that follow on from it, on channels that stay open."""

    name: str
    offers: tuple[str, ...] = ()


Secret = Prove | Code | NewSecret | RepeatSecret
Step = Ask | Choose | Prove | Code | NewSecret | RepeatSecret | Call | Listen | Become | End
Path = tuple[str | tuple[str, ...] | None, ...]
Trail = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What becomes of live conversations of one version of a story in the next one.

    Whatever is not named keeps its name. A read-back of an effect is shown again and gives it a new
    id, because what was agreed to may mean something else by now.
    """

    states: Mapping[str, str] = field(default_factory=dict)
    """Steps by their old name; ``start`` begins the story anew, with a word about it."""
    slots: Mapping[str, str | None] = field(default_factory=dict)
    """Slots by their old name; None drops one."""
    safe: str = START
    """Where those are asked anew whose step is gone and not named."""
    same_effect: bool = False
    """What was read back holds word for word: the effect keeps its id and is not read again."""


class Outcome(Protocol):
    """How a call to the outside world went."""

    @property
    def trigger(self) -> str:
        """``answered``, ``timed_out``, or the code of a refusal."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What the world said, ready for slots."""


@dataclass
class Flow:
    """A conversation in progress. Its subclasses are the stories.

    The hub keeps ``name``, ``state``, ``slots`` and ``trail`` between turns, and makes the object
    anew for each. ``effect_id`` is the id of the effect the customer was shown last.
    """

    name: ClassVar[str]
    steps: ClassVar[Sequence[Step]]
    paths: ClassVar[Sequence[Path]]
    writes: ClassVar[frozenset[str]] = frozenset()
    """The effects that write: each runs inside a savepoint, and no step back leads past it."""
    moves_money: ClassVar[frozenset[str]] = frozenset()
    """The effects that move money; only a read-back and then a proof may lead to them."""
    brings_money: ClassVar[frozenset[str]] = frozenset()
    """The effects that may give the customer money others had sent them; theirs never leaves."""
    for_strangers: ClassVar[bool] = False
    """Whether somebody the bank does not know may walk it."""
    guarded: ClassVar[bool] = True
    """Whether a new address that owes a code must step up before it begins; not where anybody may
    walk it."""
    resumes: ClassVar[bool] = True
    """Whether it is come back to when a question interrupted it."""
    patient: ClassVar[bool] = False
    """Whether it waits for a day, because a person may answer in it, rather than for minutes."""
    quiet: ClassVar[frozenset[str]] = frozenset()
    """Refusals whose words are not said, because the step they lead to tells it better."""
    widest: ClassVar[Mapping[str, object]] = {}
    """Every fact its words may use, as wide as it gets; screens are proved to fit with these."""
    takes_words: ClassVar[str] = ""
    """The step that is answered by the very words that asked for the story, if they say more."""
    long: ClassVar[frozenset[str]] = frozenset()
    """Steps that may go on over several screens; every other one fits on one."""
    version: ClassVar[int] = 1
    """Counted up with every change that a live conversation could notice."""
    moves: ClassVar[Mapping[int, Moved]] = {}
    """How conversations of an older version go on in the one after it, unless that is kept."""
    page: ClassVar[str] = ""
    """The page of its words, where that is not the story's name: an older version keeps its own."""
    machine: ClassVar[Machine]
    _by_name: ClassVar[Mapping[str, Step]]
    _writing: ClassVar[frozenset[tuple[str, str]]]

    bank: "Bank"
    state: str = START
    slots: dict[str, str] = field(default_factory=dict)
    trail: Trail = field(default_factory=list)
    effect_id: UUID | None = None
    misses: int = 0
    """How often in a row the customer was not understood at this step."""
    proof: "Proof | None" = field(default=None, repr=False)
    """What was checked about the secret of this turn. Effects hand it on to the bank."""
    refusal: Refusal | None = None
    """The refusal of this turn, while its path is walked."""
    outcome: Mapping[str, str] = field(default_factory=dict)
    """What the outside world said in this turn."""

    def __init_subclass__(cls) -> None:
        """Build the story's machine, once. It holds no conversation, so all may share it."""
        transitions: list[Any] = [list(path) for path in cls.paths]
        cls.machine = Machine(
            model=None,
            states=[START, *(step.name for step in cls.steps)],
            transitions=transitions,
            initial=START,
            auto_transitions=False,
        )
        cls.page = vars(cls).get("page", getattr(cls, "name", ""))
        cls._by_name = {step.name: step for step in cls.steps}
        cls._writing = frozenset(
            (str(path[0]), source)
            for path in cls.paths
            for source in sources(path)
            if effect(path) in cls.writes
        )

    @property
    def step(self) -> Step:
        """The step the customer is standing on. There is none before the story is opened."""
        return self._by_name[self.state]

    @classmethod
    def step_at(cls, state: str) -> Step | None:
        """Return the step of a kept state, or None when the story has no such step (any more)."""
        return cls._by_name.get(state)

    @property
    def known(self) -> bool:
        """Whether a customer stands here, and not somebody who may become one."""
        return self.bank.known

    @property
    def trusted(self) -> bool:
        """Whether this address has earned trust; else the PIN comes before anything personal."""
        return self.bank.trusted

    @property
    def agreed_id(self) -> UUID:
        """The id of the effect that was read back, under which it is done once.

        :raises LookupError: if nothing was
        """
        if self.effect_id is None:
            raise LookupError(f"nothing was read back in {self.name}")
        return self.effect_id

    def facts(self) -> Mapping[str, object]:
        """Return what the words of the current step may use; by default the slots."""
        return self.slots

    def listed(self) -> Mapping[str, Mapping[str, object]]:
        """Return what may be picked on this step besides its options: facts of words by key."""
        step = self.step_at(self.state)
        lists = step.lists if isinstance(step, Ask) else ""
        found: Mapping[str, Mapping[str, object]] = getattr(self, lists)() if lists else {}
        return found

    def pull(self, trigger: str, said: str = "") -> None:
        """Let what was said move the story on.

        :raises LookupError: if no path with that trigger is open from here
        :raises Refusal: if the bank will not; the story then stands where it stood
        """
        if not self.may(trigger) or not self.machine.events[trigger].trigger(self, said):
            raise LookupError(f"{self.name} has no open path {trigger!r} from {self.state!r}")

    def may(self, trigger: str) -> bool:
        """Return whether a path with this trigger leaves from here."""
        event = self.machine.events.get(trigger)
        return event is not None and self.state in event.transitions

    def writes_on(self, trigger: str) -> bool:
        """Return whether pulling this trigger here may write to the books."""
        return (trigger, self.state) in self._writing


def sources(path: Path) -> tuple[str, ...]:
    """Return the states a path leaves from."""
    return (path[1],) if isinstance(path[1], str) else tuple(path[1] or ())


def effect(path: Path) -> str | None:
    """Return the name of what is done on a path, if anything is."""
    name = path[5] if len(path) > 5 else None
    return name if isinstance(name, str) else None
