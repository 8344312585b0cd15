"""The engine: how a story moves, what is undone, what is kept, and what never is."""

from types import SimpleNamespace

import pytest

from core.ledger.refusals import InsufficientFunds
from tests.flows.counter import RIGHT, WRONG, Chat, NewPin


def at_review(**bank: object) -> Chat:
    chat = Chat(**bank)  # type: ignore[arg-type]
    chat.begin(recipient="0712000001", amount="500")
    assert chat.state == "review"
    return chat


def test_a_story_opens_on_its_first_step() -> None:
    turn = Chat().begin()
    assert turn.reply.text == "Who is it for? Number or name:"
    assert [option.key for option in turn.reply.nav] == ["menu", "more"]
    assert not turn.ended


def test_what_was_said_already_is_not_asked() -> None:
    turn = Chat().begin(recipient="0712000001", amount="500")
    assert turn.reply.text == "Send KES 500.00 to Owner 1, +254712000001?"
    assert turn.wants_mint


def test_what_was_said_already_waits_for_its_step() -> None:
    chat = Chat()
    chat.begin(amount="500")
    assert chat.state == "recipient"
    assert chat.says("0712000001").wants_mint
    assert chat.state == "review"
    assert chat.slots["amount"] == "KES 500.00"


def test_what_was_said_already_and_cannot_be_read_is_asked() -> None:
    chat = Chat()
    turn = chat.begin(recipient="0712", amount="500")
    assert turn.reply.text.startswith("I can't read that as a phone number.")
    assert chat.state == "recipient"
    chat.says("0712000001")
    assert chat.state == "review"


def test_a_stranger_is_led_to_the_menu() -> None:
    turn = Chat(known=False).begin()
    assert turn.becomes == "menu"


@pytest.mark.parametrize(
    "said", ["1", "1.", "#1", "Yes", "YES!", "yes please", "Ndiyo", "oui", "ok"]
)
def test_an_option_is_picked_in_many_ways(said: str) -> None:
    chat = at_review()
    chat.says(said)
    assert chat.state == "pin"


def test_a_button_picks_its_option() -> None:
    chat = at_review()
    chat.says(choice="no")
    assert chat.state == "cancelled"


@pytest.mark.parametrize("said", ["4", "yes no", "maybe", ""])
def test_what_is_no_option_is_asked_again(said: str) -> None:
    chat = at_review()
    turn = chat.says(said)
    assert (chat.state, turn.refused, turn.understood) == ("review", "not_an_option", False)


def test_the_third_time_in_a_row_it_explains_itself() -> None:
    chat = at_review()
    assert chat.says("hm").reply.text.startswith("Please pick one of these.")
    assert chat.says("hm").reply.text.startswith("Please pick one of these.")
    text = chat.says("hm").reply.text
    assert text.startswith("Nothing has been sent yet.\n00 takes you to the menu.\nSend KES 500.00")
    assert not chat.says("hm").reply.text.startswith("Nothing has been sent yet.")


def test_being_understood_forgets_the_misses() -> None:
    chat = at_review()
    chat.says("hm")
    chat.says("hm")
    chat.says("change")
    assert chat.says("hm").reply.text.startswith("I can't read")


def test_an_amount_said_in_passing_corrects_only_itself() -> None:
    chat = at_review()
    turn = chat.says("make it 600")
    assert turn.reply.text == "Send KES 600.00 to Owner 1, +254712000001?"
    assert turn.wants_mint


def test_a_phone_said_in_passing_keeps_the_amount() -> None:
    chat = at_review()
    turn = chat.says("no, to 0712000002")
    assert turn.reply.text == "Send KES 500.00 to Owner 2, +254712000002?"


def test_a_correction_that_is_refused_changes_nothing() -> None:
    chat = at_review()
    before = chat.slots
    turn = chat.says("make it 600 usd")
    assert turn.refused == "not_an_amount"
    assert (chat.state, chat.slots) == ("review", before)


def test_a_bare_number_is_never_a_correction() -> None:
    chat = at_review()
    turn = chat.says("4321")
    assert (turn.refused, turn.loggable) == ("not_an_option", False)
    assert chat.slots["amount"] == "KES 500.00"


def test_a_phone_where_an_amount_was_asked_is_no_amount() -> None:
    chat = Chat()
    chat.begin()
    chat.says("0712000001")
    chat.says("0712000002")
    assert chat.state == "amount"
    assert chat.slots["name"] == "Owner 2"


def test_a_question_in_the_middle_is_an_excursion() -> None:
    chat = at_review()
    turn = chat.says("balance")
    assert (turn.becomes, turn.suspends, turn.intent) == ("balance", True, "balance")
    assert chat.state == "review"


def test_a_question_is_heard_where_the_answer_cannot_be_read() -> None:
    chat = Chat()
    chat.begin()
    assert chat.says("what is my balance?").becomes == "balance"


@pytest.mark.parametrize(
    "text", ["exchange 100 usd to kes", "Convert KES 5000 into dollars", "convertir 100 usd en kes"]
)
def test_a_whole_order_for_another_story_is_no_amount_of_this_one(text: str) -> None:
    at_amount = Chat()
    at_amount.begin()
    at_amount.says("0712000001")
    for chat in (at_amount, at_review()):
        turn = chat.says(text)
        assert (turn.becomes, turn.suspends) == ("exchange", True)
        assert set(turn.given) >= {"amount"}


def test_words_about_another_story_after_an_amount_leave_it_one() -> None:
    chat = at_review()
    chat.says("700 please, the rest I exchange")
    assert (chat.state, chat.slots["amount"]) == ("review", "KES 700.00")


def test_the_same_story_with_other_facts_begins_anew() -> None:
    turn = at_review().says("send 70 to 0712000005")
    assert (turn.becomes, turn.suspends) == ("send_money", False)
    assert turn.given == {"recipient": "0712000005", "amount": "70"}


def test_a_refusal_with_a_path_leads_along_it() -> None:
    refusal = InsufficientFunds(available="KES 20.00", wanted="KES 500.00")
    chat = at_review(refuses=refusal)
    chat.says("yes")
    turn = chat.says(proof=RIGHT)
    assert (chat.state, turn.refused, turn.understood) == ("amount", "insufficient_funds", True)
    assert turn.reply.text.startswith("That's more than you have: KES 20.00.\nHow much for")


def test_a_quiet_refusal_is_told_by_the_step_it_leads_to() -> None:
    chat = Chat()
    chat.begin()
    turn = chat.says("0712000009")
    assert turn.calls == ("whose is", "+254712000009")
    assert turn.reply.text == "Checking that number with the other banks, one moment..."


def test_the_answer_from_outside_goes_into_the_words() -> None:
    chat = Chat()
    chat.begin()
    chat.says("0712000009")
    turn = chat.hears(SimpleNamespace(trigger="answered", facts={"name": "J***a", "bank": "KCB"}))
    assert turn.reply.text.startswith("J***a is with KCB.")


@pytest.mark.parametrize("outcome", ["timed_out", "something_new"])
def test_silence_from_outside_lets_the_customer_go_on(outcome: str) -> None:
    chat = Chat()
    chat.begin()
    chat.says("0712000009")
    chat.hears(outcome)
    assert chat.state == "recipient"


def test_words_while_the_world_is_asked_change_nothing() -> None:
    chat = Chat()
    chat.begin()
    chat.says("0712000009")
    turn = chat.says("hello?")
    assert (chat.state, turn.calls) == ("looking", None)


def test_an_effect_that_writes_has_a_savepoint_and_no_way_back() -> None:
    chat = at_review()
    chat.says("yes")
    turn = chat.says(proof=RIGHT)
    assert chat.bank.done == ["savepoint", "KES 500.00"]
    assert (turn.wrote, turn.ended, turn.reply.ends) == (True, True, True)
    assert chat.kept["trail"] == []


def test_steps_that_only_ask_need_no_savepoint() -> None:
    chat = at_review()
    assert chat.bank.done == []


def test_a_wrong_pin_is_asked_again_and_not_logged() -> None:
    chat = at_review()
    chat.says("yes")
    turn = chat.says(proof=WRONG)
    assert (chat.state, turn.secret, turn.loggable) == ("pin", True, False)
    assert turn.reply.text.startswith("Wrong PIN. 2 tries left.")


@pytest.mark.parametrize("said", ["my pin is 4321", "send 4321", "balance 4321", "make it 4321"])
def test_nothing_is_looked_for_in_words_that_may_hold_a_pin(said: str) -> None:
    chat = at_review()
    chat.says("yes")
    turn = chat.says(said)
    assert (turn.refused, turn.loggable, turn.becomes) == ("not_a_pin", False, None)
    assert "4321" not in str(chat.kept)
    assert "4321" not in turn.reply.text


def test_a_question_is_answered_while_the_pin_is_asked() -> None:
    chat = at_review()
    chat.says("yes")
    assert chat.says("balance").becomes == "balance"


@pytest.mark.parametrize("said", ["1", "Forgot PIN", "nimesahau", "I forgot"])
def test_who_forgot_the_pin_turns_to_the_reset_and_comes_back(said: str) -> None:
    chat = at_review()
    chat.says("yes")
    turn = chat.says(said)
    assert (turn.becomes, turn.suspends) == ("reset_pin", True)


def test_a_new_pin_is_kept_until_it_is_repeated() -> None:
    chat = Chat(NewPin)
    chat.begin()
    assert chat.says(proof=WRONG).refused == "weak_pin"
    assert chat.says(proof=RIGHT).keeps is RIGHT
    turn = chat.says(proof=WRONG)
    assert (turn.refused, turn.keeps, chat.state) == ("pins_differ", None, "new")
    chat.says(proof=RIGHT)
    assert chat.says(proof=RIGHT).ended
    assert chat.bank.done == ["hash"]


def test_back_undoes_one_answer() -> None:
    chat = Chat()
    chat.begin()
    chat.says("0712000001")
    chat.says("500")
    chat.back()
    assert (chat.state, "amount" in chat.slots) == ("amount", False)
    chat.back()
    assert (chat.state, chat.slots) == ("recipient", {})
    assert chat.back() is None


def test_coming_back_to_a_step_forgets_what_followed_it() -> None:
    chat = Chat()
    chat.begin()
    chat.says("0712000001")
    chat.says("500")
    chat.says("change")
    assert [state for state, _ in chat.kept["trail"]] == ["recipient"]


def test_stepping_back_to_a_read_back_mints_anew() -> None:
    chat = at_review()
    chat.says("yes")
    assert chat.back().wants_mint  # type: ignore[union-attr]


def test_asking_again_mints_nothing() -> None:
    assert not at_review().says("hm").wants_mint


def test_a_trail_is_bounded() -> None:
    chat = Chat()
    chat.begin()
    chat.kept["trail"] = [(f"step{n}", {}) for n in range(40)]
    chat.says("0712000001")
    assert len(chat.kept["trail"]) == 12


def test_a_story_that_has_ended_hears_nothing() -> None:
    chat = at_review()
    chat.says("no")
    with pytest.raises(LookupError, match="already ended"):
        chat.says("hello")


def test_a_path_that_is_not_there_is_a_bug() -> None:
    story = Chat().story()
    with pytest.raises(LookupError, match="no open path 'yes'"):
        story.pull("yes")


def test_all_conversations_share_one_machine_and_no_state() -> None:
    first, second = at_review(), Chat()
    second.begin()
    assert first.story().machine is second.story().machine
    assert (first.state, second.state) == ("review", "recipient")
    assert first.story().machine.models == []


def test_the_reply_is_in_the_language_chosen_in_this_turn() -> None:
    chat = Chat(language="sw")
    assert chat.begin().reply.text == "Unamtumia nani? Namba au jina:"
