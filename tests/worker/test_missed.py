"""What Twilio could not bring to the door is fetched from its list."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine

from bot.house import House
from channels.message import Heard, Hook, Inbound
from channels.twilio_sms import TwilioSms
from core.crm import sweeps
from tests.support.numbers import Number
from tests.support.phone_company import PhoneCompany, answer, open_company
from worker import missed

SID = "AC" + "1" * 32
NAME = "missed twilio:sms:+254700000100"
LIST = f"/2010-04-01/Accounts/{SID}/Messages.json"


@pytest.fixture
def company() -> Iterator[PhoneCompany]:
    with open_company() as company:
        yield company


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Inbound]:
    """What the hub was told; hearing itself is the hub's own business."""
    heard: list[Inbound] = []

    def hear(house: House, inbound: Inbound) -> None:
        heard.append(inbound)
        with house.unit() as unit:
            unit.run(
                """
                insert into inbox (provider, provider_id, received_at, correlation)
                values (%(provider)s, %(id)s, %(now)s, %(correlation)s) on conflict do nothing
                """,
                provider=inbound.provider,
                id=inbound.id,
                now=unit.now,
                correlation=unit.correlation,
            )

    monkeypatch.setattr(missed.hub, "hear", hear)
    return heard


@pytest.fixture
def house(make_house, company: PhoneCompany) -> House:
    house = make_house(
        Number(channel="sms", number="+254700000100"),
        twilio_account_sid=SID,
        twilio_auth_token="token",
        twilio_api_base=company.url,
    )
    door = TwilioSms(account_sid=SID, auth_token="token", number="+254700000100")
    house.providers.doors["twilio/sms"] = door
    return house


@pytest.fixture
def swept(house: House) -> datetime:
    """The bank opened a while ago: this is how far its sweep has come."""
    until = house.now() - timedelta(minutes=5)
    with house.unit() as unit:
        sweeps.note_swept(unit, NAME, until)
    return until


def listed(sid: str, *, seconds_ago: float, direction: str = "inbound") -> dict[str, object]:
    at = format_datetime(datetime.now(UTC) - timedelta(seconds=seconds_ago))
    return {
        "sid": sid,
        "from": "+254712000001",
        "to": "+254700000100",
        "body": f"text of {sid}",
        "direction": direction,
        "status": "received",
        "date_created": at,
        "date_sent": at,
        "num_media": "0",
    }


def show(company: PhoneCompany, *messages: dict[str, object]) -> None:
    company.gets[LIST] = lambda handler: answer(
        handler, 200, {"messages": list(messages), "next_page_uri": None, "page_size": 100}
    )


def test_what_never_came_is_heard_in_the_order_it_was_written(house, company, heard, swept) -> None:
    show(
        company,
        listed("SM3", seconds_ago=40),
        listed("SM2", seconds_ago=60, direction="outbound-api"),
        listed("SM1", seconds_ago=80),
    )
    assert missed.sweep(house) == 2
    assert [(one.id, one.text, one.address) for one in heard] == [
        ("SM1", "text of SM1", "+254712000001"),
        ("SM3", "text of SM3", "+254712000001"),
    ]


def test_what_was_heard_is_not_heard_again(house, company, heard, swept) -> None:
    show(company, listed("SM1", seconds_ago=80))
    assert missed.sweep(house) == 1
    assert missed.sweep(house) == 0
    assert len(heard) == 1


def test_what_may_still_come_by_itself_is_left_alone(house, company, heard, swept) -> None:
    show(company, listed("SM1", seconds_ago=5))
    assert missed.sweep(house) == 0


def test_each_sweep_starts_where_the_last_one_ended(house, company, heard, swept) -> None:
    show(company)
    missed.sweep(house)
    missed.sweep(house)
    first, second = (
        datetime.fromisoformat(parse_qs(urlsplit(path).query)["DateSent>"][0])
        for path, _ in company.asked
    )
    assert first == pytest.approx(swept - missed.OVERLAP, abs=timedelta(seconds=1))
    assert second - first == pytest.approx(
        timedelta(minutes=5) - missed.GRACE, abs=timedelta(seconds=10)
    )
    assert parse_qs(urlsplit(company.asked[0][0]).query)["To"] == ["+254700000100"]


def test_a_provider_that_is_away_is_asked_again_for_the_same_time(
    house, company, heard, swept
) -> None:
    assert missed.sweep(house) == 0
    with house.unit() as unit:
        assert sweeps.swept_until(unit, NAME) == swept


def test_a_bank_that_has_just_opened_hears_nothing_from_before(house, company, heard) -> None:
    """As after a reset: the provider still lists what an earlier database has answered."""
    show(company, listed("SM1", seconds_ago=80), listed("SM2", seconds_ago=40))
    assert missed.sweep(house) == 0
    assert missed.sweep(house) == 0
    assert heard == []


def begin_anew(admin_engine: Engine) -> None:
    """What a reset of the demo leaves of a sweep: nothing."""
    with admin_engine.begin() as connection:
        connection.exec_driver_sql("delete from sweeps")


def test_a_bank_that_begins_anew_while_twilio_is_asked_hears_nothing_from_before(
    house, company, heard, swept, admin_engine
) -> None:
    def reset(handler: BaseHTTPRequestHandler) -> None:
        begin_anew(admin_engine)
        show(company, listed("SM1", seconds_ago=80))
        company.gets[LIST](handler)

    company.gets[LIST] = reset
    assert [missed.sweep(house) for _ in range(3)] == [0, 0, 0]
    assert heard == []


def test_a_bank_that_begins_anew_while_messages_are_heard_hears_nothing_later(
    house, company, heard, swept, admin_engine, monkeypatch
) -> None:
    show(company, listed("SM1", seconds_ago=80), listed("SM2", seconds_ago=60))
    with monkeypatch.context() as late:
        late.setattr(missed.hub, "hear", lambda *_: begin_anew(admin_engine))
        missed.sweep(house)
    assert [missed.sweep(house) for _ in range(2)] == [0, 0]
    assert heard == []


def test_files_come_along(house, company, heard, swept) -> None:
    files = f"/2010-04-01/Accounts/{SID}/Messages/SM1/Media"
    show(company, {**listed("SM1", seconds_ago=80), "num_media": "1"})
    company.gets[f"{files}.json"] = lambda handler: answer(
        handler,
        200,
        {
            "media_list": [{"content_type": "image/jpeg", "uri": f"{files}/ME1.json"}],
            "next_page_uri": None,
        },
    )
    assert missed.sweep(house) == 1
    [file] = heard[0].media
    assert (file.url, file.content_type) == (f"{company.url}{files}/ME1", "image/jpeg")


def test_one_that_cannot_be_heard_yet_keeps_its_contacts_order_and_nobody_else_waiting(
    house, company, heard, swept, monkeypatch
) -> None:
    others = {**listed("SM3", seconds_ago=50), "from": "+254712000002"}
    show(company, listed("SM1", seconds_ago=80), listed("SM2", seconds_ago=60), others)
    hear = missed.hub.hear

    def busy(house: House, inbound: Inbound) -> None:
        if inbound.id == "SM1":
            raise missed.hub.NotHeard("busy")
        hear(house, inbound)

    with monkeypatch.context() as busily:
        busily.setattr(missed.hub, "hear", busy)
        missed.sweep(house)
    assert [one.id for one in heard] == ["SM3"]
    missed.sweep(house)
    assert [one.id for one in heard] == ["SM3", "SM1", "SM2"]


def test_one_that_cannot_be_read_is_parked_and_passed_over(
    house, company, heard, swept, monkeypatch
) -> None:
    show(company, listed("SM1", seconds_ago=80), listed("SM2", seconds_ago=60))
    read = TwilioSms.read

    def picky(door: TwilioSms, hook: Hook) -> list[Heard]:
        if hook.get("MessageSid") == "SM1":
            raise ZeroDivisionError
        return read(door, hook)

    monkeypatch.setattr(TwilioSms, "read", picky)
    missed.sweep(house)
    with house.unit() as unit:
        assert unit.value("select kind || ' ' || key from parked") == "job twilio SM1"
        assert sweeps.swept_until(unit, NAME) > swept
