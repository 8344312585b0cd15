"""Money sent through every USSD gateway, over HTTP, as it is sent through Africa's Talking."""

import json
import threading

import pytest
from werkzeug.serving import make_server

from bot import app as apps
from bot import house as houses
from bot.settings import BadSettings, load
from tests.support.gateways import GENERIC, SECRET, WIRES, Gateway
from tests.support.town import AMINA, BRIAN, PIN

SENDING = ("1", BRIAN.replace("+254", "0"), "500", "1", PIN)


@pytest.fixture
def house(settings, bank_engine, clock, new_id, monkeypatch):
    """The house in town, with three gateways that are told by settings."""
    monkeypatch.setenv("USSD_GENERIC", json.dumps(GENERIC))
    monkeypatch.setenv("USSD_ALLOWED", json.dumps({"beem": ["10.0.0.0/8", "127.0.0.1"]}))
    built = houses.furnish(load(env_file=None), bank_engine, clock=clock, ids=new_id)
    yield built
    built.redis.close()


@pytest.fixture
def url(house):
    """Where the bank listens."""
    server = make_server("127.0.0.1", 0, apps.build(house=house), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def moved(house, *, since):
    """Return what was sent since a moment of the bank's."""
    with house.unit() as unit:
        rows = unit.all(
            "select currency, amount from transfers where created_at >= %(since)s", since=since
        )
        return [(row.currency, row.amount) for row in rows]


def count(house, what):
    with house.unit() as unit:
        return unit.value(f"select count(*) from {what}")


def as_africas_talking(phone, clock):
    """Send money the way it is known; return the screens."""
    seen = [phone.dial()]
    for keys in SENDING:
        clock.pass_(seconds=8)
        seen.append(phone.press(keys))
    return [screen[4:] for screen in seen]


@pytest.mark.parametrize("name", WIRES)
def test_money_is_sent_once_however_often_a_press_is_delivered(name, house, url, clock):
    began = clock.now
    gateway = Gateway(name, url, AMINA)
    seen = [gateway.dial()]
    assert gateway.again() == seen[0]
    for keys in SENDING:
        clock.pass_(seconds=8)
        seen.append(gateway.press(keys))
        clock.pass_(seconds=1)
        assert gateway.again() == seen[-1]  # the gateway did not hear us, and asks again
    assert [shown.ends for shown in seen] == [False] * 5 + [True]
    assert moved(house, since=began) == [("KES", 50000)]
    assert count(house, "messages where is_inbound") == 6


def test_the_screens_are_those_of_africas_talking(house, url, clock, phone):
    known = as_africas_talking(phone("ussd", AMINA), clock)
    for name in WIRES:
        clock.pass_(hours=30)
        gateway = Gateway(name, url, AMINA)
        first = gateway.dial()
        assert "1." in first.text
        assert known[1].split("\n")[0] == gateway.press("1").text.split("\n")[0]
        clock.pass_(seconds=5)
        gateway.press("00")


@pytest.mark.parametrize("name", ["nalo", "arkesel", "mtn", "infobip", "hollatags", "latests"])
def test_an_equal_press_after_some_seconds_is_another(name, house, url, clock):
    gateway = Gateway(name, url, AMINA)
    gateway.dial()
    clock.pass_(seconds=8)
    first = gateway.press("1")
    before = count(house, "messages where is_inbound")
    clock.pass_(seconds=2)
    assert gateway.again() == first
    assert count(house, "messages where is_inbound") == before
    clock.pass_(seconds=3)
    gateway.again()  # as late as this, the customer has pressed it once more
    assert count(house, "messages where is_inbound") == before + 1


@pytest.mark.parametrize("name", ["hubtel", "beem", "trails", "dials"])
def test_where_calls_are_told_apart_time_is_no_matter(name, house, url, clock):
    gateway = Gateway(name, url, AMINA)
    gateway.dial()
    first = gateway.press("1")
    before = count(house, "messages where is_inbound")
    clock.pass_(seconds=40)
    assert gateway.again() == first
    assert count(house, "messages where is_inbound") == before
    gateway.press("1")
    assert count(house, "messages where is_inbound") == before + 1
    assert count(house, "ussd_presses") == 0


def test_a_session_that_is_dialled_anew_starts_anew(house, url, clock):
    gateway = Gateway("nalo without a session", url, AMINA)
    first = gateway.dial()
    clock.pass_(days=2)
    house_of = gateway.press("1")
    assert house_of != first
    clock.pass_(days=2)
    with house.unit() as unit:
        unit.value("select forget_ussd_presses(%(now)s, 10)", now=unit.now)
    assert count(house, "ussd_presses") == 0
    assert gateway.dial().text != house_of.text


@pytest.mark.parametrize("name", WIRES)
def test_whoever_does_not_know_the_secret_is_not_heard(name, house, url):
    with pytest.raises(AssertionError):
        Gateway(name, url, AMINA, secret="guessed").dial()
    assert count(house, "inbox") == 0


def test_a_gateway_that_nobody_knows_is_not_there(house):
    client = apps.build(house=house).test_client()
    assert client.post(f"/webhooks/ussd/nobody/{SECRET}").status_code == 404


def test_the_list_of_callers(house):
    client = apps.build(house=house).test_client()
    path = f"/webhooks/ussd/beem/{SECRET}"
    assert client.post(path, json={}).status_code == 200
    far = client.post(path, json={}, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert far.status_code == 403


def test_nothing_of_a_session_stands_in_clear_with_its_presses(house, url, clock):
    gateway = Gateway("nalo", url, AMINA)
    gateway.dial()
    gateway.press("1")
    with house.unit() as unit:
        [row] = unit.all("select session_hash, press_hash from ussd_presses")
    assert len(row.session_hash) == len(row.press_hash) == 32


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("USSD_GENERIC", '{"told": {"session": "S", "phone": "P", "text": "T"}}'),
        ("USSD_GENERIC", '{"told": {"session": "S", "phone": "P", "text": "T", "carries": "all"}}'),
        (
            "USSD_GENERIC",
            '{"told": {"session": "S", "phone": "P", "text": "T", "carries": "trail", "x": "y"}}',
        ),
        (
            "USSD_GENERIC",
            '{"A/b": {"session": "S", "phone": "P", "text": "T", "carries": "trail"}}',
        ),
        ("USSD_ALLOWED", '{"hubtel": ["no address"]}'),
    ],
)
def test_a_gateway_that_is_told_wrongly_is_refused_at_the_start(monkeypatch, setting, value):
    monkeypatch.setenv(setting, value)
    with pytest.raises(BadSettings, match=setting):
        load(env_file=None)
