"""Tells a story in one language on one channel, and returns what was said word for word."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta

from channels.layout import ussd_screens
from channels.message import Media
from flows import manners
from flows.hearing import plain
from flows.words import Words
from tests.stories.heard import Ear, Way
from tests.stories.script import Line, NotAStory, alternatives, alternatives_in, is_named
from tests.stories.stage import MEANWHILE, Telling
from tests.support.town import Phone

_KEYS = {"back": "0", "menu": "00", "more": "98"}
_VALUE = re.compile(r"\{([^}]+)\}")
_WAIT = re.compile(r"(\d+) (minute|hour)s?")
TAPS = "whatsapp"
_PICTURE = Media("https://example.com/picture.jpg", "image/jpeg")


class NotLikeThat(AssertionError):
    """The bank said something else than the story has it say."""


@dataclass
class Told:
    """A story as it went: every word of it, and every path that was walked."""

    lines: list[str] = field(default_factory=list)
    ways: set[Way] = field(default_factory=set)
    said: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        """The transcript."""
        return "\n".join(self.lines) + "\n"


def tell(telling: Telling, ear: Ear) -> Told:
    """Tell a story.

    :raises NotLikeThat: if the bank says something else
    :raises NotAStory: if a line of it cannot be done
    """
    ear.take()
    return _Teller(telling, ear).tell()


@dataclass
class _Teller:
    telling: Telling
    ear: Ear
    told: Told = field(default_factory=Told)
    whose: str = ""
    shown: list[str] = field(default_factory=list)
    """What was shown since somebody last did something."""
    prompts: dict[str, list[tuple[int, set[str]]]] = field(default_factory=dict)
    """By phone, the turn and the options of every prompt that was shown."""

    def tell(self) -> Told:
        lines = self.telling.story.lines
        self._pick_up("customer") if lines[0].kind != "phone" else None
        for number, line in enumerate(lines):
            if line.kind == "phone":
                self._pick_up(line.rest)
            elif line.kind == "meanwhile":
                self.shown.clear()
                self.ear.take()
                self._meanwhile(line)
                self._check(line, None)
            else:
                self._do(line)
                self._check(line, next(iter(lines[number + 1 :]), None))
        return self.told

    @property
    def phone(self) -> Phone:
        return self.telling.phone(self.whose)

    @property
    def words(self) -> Words:
        return Words(self.telling.language, "sms")

    def _pick_up(self, whose: str) -> None:
        self.whose = whose
        address = self.telling.address(whose.removesuffix(" elsewhere"))
        self.told.lines.append(f"@ {address} {self.phone.channel}")

    def _meanwhile(self, line: Line) -> None:
        if not self.telling.meanwhile(line.rest):
            happens = "; ".join(MEANWHILE)
            raise self._fault(line, f"{line.rest!r} never happens. There is: {happens}.")
        self.told.lines.append(f"# Meanwhile {alternatives_in(line.rest, self.telling.language)}.")
        self._hear_from_people()

    def _hear_from_people(self) -> None:
        """Show what a person wrote; whoever is at a keypad gets it as an SMS."""
        phone = self.telling.phone(f"{self.whose} elsewhere") if self._on_ussd else self.phone
        written = phone.inbox()[phone.seen :]
        phone.seen += len(written)
        for words in written:
            told = self.telling.shown(words).splitlines()
            self.told.lines += ["~", *(f"> {text}".rstrip() for text in told)]
            self.shown.append(words)

    # --- What somebody does ---------------------------------------------------------------------

    def _do(self, line: Line) -> None:
        if not (self._on_ussd and line.kind == "hears from outside"):
            self.shown.clear()
            self.ear.take()
        try:
            self._act(line)
        except (LookupError, ValueError) as error:
            raise self._fault(line, f"{line.kind} {line.rest}: {error}") from error

    def _act(self, line: Line) -> None:
        rest = line.rest
        match line.kind:
            case "greets":
                self._dial() if self._on_ussd else self._write(self._greeting())
            case "dials again":
                self._dial()
            case "asks":
                self._ask(rest)
            case "picks":
                self._pick(self._filled(rest)[0])
            case "writes":
                shown, real = self._filled(alternatives(rest, self.telling.language))
                self._write(shown, real)
            case "says":
                self._say(rest)
            case _:
                self._act_rarely(line)

    def _act_rarely(self, line: Line) -> None:
        phone = self.phone
        match line.kind:
            case "taps the old":
                self._tap_old(line.rest)
            case "writes late":
                shown, real = self._filled(alternatives(line.rest, self.telling.language))
                sent_at = self.telling.clock.now - timedelta(minutes=1)
                late = replace(phone._inbound(real), sent_at=sent_at)
                self._keep(f"< {shown}", phone._deliver(late))
            case "sends a picture":
                inbound = replace(phone._inbound(""), media=(_PICTURE,))
                self._keep("< (a picture)", phone._deliver(inbound))
            case "delivers again":
                self.told.lines.append("# The network delivers that a second time.")
                self._keep("", phone.again())
            case "waits":
                self._wait(line.rest)
            case "hears from outside" if not self._on_ussd:
                before = phone.seen
                self.telling.hear_from_outside(phone)
                replies = phone.inbox()[before:]
                phone.seen += len(replies)
                self._keep("~", "\n".join(replies))

    @property
    def _on_ussd(self) -> bool:
        return self.phone.channel == "ussd"

    def _open_session(self) -> None:
        """Dial, where a USSD session is over: what the menu says then is not part of the story."""
        last = self.phone.last
        if self._on_ussd and (last is None or last.ends):
            self._dial()
            self.ear.said.clear()

    def _offered(self) -> dict[str, str]:
        """Return the options of the last prompt: their keys, and how they are called."""
        last = self.phone.last
        return {option.key: option.label for option in last.options} if last else {}

    def _dial(self) -> None:
        if not self._on_ussd:
            raise ValueError("only a USSD code is dialled")
        self._keep("<", self.phone.dial())

    def _write(self, shown: str, real: str | None = None) -> None:
        self._open_session()
        self._keep(f"< {shown}", self.phone.say(shown if real is None else real))

    def _ask(self, flow: str) -> None:
        """Ask for a story by its keyword; on USSD by its number, where the menu offers it."""
        keyword = self.words.say(flow, "keywords").split(",")[0]
        self._open_session()
        offered = self._offered()
        if self._on_ussd and flow in offered:
            self._write(str(list(offered).index(flow) + 1))
        else:
            self._write(keyword)

    def _pick(self, key: str) -> None:
        """Pick an option as people do: its number on USSD, its words by SMS, a tap on WhatsApp."""
        offered = self._offered()
        if key not in offered:
            raise ValueError(f"offered is: {', '.join(offered) or 'nothing'}")
        if self._on_ussd:
            self._write(str(list(offered).index(key) + 1))
        elif self.phone.channel == TAPS:
            self._keep(f"< {offered[key]}", self.phone.tap(key))
        else:
            self._write(offered[key])

    def _tap_old(self, key: str) -> None:
        *before, _ = self.prompts.get(self.whose, [(0, set())])
        turn = next((turn for turn, offered in reversed(before) if key in offered), None)
        if turn is None:
            raise ValueError("no earlier prompt had that button")
        self._keep(f"< ({key}, of an earlier message)", self.phone.tap_payload(f"{key}@{turn}"))

    def _say(self, manner: str) -> None:
        if manner not in manners.MANNERS:
            raise ValueError(f"said anywhere is: {', '.join(manners.MANNERS)}")
        word = self.words.say("manners", manner).split(",")[0]
        self._write(_KEYS.get(manner, word) if self._on_ussd else word)

    def _wait(self, text: str) -> None:
        found = _WAIT.fullmatch(text)
        if found is None:
            raise ValueError("say so many minutes or hours")
        self.telling.clock.pass_(**{f"{found[2]}s": int(found[1])})
        self.told.lines.append(f"# {text} later.")

    def _greeting(self) -> str:
        words = self.words.say("menu", "keywords").split(", ")
        return next(one for one in words if manners.heard(plain(one)) is None)

    def _filled(self, text: str) -> tuple[str, str]:
        """Return a text with its ``{values}``: as it is shown, and as it is really written."""
        known = self.telling.values
        for name in _VALUE.findall(text):
            if name not in known and name not in ("code", "case", "request"):
                told = ", ".join((*sorted(known), "code", "case", "request"))
                raise ValueError(f"no value is called {name!r}: {told}")
        shown = _VALUE.sub(lambda m: known[m[1]].shown if m[1] in known else m[0], text)
        return shown, _VALUE.sub(self._real, text)

    def _real(self, named: re.Match[str]) -> str:
        name, known = named[1], self.telling.values
        if name == "request":
            return self.telling.request()
        if name == "case":
            return self.telling.case(self.whose.removesuffix(" elsewhere"))
        return known[name].real if name in known else self.telling.code(self.phone)

    # --- What comes back -------------------------------------------------------------------------

    def _keep(self, said: str, heard: str) -> None:
        lines = self.told.lines
        lines += [said] if said else []
        lines += [f"> {text}".rstrip() for text in self.telling.shown(heard).splitlines()]
        last = self.phone.last
        self.shown.append(last.text if last is not None and self._on_ussd else heard)
        if last is not None:
            shown = (last.turn, {option.key for option in last.options})
            prompts = self.prompts.setdefault(self.whose, [])
            if not prompts or prompts[-1] != shown:
                prompts.append(shown)
        if self._on_ussd and last is not None and said != "< 98" and said:
            for _ in ussd_screens(last)[1:]:
                self._keep("< 98", self.phone.press("98"))

    def _check(self, line: Line, later: Line | None) -> None:
        if self._on_ussd and later is not None and later.kind == "hears from outside":
            # On USSD the answer comes with the same screen: the next line's words are heard now.
            want = (*(line.wanted("ussd") or ()), *(later.wanted("ussd") or ()))
        elif self._on_ussd and line.kind == "hears from outside":
            return
        else:
            want = line.wanted(self.phone.channel)
        said, ways = self.ear.take("\n".join(self.shown))
        self.told.lines += [f"# {way}" for way in ways]
        self.told.ways.update(ways)
        self.told.said.update(said)
        if want is not None and not (len(want) == len(said) and all(map(is_named, want, said))):
            raise NotLikeThat(
                f"{self.telling.story.path}:{line.number}: told in {self.telling.language} on"
                f" {self.phone.channel}, after '{line.kind} {line.rest}'\n"
                f"  the story has: {', '.join(want) or 'nothing'}\n"
                f"  the bank said: {', '.join(said) or 'nothing'}\n" + self._tail()
            )

    def _tail(self) -> str:
        return "\n".join(f"    {one}" for one in self.told.lines[-14:])

    def _fault(self, line: Line, why: str) -> NotAStory:
        return self.telling.story.fault(line.number, why)
