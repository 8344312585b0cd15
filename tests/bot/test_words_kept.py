"""What is kept of words, wherever somebody types them: no card number, and of strangers nothing."""

from uuid import UUID

from core.access import audit
from core.access.actors import SYSTEM
from core.crm import cases
from tests.support.town import AMINA, Phone

CARD = "4111 1111 1111 1111"
STRANGER = "+254799000777"


def said(house) -> list[str]:
    """All that was said in town, as it is kept."""
    with house.unit() as unit:
        rows = unit.all("select id, content from messages where is_inbound order by created_at, id")
        return [unit.keys.open(bytes(r.content), field="messages.content", row=r.id) for r in rows]


def test_a_card_number_typed_into_a_chat_is_never_kept(house) -> None:
    amina = Phone(house, "whatsapp", AMINA)
    amina.say(f"my card is {CARD}")
    amina.say("report")
    amina.say("4")
    amina.say(f"somebody took money from {CARD.replace(' ', '')} yesterday")
    kept = said(house)
    assert any("****1111" in words for words in kept)
    assert not [words for words in kept if CARD in words or CARD.replace(" ", "") in words]


def test_of_a_stranger_nothing_personal_is_kept(house) -> None:
    Phone(house, "sms", STRANGER).say("I am juma@example.org, call 0712 000 002")
    [kept] = said(house)
    assert "juma" not in kept and "000 002" not in kept


def test_staff_keep_no_card_number_either(house) -> None:
    with house.unit() as unit:
        case = cases.open_case(
            unit, customer=None, category="Card", sub_category="", title=f"Card {CARD}",
            description=f"It is {CARD}", priority="Low", channel="desk", conversation=None,
            by="agent",
        )  # fmt: skip
        cases.add_words(unit, case, by="agent", actor=None, text=f"told me {CARD}", internal=True)
        audit.note(
            unit, SYSTEM, "case.seen", subject="case", subject_id=case.id,
            reason=f"asked about {CARD} from 0712000002",
        )  # fmt: skip
    with house.unit() as unit:
        [words] = unit.all("select id, words from case_notes where case_id = %(id)s", id=case.id)
        entry = audit.page(unit, SYSTEM, limit=1)[0]
        told = [
            cases.get(unit, UUID(str(case.id))).title,
            unit.keys.open(bytes(words.words), field="case_notes.words", row=words.id),
            entry.reason,
        ]
    assert all("****1111" in one and CARD not in one for one in told)
    assert "0712000002" not in entry.reason
