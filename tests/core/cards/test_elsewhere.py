"""Cards are blocked from any phone by account number and birth date, and no more than that."""

from datetime import date, timedelta

import pytest

from core.access.locking import LockTriesSpent, NothingLocked
from core.cards import cards, elsewhere, holding, lifecycle, reveal
from core.store.unit import Unit
from tests.core.cards.making import card_of, requested
from tests.core.people import BORN, Someone
from tests.support import unsealed

FROM = {"channel": "sms", "address": "+254733000111"}


def statuses(unit: Unit, who: Someone) -> list[str]:
    return sorted(one.status for one in cards.own_cards(unit, who.id, ended=True))


def test_every_card_that_could_be_used_is_blocked_and_told_of(unit: Unit, amina: Someone) -> None:
    open_, sent = card_of(unit, amina), card_of(unit, amina, "shipped", type="physical")
    paused, lost = card_of(unit, amina, "paused"), card_of(unit, amina, "lost")
    asked = requested(unit, amina)
    reveal.send_link(unit, customer=amina.id, card=open_.id)
    unit.now += timedelta(minutes=1)
    elsewhere.block_all(unit, account_no=amina.account_no, born=BORN, **FROM)
    assert statuses(unit, amina) == ["blocked", "blocked", "blocked", "lost", "requested"]
    told = [one.payload["alert"] for one in unsealed.outbox(unit)]
    assert told.count("card_blocked") == 3
    assert unit.value("select count(*) from card_reveals where ended_at is null") == 0
    (event, *_) = lifecycle.history(unit, cards.locked(unit, paused.id))
    assert (event.by_kind, event.why) == ("system", elsewhere.WHY)
    assert {sent.id, lost.id, asked.id} < {
        one.id for one in cards.own_cards(unit, amina.id, ended=True)
    }


def test_a_blocked_card_is_its_owners_to_report(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    elsewhere.block_all(unit, account_no=amina.account_no, born=BORN, **FROM)
    with pytest.raises(lifecycle.CardMoveRefused):
        holding.resume(unit, customer=amina.id, card=card.id)
    assert (
        holding.report(unit, customer=amina.id, card=card.id, missing="stolen").status == "stolen"
    )


def test_who_knows_less_blocks_nothing_and_tries_three_times(unit: Unit, amina: Someone) -> None:
    card_of(unit, amina)
    for _ in range(3):
        with pytest.raises(NothingLocked):
            elsewhere.block_all(unit, account_no=amina.account_no, born=date(1991, 3, 14), **FROM)
    with pytest.raises(LockTriesSpent):
        elsewhere.block_all(unit, account_no=amina.account_no, born=BORN, **FROM)
    assert statuses(unit, amina) == ["active"]


def test_an_account_without_cards_is_answered_the_same(unit: Unit, amina: Someone) -> None:
    elsewhere.block_all(unit, account_no=amina.account_no, born=BORN, **FROM)
    unit.finish()
    assert not unit.value("select count(*) from audit_log where action like 'card.%%'")


def test_it_is_noted_for_each_card(unit: Unit, amina: Someone) -> None:
    card = card_of(unit, amina)
    elsewhere.block_all(unit, account_no=amina.account_no, born=BORN, **FROM)
    unit.finish()
    noted = unit.one(
        "select action, subject_id, customer_id from audit_log order by seq desc limit 1"
    )
    assert (noted.action, noted.subject_id) == ("card.blocked_elsewhere", str(card.id))
