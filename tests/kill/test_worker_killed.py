"""The worker is killed while it sends, and Redis goes away: no reply is lost, none out of order."""

import httpx
import pytest

from tests.support.stack import SCHEDULER, TWIN, WORKER
from tests.support.town import AMINA, BRIAN, PIN
from tests.support.until import until


@pytest.fixture(scope="module")
def town(stack):
    """The whole house."""
    for program in (TWIN, WORKER, SCHEDULER):
        stack.start(program)
    with httpx.Client(base_url=stack.twin) as twin:
        twin.post("/twin/pace", json={"sent": 0.01, "delivered": 0.02, "read": 0.05})
    return stack


def unsent(books):
    with books.connect() as connection:
        return connection.exec_driver_sql(
            "select count(*) from outbox where status in ('queued', 'leased')"
        ).scalar_one()


def dead(books):
    with books.connect() as connection:
        return connection.exec_driver_sql(
            "select count(*) from outbox where status = 'dead'"
        ).scalar_one()


def leased(books):
    with books.connect() as connection:
        return connection.exec_driver_sql(
            "select count(*) from outbox where status = 'leased'"
        ).scalar_one()


def test_killed_while_the_provider_has_the_message(town, books):
    """Whether it took it or not is unknown: it is sent again rather than lost, and in order."""
    amina = town.phone("whatsapp", AMINA)
    heard = len(amina.heard())
    town.pause(TWIN)
    for word in ("BAL", "MINI", "SALIO"):
        assert amina.say(word) == 200
    until(lambda: leased(books), seconds=60, step=0.02)
    town.kill(WORKER)
    town.resume(TWIN)
    town.start(WORKER)
    until(lambda: unsent(books) == 0, seconds=180)
    assert dead(books) == 0
    kinds = [kind(said["text"]) for said in amina.heard(after=heard)]
    once = [one for number, one in enumerate(kinds) if number == 0 or kinds[number - 1] != one]
    assert once == ["balance", "statement", "balance"]


def test_killed_again_and_again_under_load(town, books):
    phones = [town.phone("whatsapp", one) for one in (AMINA, BRIAN)]
    heard = [len(phone.heard()) for phone in phones]
    for _ in range(3):
        for phone in phones:
            assert phone.say("BAL") == 200
        town.kill(WORKER)
        town.start(WORKER)
    until(lambda: unsent(books) == 0, seconds=180)
    assert dead(books) == 0
    for phone, before in zip(phones, heard, strict=True):
        assert len(phone.heard(after=before)) >= 3


def test_redis_gone_ussd_goes_on_and_the_outbox_drains(town, own_redis, books):
    brian = town.phone("whatsapp", BRIAN)
    assert brian.say("BAL") == 200  # opens the window in which free words are allowed
    until(lambda: unsent(books) == 0, seconds=180)
    heard = len(brian.heard())
    own_redis.stop()
    try:
        amina = town.phone("ussd", AMINA)
        for _ in range(3):
            amina.dial()
            for word in ("1", "0712000002", "10", "1"):
                amina.press(word)
            assert "10.00" in amina.press(PIN).text
        assert brian.say("BAL") == 200
        # The scheduler sends what is due while Redis is away.
        until(lambda: len(brian.heard(after=heard)) >= 4, seconds=180)
    finally:
        own_redis.start()
    assert brian.say("BAL") == 200
    until(lambda: unsent(books) == 0, seconds=180)
    assert len(brian.heard(after=heard)) >= 5
    assert dead(books) == 0


def kind(text):
    return "balance" if "12," in text or "have" in text.casefold() else "statement"
