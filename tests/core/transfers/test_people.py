from datetime import timedelta
from uuid import uuid4

import pytest

from core.bank import SameCustomer
from core.money import Money
from core.phone import NotAPhone
from core.transfers import people
from core.transfers.people import (
    AmbiguousPerson,
    LabelTaken,
    NotAKnownName,
    NotALabel,
    PersonGone,
    TooManyPeople,
    read_label,
)
from tests.core.people import counter, someone

KES_5 = Money.load("KES 5.00")


@pytest.fixture
def town(unit):
    amina = someone(unit, holds="KES 2000.00")
    brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
    grace = someone(unit, "+254712000003", names=("Grace", "Wanjiru"))
    return amina, brian, grace


def test_whom_one_saves_is_found_by_name_with_their_own_name_masked(unit, town):
    _, brian, _ = town
    bank = counter(unit)
    bank.save_person(str(brian.id), "Big Brother")
    for said in ("Big Brother", "big brother", "BROTHER", "big", "bi"):
        found = bank.find_recipient(said)
        assert (found.id, found.label) == (str(brian.id), "Big Brother")
        assert (found.name, found.phone) == ("B***n K***u", "+254 7** *** 002")
    assert bank.find_recipient(brian.phone).label == "Big Brother"
    assert bank.find_recipient(str(bank.people()[0].id)).id == str(brian.id)
    for said in ("b", "her", "Kamau", "", "7"):
        with pytest.raises(NotAPhone):
            bank.find_recipient(said)


def test_a_name_that_is_only_like_theirs_is_asked_about(unit, town):
    _, brian, _ = town
    bank = counter(unit)
    bank.save_person(str(brian.id), "Big Brother")
    for said in ("rother", "Brothar"):
        with pytest.raises(AmbiguousPerson):
            bank.find_recipient(said)
        assert [one.label for one in bank.people_called(said)] == ["Big Brother"]
    for said in ("Bob", "Sister"):
        assert bank.people_called(said) == []


def test_whom_one_paid_lately_is_found_by_their_own_name_and_shown_masked(unit, town):
    _, brian, grace = town
    bank = counter(unit)
    for said in ("Brian", "brian kamau", "Kamau"):
        with pytest.raises(NotAKnownName):  # who was never paid is not there
            bank.find_recipient(said)
    counter(unit).send_money(to=str(brian.id), amount=KES_5, effect_id=uuid4())
    for said in ("Brian", "brian kamau", "Kamau"):
        found = bank.find_recipient(said)
        assert (found.id, found.name, found.label) == (str(brian.id), "B***n K***u", "")
    assert bank.number_of("Brian") == brian.phone
    with pytest.raises(NotAKnownName) as unknown:
        bank.find_recipient("Grace")
    assert unknown.value.facts == {"typed": "Grace"}
    with pytest.raises(AmbiguousPerson):
        bank.find_recipient("Bryan")  # not surely Brian
    (near,) = bank.people_called("Bryan")
    assert (near.label, near.name) == ("B***n K***u", "+254 7** *** 002")
    assert bank.find_recipient(str(near.id)).id == str(brian.id)
    bank.save_person(str(grace.id), "Brian")
    assert bank.find_recipient("Brian").id == str(grace.id)  # one's own word comes first


def test_two_of_one_name_who_were_paid_are_both_offered(unit, town):
    _, brian, _ = town
    other = someone(unit, "+254712000009", names=("Brian", "Otieno"))
    counter(unit).send_money(to=str(brian.id), amount=KES_5, effect_id=uuid4())
    counter(unit).send_money(to=str(other.id), amount=KES_5, effect_id=uuid4())
    bank = counter(unit)
    with pytest.raises(AmbiguousPerson):
        bank.find_recipient("Brian")
    assert {one.payee for one in bank.people_called("Brian")} == {brian.id, other.id}
    assert bank.find_recipient("Otieno").id == str(other.id)


@pytest.mark.parametrize("said", ["0712", "12 Brian", "one two three four", "hello, world"])
def test_what_cannot_be_a_name_was_meant_for_a_number(unit, town, said):
    with pytest.raises(NotAPhone) as unread:
        counter(unit).find_recipient(said)
    assert unread.value.code == "not_a_phone"


def test_a_name_that_several_may_have_is_asked_about(unit, town):
    _, brian, grace = town
    bank = counter(unit)
    bank.save_person(str(brian.id), "Brian work")
    bank.save_person(str(grace.id), "Grace work")
    with pytest.raises(AmbiguousPerson) as asked:
        bank.find_recipient("work")
    assert asked.value.facts == {"said": "work"}
    assert {one.label for one in bank.people_called("work")} == {"Brian work", "Grace work"}
    bank.rename_person(str(bank.find_person("brian").id), "Work")
    assert bank.find_recipient("work").id == str(brian.id)  # who is called just so is meant


def test_the_most_paid_come_first_and_the_saved_are_not_offered_again(unit, town):
    _, brian, grace = town
    bank = counter(unit)
    for payee in (brian, grace, grace):
        unit.now += timedelta(seconds=1)
        bank.send_money(to=str(payee.id), amount=KES_5, effect_id=uuid4())
    assert {one.id for one in bank.people_paid_lately()} == {brian.id, grace.id}
    assert bank.just_paid().id == str(grace.id)
    bank.save_person(str(brian.id), "Brian")
    bank.save_person(str(grace.id), "Grace")
    assert bank.people_paid_lately() == []
    assert bank.just_paid() is None
    effect = uuid4()
    for _ in range(2):  # a repetition counts once
        bank.send_money(to=str(grace.id), amount=KES_5, effect_id=effect)
    assert [one.label for one in bank.people()] == ["Grace", "Brian"]
    assert unit.value("select uses from beneficiaries where payee = %(p)s", p=grace.id) == 1


def test_saving_twice_renames_and_names_are_ones_own_once(unit, town):
    _, brian, grace = town
    bank = counter(unit)
    bank.save_person(str(brian.id), "Bri")
    bank.save_person(str(brian.id), "Brian")
    assert [one.label for one in bank.people()] == ["Brian"]
    for taken in ("brian", "BRIAN"):
        with pytest.raises(LabelTaken):
            bank.save_person(str(grace.id), taken)
    bank.rename_person(str(bank.people()[0].id), "brian")  # one's own name may be written anew
    bank.remove_person(str(bank.people()[0].id))
    assert bank.people() == []
    with pytest.raises(PersonGone):
        bank.rename_person(str(uuid4()), "Nobody")


def test_nobody_reaches_anothers_people(unit, town):
    _, brian, grace = town
    counter(unit).save_person(str(grace.id), "Grace")
    theirs = str(counter(unit).people()[0].id)
    other = counter(unit, brian.phone)
    with pytest.raises(NotAPhone):
        other.find_recipient(theirs)
    other.remove_person(theirs)
    with pytest.raises(PersonGone):
        other.rename_person(theirs, "Mine")
    assert len(counter(unit).people()) == 1
    with pytest.raises(SameCustomer):
        other.find_recipient(brian.phone)


def test_no_more_than_fifty_and_never_in_clear(unit, town, monkeypatch):
    _, brian, grace = town
    monkeypatch.setattr(people, "MOST_PEOPLE", 1)
    bank = counter(unit)
    bank.save_person(str(brian.id), "Secret Name")
    kept = unit.value("select label from beneficiaries")
    assert b"Secret" not in kept
    assert not bank.may_save(str(grace.id))
    with pytest.raises(TooManyPeople):
        bank.save_person(str(grace.id), "Grace")


@pytest.mark.parametrize(
    "typed", ["", "7", "0712000002", "3 Musketeers", "x" * 21, "<b>", "a\u202eb", "a_b", " . "]
)
def test_no_name_for_anybody(typed):
    with pytest.raises(NotALabel):
        read_label(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" mum ", "mum"), ("Mama\tNjeri", "Mama Njeri"), ("Rent 2", "Rent 2"), ("N'Golo", "N'Golo")],
)
def test_a_name_for_somebody(typed, kept):
    assert read_label(typed) == kept
