"""A log-in locks after five wrong tries, also when four processes try at once."""

from datetime import timedelta
from multiprocessing import get_context

import uuid_utils.compat

from core.access import sign_in
from core.access.sign_in import LoginLocked, SignedIn, WrongLogin
from core.store.engine import open_engine
from core.store.unit import open_unit
from tests.core.colleagues import colleague
from tests.support.keys import KEYS

PROCESSES, EACH = 4, 10
EMAIL = "agent@bank.example"


def units(engine, now):
    new_id = uuid_utils.compat.uuid7
    return open_unit(engine, keys=KEYS, now=now, new_id=new_id, correlation=str(new_id()))


def attempt(engine, now, *, right, ip="10.0.0.1"):
    """One try as the edge makes it: two units of work."""
    with units(engine, now) as unit:
        look = sign_in.look(unit, email=EMAIL, ip=ip)
    if not isinstance(look, sign_in.Look):
        return type(look).__name__
    with units(engine, now) as unit:
        done = sign_in.judge(unit, look, right=right, kind="api", ip=ip, agent="")
    return type(done).__name__


def guess(url, now, start, answers):
    engine = open_engine(url, name="wekeza-guess", pool=1)
    start.wait(30)
    answers.put([attempt(engine, now, right=False, ip=f"10.0.0.{n}") for n in range(EACH)])
    engine.dispose()


def test_four_processes_get_five_answers_between_them(
    servers, clean_database, clean_engine, now, monkeypatch
):
    with units(clean_engine, now) as unit:
        colleague(unit)
    context = get_context("forkserver")
    start, answers = context.Barrier(PROCESSES), context.Queue()
    url = servers.app_url(clean_database)
    crowd = [
        context.Process(target=guess, args=(url, now, start, answers)) for _ in range(PROCESSES)
    ]
    for one in crowd:
        one.start()
    told = [answer for _ in crowd for answer in answers.get(timeout=60)]
    for one in crowd:
        one.join(30)
    assert told.count(WrongLogin.__name__) == sign_in.TRIES - 1
    # The limit per e-mail stops the crowd soon after; until then the lock answers.
    assert told.count(LoginLocked.__name__) == sign_in.PER_ACCOUNT.most - sign_in.TRIES + 1
    assert told.count("TooManyTries") == PROCESSES * EACH - sign_in.PER_ACCOUNT.most
    after = now + timedelta(minutes=14)
    with units(clean_engine, after) as unit:
        unit.run("delete from attempts")
    assert attempt(clean_engine, after, right=True) == LoginLocked.__name__
    assert attempt(clean_engine, now + timedelta(minutes=15), right=True) == SignedIn.__name__
