"""How the status of an order moves: what each answer makes of it, and when it is asked after."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused, Unclear
from core.partners.moves import DELAYS, LONGEST_QUEUED, MOST_ATTEMPTS, Standing, move


@pytest.fixture
def asking(now) -> Standing:
    return Standing("asking", attempts=1, waits=0, unknown=0, due_at=now, asked_at=now)


@pytest.mark.parametrize(
    ("answer", "became"),
    [
        (Accepted("x"), "accepted"), (Done(), "done"), (Refused("no"), "refused"),
        (Unclear("silence"), "unclear"), (NotSent("nobody"), "queued"), (NotKnown(), "unclear"),
    ],
)  # fmt: skip
def test_what_an_answer_to_the_asking_makes_of_it(asking, now, answer, became):
    assert move(asking, answer, now=now).status == became


@pytest.mark.parametrize("status", ["accepted", "unclear"])
@pytest.mark.parametrize(
    ("answer", "became"), [(Done(), "done"), (Refused("no"), "refused"), (Unclear("?"), None)]
)
def test_what_an_answer_to_a_query_makes_of_it(asking, now, status, answer, became):
    at = replace(asking, status=status)
    assert move(at, answer, now=now).status == (became or status)


def test_what_was_accepted_is_never_asked_again(asking, now):
    at = move(asking, Accepted(), now=now)
    for minutes in range(100):
        at = move(at, NotKnown(), now=now + timedelta(minutes=minutes))
        assert at.status == "accepted"


def test_it_is_asked_again_when_the_partner_is_sure_it_never_saw_it(asking, now):
    at = move(asking, Unclear("silence"), now=now)
    times = [5, 20, 80]
    for seconds in times[:-1]:
        at = move(at, NotKnown(), now=now + timedelta(seconds=seconds))
        assert at.status == "unclear"
    assert move(at, NotKnown(), now=now + timedelta(seconds=59)).status == "unclear"
    again = move(at, NotKnown(), now=now + timedelta(seconds=60))
    assert again.status == "queued" and again.due_at == now + timedelta(seconds=60)


def test_once_is_not_sure(asking, now):
    at = move(asking, Unclear("silence"), now=now)
    assert move(at, NotKnown(), now=now + timedelta(hours=1)).status == "unclear"


def test_what_is_lost_again_and_again_waits_for_a_person(asking, now):
    at = replace(asking, status="unclear", attempts=MOST_ATTEMPTS, unknown=7)
    assert move(at, NotKnown(), now=now + timedelta(hours=1)).status == "unclear"


def test_queries_become_rarer(asking, now):
    at = move(asking, Accepted(), now=now)
    waits = [at.due_at - now]
    for _ in range(7):
        at = move(at, Accepted(), now=at.due_at)
        waits.append(at.due_at - (now + sum(waits, timedelta())))
    assert waits == [*DELAYS, *[timedelta(hours=1)] * 3]


def test_who_cannot_be_reached_is_tried_every_minute_and_nothing_counts_as_asked(asking, now):
    at = asking
    for _ in range(9):
        at = move(replace(at, status="asking", attempts=1), NotSent("nobody"), now=now)
        assert (at.status, at.attempts) == ("queued", 0)
    assert at.due_at - now == LONGEST_QUEUED


@pytest.mark.parametrize("status", ["queued", "done", "refused", "cancelled"])
def test_what_waits_for_no_answer_takes_none(asking, now, status):
    with pytest.raises(ValueError, match="no answer"):
        move(replace(asking, status=status), Done(), now=now)
