"""What the demo's people needed a person for: twenty-five cases, told in hours before now."""

from dataclasses import dataclass
from typing import Literal

Deed = Literal["take", "lead", "reply", "note", "ask", "says", "resolve", "escalate", "reopen"]
"""``take`` and ``lead``: an agent or the supervisor takes it. ``ask``: the agent answers and waits
for the customer, who ``says`` something."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, so many hours after the case was opened."""

    after: float
    deed: Deed
    words: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A case: whose, by which channel, what about, and what became of it.

    ``person`` is a place in the list of people. ``payment``: it is about the last they made.
    """

    person: int
    channel: Literal["whatsapp", "sms", "ussd"]
    about: str
    title: str
    text: str
    hours_ago: float
    steps: tuple[Step, ...] = ()
    payment: bool = False


def _solved(answer: str, *, after: float = 3) -> tuple[Step, ...]:
    return (Step(after - 1, "take"), Step(after, "reply", answer), Step(after, "resolve"))


TOLD = (
    # In the queue, from fresh to nearly late.
    Told(5, "whatsapp", "Transfer/not_received", "Money has not come",
         "My sister has still not seen the money I sent this morning.", 0.4, payment=True),
    Told(6, "sms", "Question", "Limits", "How much may I send in one day?", 20),
    Told(7, "ussd", "Fees", "A fee I don't know", "I was charged and I do not know for what.", 26),
    Told(19, "whatsapp", "Account/statement", "Taarifa ya akaunti",
         "Naomba taarifa ya akaunti ya miezi mitatu kwa ajili ya benki nyingine.", 6),
    Told(30, "whatsapp", "Complaint", "Application lente",
         "Votre service répond trop lentement depuis hier soir.", 9),
    Told(8, "whatsapp", "Access/pin", "PIN is locked",
         "I forgot my PIN and now it is locked.", 21.5),
    Told(9, "sms", "Fraud", "I did not send this",
         "Somebody sent money from my phone while it was stolen. Stop it!", 3.7, payment=True),
    # In somebody's hands.
    Told(10, "whatsapp", "Transfer/wrong_recipient", "Sent to a wrong number",
         "I typed one digit wrong and the money went to a stranger.", 23.6, (
             Step(1, "take"),
             Step(1.2, "reply", "I am sorry about that. I am asking for the money to be held."),
             Step(1.3, "says", "Thank you, please be quick."),
             Step(2, "note", "Recipient has not touched it yet. Recall to be asked for."),
         ), payment=True),
    Told(11, "ussd", "Account/number_changed", "New phone number",
         "My line was given to somebody else and I have a new number.", 7, (
             Step(2, "take"), Step(2.1, "reply", "We will call you on the new number today."),
         )),
    Told(20, "whatsapp", "Transfer/amount_wrong", "Kiasi si sahihi",
         "Nimetuma shilingi nyingi kuliko nilivyotaka.", 5, (
             Step(1, "take"), Step(1.5, "reply", "Nimeona malipo hayo. Naangalia sasa hivi."),
         ), payment=True),
    Told(12, "sms", "Other", "Name is misspelt", "My last name is written wrongly.", 30, (
             Step(20, "take"), Step(20.5, "note", "Needs a copy of the ID first."),
         )),
    Told(31, "whatsapp", "Question", "Ouvrir un compte en dollars",
         "Puis-je garder des dollars chez vous ?", 28, (
             Step(3, "take"), Step(3.2, "reply", "Oui, cela se fait en une minute dans le menu."),
             Step(4, "says", "Et combien cela coûte ?"),
         )),
    # The customer is awaited.
    Told(13, "whatsapp", "Account/locked", "Account does not open",
         "It says that my account is locked.", 50, (
             Step(1, "take"),
             Step(2, "ask", "Please send a photo of your ID so that we can open it again."),
         )),
    Told(14, "sms", "Transfer/not_received", "Rent did not arrive",
         "The landlord says he has not got the rent.", 70, (
             Step(2, "take"), Step(4, "ask", "Which reference is on your message, please?"),
             Step(20, "says", "It starts with WK, I will look."),
             Step(21, "ask", "Thank you. Please send it whole when you find it."),
         ), payment=True),
    Told(4, "whatsapp", "Access/sim_changed", "New SIM card",
         "I got a new SIM and cannot prove who I am.", 26, (
             Step(0.5, "take"), Step(1, "ask", "Which of your old contacts did you pay last?"),
         )),
    Told(21, "ussd", "Complaint", "Wakala hakuwepo", "Wakala alikataa kunihudumia.", 45, (
             Step(10, "take"), Step(11, "ask", "Wakala huyo yuko wapi, tafadhali?"),
         )),
    # With the supervisors: late, or handed up.
    Told(15, "whatsapp", "Transfer/recall", "Still no money back",
         "You promised my money back yesterday and nothing has come.", 31, (
             Step(2, "take"), Step(2.5, "reply", "We have asked for it and will tell you."),
         ), payment=True),
    Told(16, "sms", "Fraud", "Strange calls about my account",
         "Somebody calls and asks for my PIN in your name.", 9),
    Told(35, "whatsapp", "Complaint", "I want to speak to the manager",
         "This is the third time that I explain the same thing.", 12, (
             Step(2, "take"), Step(2.2, "reply", "I hear you. My supervisor will call you."),
             Step(2.3, "escalate", "Third complaint within a month, threatens to go to the press."),
         )),
    Told(38, "whatsapp", "Account/locked", "Shop account is blocked",
         "I cannot pay my suppliers since noon.", 16, (
             Step(1, "take"), Step(1.5, "escalate", "High turnover; somebody must decide."),
             Step(2, "lead"), Step(2.5, "reply", "I have taken this over and will ring you."),
         )),
    # Solved.
    Told(17, "whatsapp", "Transfer/not_received", "Money came twice late",
         "Two payments came a day late.", 44,
         _solved("Both have arrived now; the other bank was slow."), payment=True),
    Told(18, "sms", "Question", "Opening hours", "When are you open?", 30,
         _solved("We answer here from eight to five, and urgent matters at any time.")),
    Told(22, "ussd", "Access/pin", "Nimesahau PIN", "Nimesahau PIN yangu.", 130,
         _solved("Piga tena na uchague Nimesahau PIN.")),
    Told(32, "whatsapp", "Fees", "Frais de retrait", "Pourquoi ces frais ?", 200,
         _solved("Ces frais sont ceux de l'agent, pas les nôtres.", after=5)),
    Told(4, "sms", "Account/statement", "Statement for school fees",
         "The school asks for a statement.", 150, (
             *_solved("It is on its way to your e-mail."),
             Step(30, "reopen"), Step(32, "take"), Step(33, "reply", "Sent again, rightly."),
             Step(33.5, "resolve"),
         )),
)  # fmt: skip
