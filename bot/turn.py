"""One turn of a conversation inside an open unit: manners first, then the story being told."""

from datetime import datetime, timedelta

from bot import free_words, held_back, masks, while_waiting, with_person
from bot.closing import Walked, close
from bot.telling import Telling
from bot.with_person import on_line
from channels.layout import NAV_KEYS, ussd_screens
from channels.message import Inbound, Reply
from core.crm import waiting
from flows import choices, engine, manners
from flows.engine import Said
from flows.manners import Manner
from flows.story import Ask, Flow, Outcome

TOLD_AGAIN_FOR = timedelta(minutes=15)
CROSSED = timedelta(seconds=5)  # what two clocks may differ by


class Turn(Telling):
    """A turn in hand. Its public methods are the ways a turn can go; each closes it."""

    def take(self) -> Walked:
        """Hear the customer's message and answer it."""
        inbound, heard_before = self.inbound, self.talk.last_inbound_at
        self.talk.last_inbound_at = self.unit.now
        if inbound.opt:
            # The provider has answered already, and holds back what we would say.
            self._note_choice(inbound.opt)
            return close(self, None)
        self._tell_what_ended()
        held_back.let_go(self, heard_before)
        if self.newer and not self._lets_go():
            return self._hold()
        return close(self, self._dialled() or self._mannered() or self._changed() or self._told())

    def resume(self, outcome: Outcome | str, *, asked: object | None) -> Walked | None:
        """Go on with an answer from outside; None when the customer has moved on since.

        ``asked`` is the question that was answered; None stands for whatever is waited for.
        """
        if self.newer:
            return None  # whoever knows the story goes on with it, or lets it time out
        story, wanted = self.story(), self.wanted()
        if not self.hears and wanted is None:
            return close(self, self._changed())
        if story is None or wanted is None or asked not in (None, wanted):
            waiting.drop_call(self.unit, provider=self.event.provider, provider_id=self.event.id)
            return None
        return close(self, self.follow(story, engine.answer(story, outcome, self.words)))

    def wanted(self) -> object | None:
        """Return what the conversation waits to hear from outside, or None when it does not."""
        story = self.story()
        return None if story is None else engine.question(story)

    def apologise(self) -> Walked:
        """Say that something broke on our side, and leave the conversation where it stood."""
        self.outcome = "broken"
        if self.event.inbound is not None:
            self.talk.session = self.event.inbound.session
        ends = self.event.channel == "ussd"
        return close(self, Reply(self.words.say("manners", "trouble"), ends=ends), failed=True)

    @property
    def inbound(self) -> Inbound:
        """The customer's message; an event of ours has none."""
        if self.event.inbound is None:
            raise LookupError("an event of ours says nothing")
        return self.event.inbound

    @property
    def choice(self) -> str:
        """The key of the tapped button or row; the turn it belongs to is taken off."""
        return self.inbound.choice.rsplit("@", 1)[0]

    def _tell_what_ended(self) -> None:
        """Say what became of a story that was left, before anything new is said."""
        talk = self.talk
        # Where a payment's outcome is still to be told, that comes first and is enough.
        left, talk.expired_flow = None if talk.outcome else talk.expired_flow, None
        if not left and talk.expires_at and talk.expires_at < self.unit.now:
            left, self.exit_reason = talk.flow, "timed_out"
            self.forget()
        story = self.catalog.stories.get(left or "")
        if story is not None and story.resumes:
            self.notes.append(self.words.say("manners", "expired"))

    def _dialled(self) -> Reply | None:
        """Greet a new USSD session: the last payment's outcome, and the story that was dropped."""
        inbound, talk = self.inbound, self.talk
        if inbound.channel != "ussd" or not (inbound.opens or inbound.session != talk.session):
            return None
        talk.session, talk.page = inbound.session, 0
        self.exit_reason = self.exit_reason or "dropped"
        self._tell_last_payment()
        story = self.story()
        if story is not None and story.resumes and story.trail:
            greeting = self._offer_to_resume(story)
        else:
            greeting = self.leave()
        # A code dialled with its answers behind it, such as *384*100*1#, is answered at once.
        return greeting if inbound.opens or not inbound.text else None

    def _tell_last_payment(self) -> None:
        told = self.talk.outcome or {}
        self.talk.outcome = None
        if "at" in told and self.unit.now - datetime.fromisoformat(told["at"]) < TOLD_AGAIN_FOR:
            # What an earlier release kept did not say which story it was.
            self.notes.append(self.words.say("manners", "outcome_sent", {"story": "", **told}))

    def _offer_to_resume(self, story: Flow) -> Reply:
        """Say that nothing was sent yet where money was being sent, and offer to go on."""
        if story.moves_money and story.effect_id is not None:
            self.notes.append(self.words.say("manners", "outcome_not_sent"))
        title = self.words.say(story.name, "title")
        self.set_aside(story)
        return self.begin("resume", slots={"title": title})

    def _mannered(self) -> Reply | None:
        """Answer the words that mean the same everywhere; None when it is none of them."""
        story = self.story()
        if (answer := with_person.answered(self, story, self.choice)) is not None:
            return answer
        if story is not None and not on_line(story) and (words := self._crossed()):
            return self._answer_crossed(story, words)
        said = manners.heard(self.inbound.text, choice=self.choice, story=story)
        if said is None and self._goes_on():
            said = "more"
        # The rest of a page is of no use once what it asks has changed.
        pageless = self.talk.last_reply is None or not self.hears
        if said is None or (said == "more" and pageless):
            return None
        return self._obey(said, story)

    def _goes_on(self) -> bool:
        """Return whether the key for the next screen was pressed where there is a next one.

        A question for an amount takes 98 for one, unless its words go on over another screen.
        """
        last = self.talk.last_reply
        if (
            self.event.channel != "ussd"
            or self.inbound.text.strip() != NAV_KEYS["more"]
            or not last
        ):
            return False
        return self.talk.page + 1 < len(ussd_screens(masks.load_reply(last)))

    def _obey(self, said: Manner, story: Flow | None) -> Reply:
        if said == "language":
            return self.aside(story, "language")
        if said in {"stop", "start"}:
            return self._notices(said, story)
        ways = {
            "more": self._next_page,
            "menu": self._menu,
            "cancel": self._cancel,
            "back": self._back,
            "help": self._help,
        }
        return ways[said](story)

    def _crossed(self) -> str | None:
        """Return which words to say when this crossed our last question on its way, else None."""
        inbound, asked = self.inbound, self.talk.prompted_at
        if "@" in inbound.choice:
            return None if inbound.choice.rsplit("@", 1)[1] == str(self.talk.turn) else "stale"
        late = inbound.sent_at and asked and inbound.sent_at + CROSSED < asked
        return "late" if late else None

    def _answer_crossed(self, story: Flow, words: str) -> Reply:
        self.outcome = "crossed"
        self.notes.append(self.words.say("manners", words))
        return self.follow(story, engine.show(story, self.words))

    def _next_page(self, story: Flow | None) -> Reply:
        last = masks.load_reply(self.talk.last_reply or {})
        self.talk.page += 1
        self.outcome = "more"
        if story is None:
            self.forget()
        return last

    def _cancel(self, story: Flow | None) -> Reply:
        if story is not None and on_line(story):
            return with_person.hang_up(self)
        live = story is not None and story.resumes
        self.notes.append(self.words.say("manners", "cancelled" if live else "nothing_to_cancel"))
        self.outcome = self.exit_reason = "cancelled"
        return self.leave()

    def _back(self, story: Flow | None) -> Reply:
        if story is not None and on_line(story):
            return with_person.hang_up(self)
        stepped = engine.back(story, self.words) if story else None
        if story is not None and stepped is not None:
            return self.follow(story, stepped)
        if not self.talk.stack:
            return self._menu(story)
        self.talk.rest()
        return self.follow(*self.take_up())

    def _help(self, story: Flow | None) -> Reply:
        if story is None:
            return self.begin("help")
        return self.follow(story, engine.explain(story, self.words))

    def _menu(self, story: Flow | None) -> Reply:
        if story is not None and on_line(story):
            return with_person.hang_up(self)
        self.exit_reason = self.exit_reason or "menu"
        return self.leave()

    def _notices(self, said: str, story: Flow | None) -> Reply:
        """Send no more notices, or send them again; replies go on either way."""
        self._note_choice(said)
        note = self.words.say("manners", "stopped" if said == "stop" else "started")
        if story is None:
            return Reply(note, ends=self.event.channel == "ussd")
        return self.follow(story, engine.show(story, self.words, after=note))

    def _note_choice(self, said: str) -> None:
        self.outcome = said
        if said == "stop":
            self.bank.opt_out()
        elif said == "start":
            self.bank.opt_in()

    def _lets_go(self) -> bool:
        """Return whether the customer lets everything go, which needs no story to be known."""
        return manners.heard(self.inbound.text, choice=self.choice) in {"menu", "cancel"}

    def _hold(self) -> Walked:
        """Leave a conversation as it is, for the newer processes that know its story."""
        self.outcome, self.held = "held", True
        return close(
            self, Reply(self.words.say("manners", "busy"), ends=self.event.channel == "ussd")
        )

    def _changed(self) -> Reply | None:
        """Ask anew where the story has changed; None when what was said answers it all the same."""
        story = self.story()
        if self.hears:
            return None
        self.outcome, self.exit_reason = "moved", "moved"
        if story is None:
            return self.begin(self.anew or "menu")
        self.notes.append(self.words.say("manners", "checked_again"))
        return self.follow(story, engine.show(story, self.words))

    def _picked(self, story: Flow) -> str:
        """Return the key of what was picked: a number means the option that was seen under it."""
        text = self.inbound.text.strip()
        step = story.step_at(story.state)
        offered = list(choices.keys(step))
        lists = isinstance(step, Ask) and bool(step.lists)
        if self.choice or not (offered or lists) or not (text.isdecimal() and len(text) <= 2):
            return self.choice
        seen = [one["key"] for one in (self.talk.last_reply or {}).get("options", ())]
        if seen == [] or (seen == offered and not lists) or not 1 <= int(text) <= len(seen):
            return ""
        return str(seen[int(text) - 1])

    def _follows_on(self) -> str | None:
        """Return the story that the last one offered at its end, if that was picked."""
        last = self.talk.last_reply
        if not (last and last.get("ends")):
            return None
        shown = masks.load_reply(last).options
        key = choices.picked_among(self.inbound.text, self.choice, shown)
        return key if key in self.catalog.stories else None

    def _told(self) -> Reply:
        """Give the message to the story being told, or begin the one it asks for."""
        inbound, story = self.inbound, self.story()
        if story is not None and on_line(story):
            served = while_waiting.answer(self, story)
            if served is not None:
                return served
        if story is not None:
            said = "" if self.proof else inbound.text
            heard = Said(said, self._picked(story), file=bool(inbound.media), proof=self.proof)
            return self.follow(story, engine.take_turn(story, heard, self.words))
        if following := self._follows_on():
            return self.begin(following)
        return free_words.answer(self)
