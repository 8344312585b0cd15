"""What networks tell of changed SIMs: who may tell it, how strictly it is read, what it does."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from bot import app as apps
from bot.sim_notices import LONGEST, SUBSCRIPTION, SWAPPED, NotAnEvent, read
from core.store import contacts
from tests.support.town import AMINA

EVENT = {
    "id": "83a0d986-0866-4f38-b8c0-fc65bfcda452",
    "source": "https://notifications.network.example/sim-swap",
    "specversion": "1.0",
    "type": SWAPPED,
    "time": "2026-03-04T09:30:00Z",
    "data": {"phoneNumber": "+254712000001", "subscriptionId": "qs15-h556-rt89-1298"},
}


def test_an_event_as_the_api_has_it():
    heard = read(EVENT)
    assert heard is not None
    assert (heard.phone, heard.id) == ("+254712000001", EVENT["id"])
    assert heard.at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("what", ["started", "ends", "ended"])
def test_what_becomes_of_a_subscription_says_nothing_of_a_sim(what):
    assert read({"type": SUBSCRIPTION + what}) is None


BAD = (
    None,
    [],
    "swapped",
    {},
    {**EVENT, "type": "org.camaraproject.sim-swap-subscriptions.v1.swapped"},
    {**EVENT, "type": 1},
    {**EVENT, "id": ""},
    {**EVENT, "source": None},
    {**EVENT, "data": {}},
    {**EVENT, "data": {"phoneNumber": "0712000001"}},
    {**EVENT, "time": "yesterday"},
    {**EVENT, "time": "2026-03-04T09:30:00"},
)


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
def test_what_is_no_such_event_is_refused(body):
    with pytest.raises(NotAnEvent):
        read(body)


@pytest.fixture
def client(house):
    return apps.build(house=house).test_client()


@pytest.fixture
def tell(client, settings):
    """Post an event as the network does."""

    def post(event=EVENT, *, secret=settings.sim_webhook_secret, **how):
        return client.post(f"/webhooks/sim/{secret}", **({"json": event} | how))

    return post


def levels(house):
    with house.unit() as unit:
        rows = unit.all(
            "select trust, count(*) from addresses where address = %(amina)s group by trust",
            amina=contacts.token(unit, AMINA),
        )
    return {row.trust: row.count for row in rows}


def noted(house):
    """Return how many changes were noted now; the demo has one of before."""
    with house.unit() as unit:
        return unit.value(
            "select count(*) from sim_changes where noted_at >= %(now)s", now=unit.now
        )


def test_the_number_is_trusted_no_more(house, tell):
    assert set(levels(house)) == {"trusted"}
    answer = tell()
    assert (answer.status_code, answer.data) == (204, b"")
    assert set(levels(house)) == {"new"}
    with house.unit() as unit:
        lowered = unit.value(
            """
            select o.lowered_percent from account_owners o join customers c on c.id = o.owner
            where c.phone_index = %(amina)s and o.lowered_until is not null
            """,
            amina=contacts.token(unit, AMINA),
        )
        assert lowered == 20


def test_however_often_it_is_delivered_it_counts_once(house, tell):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: tell().status_code, range(16)))
    assert set(answers) == {204}
    assert noted(house) == 1


def test_who_does_not_know_the_path_changes_nothing(house, tell):
    for secret in ("somebody-elses-secret", "\u00e9"):
        assert tell(secret=secret).status_code == 403
    assert (noted(house), set(levels(house))) == (0, {"trusted"})


def test_nobody_is_heard_where_no_secret_is_set(house, settings):
    deaf = settings.model_copy(update={"sim_webhook_secret": ""})
    client = apps.build(house=dataclasses.replace(house, settings=deaf)).test_client()
    assert client.post("/webhooks/sim/anything", json=EVENT).status_code == 404


def test_what_cannot_be_read_is_told_so(house, tell):
    assert tell({**EVENT, "data": {}}).status_code == 400
    assert tell(data=b"{", json=None).status_code == 400
    assert tell(data=b"x" * (LONGEST + 1), json=None).status_code == 413
    assert noted(house) == 0


def test_a_number_nobody_has_is_taken_and_noted(house, tell):
    assert tell({**EVENT, "data": {"phoneNumber": "+254799000000"}}).status_code == 204
    assert (noted(house), set(levels(house))) == (1, {"trusted"})
