"""Files of customers: fetched as the provider wants it, kept once, and no other place is called."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from bot.house import House
from core.crm import media
from core.crm.media import Wanted
from tests.support.phone_company import PhoneCompany, answer, give, open_company
from worker import media as job
from worker.media_sources import NotKept
from worker.schedule import fetch_media

JPEG = b"\xff\xd8\xff" + b"picture" * 100
PATH = "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


@pytest.fixture
def company() -> Iterator[PhoneCompany]:
    with open_company() as company:
        company.gets["/cdn/picture"] = lambda h: give(h, 200, JPEG, "image/jpeg")
        company.gets[PATH] = lambda h: give(h, 302, b"", "text/plain", Location="/cdn/picture")
        yield company


@pytest.fixture
def house(make_house, number, company: PhoneCompany) -> House:
    return make_house(
        number,
        twilio_account_sid="AC1",
        twilio_auth_token="token",
        twilio_api_base=company.url,
    )


@pytest.fixture
def sent(house: House) -> Callable[[str], UUID]:
    """Have a customer send a file that is at this address."""

    def send(url: str) -> UUID:
        with house.unit() as unit:
            message = unit.new_id()
            unit.run(
                """
                insert into messages (id, channel, provider, is_inbound, address, status,
                    correlation, created_at)
                values (%(id)s, 'whatsapp', 'twilio', true, '+1', 'received', %(id)s, %(now)s)
                """,
                id=message,
                now=unit.now,
            )
            found = media.expect(
                unit, message_id=message, provider="twilio", url=url, content_type="image/jpeg"
            )
        assert found is not None
        return found

    return send


def row(house: House):
    with house.unit() as unit:
        return unit.one("select * from media")


def test_a_file_is_fetched_with_our_name_and_kept(house, sent, company, tmp_path: Path) -> None:
    assert job.keep_in(house, sent(company.url + PATH))
    kept = row(house)
    assert (kept.state, kept.bytes) == ("kept", len(JPEG))
    file = tmp_path / "media" / kept.path
    assert file == house.files("media").path(kept.id)
    assert JPEG[:20] not in file.read_bytes(), "it is sealed"
    assert house.open_file("media", kept.id) == JPEG
    assert file.stat().st_mode & 0o077 == 0
    assert company.asked[0][1]["Authorization"].startswith("Basic ")
    assert not list((tmp_path / "media").glob("arriving-*"))


def test_our_name_is_told_to_the_provider_alone(house, sent, company) -> None:
    with open_company() as cdn:
        cdn.gets["/file"] = lambda h: give(h, 200, JPEG, "image/jpeg")
        company.gets[PATH] = lambda h: give(h, 302, b"", "text/plain", Location=f"{cdn.url}/file")
        assert not job.keep_in(house, sent(company.url + PATH))
        assert cdn.asked == [], "plain HTTP to another host is not followed at all"
    assert row(house).error == "led elsewhere"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://api.twilio.com.evil.example/x",
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
    ],
)
def test_only_the_provider_is_called(house, sent, url: str) -> None:
    assert not job.keep_in(house, sent(url))
    assert (row(house).state, row(house).error) == ("refused", "not at the provider")


@pytest.mark.parametrize("there", ["http://10.0.0.1/x", "https://10.0.0.1/x", "https://[::1]/x"])
def test_a_redirect_into_our_own_network_is_not_followed(house, sent, company, there) -> None:
    company.gets[PATH] = lambda h: give(h, 302, b"", "text/plain", Location=there)
    assert not job.keep_in(house, sent(company.url + PATH))
    assert row(house).error == "led elsewhere"


def test_redirects_are_followed_a_few_times_only(house, sent, company) -> None:
    company.gets[PATH] = lambda h: give(h, 302, b"", "text/plain", Location=PATH)
    assert not job.keep_in(house, sent(company.url + PATH))
    assert (row(house).error, len(company.asked)) == ("too many redirects", job.MOST_HOPS + 1)


@pytest.mark.parametrize("honest", [True, False])
def test_too_large_a_file_is_refused(
    house, sent, company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, honest: bool
) -> None:
    monkeypatch.setattr(job, "LARGEST", 1000)

    def large(handler) -> None:
        handler.send_response(200)
        if honest:
            handler.send_header("Content-Length", "2000")
        handler.send_header("Content-Type", "image/jpeg")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(b"x" * 2000)
        handler.close_connection = True

    company.gets["/cdn/picture"] = large
    assert not job.keep_in(house, sent(company.url + PATH))
    assert (row(house).state, row(house).error) == ("refused", "too large")
    assert not list((tmp_path / "media").glob("arriving-*"))


def test_what_we_do_not_keep_is_refused(house, sent, company) -> None:
    company.gets["/cdn/picture"] = lambda h: give(h, 200, b"<script>", "text/html")
    assert not job.keep_in(house, sent(company.url + PATH))
    assert (row(house).state, row(house).error) == ("refused", "not a kind we keep: text/html")


def test_a_fetch_that_fails_is_tried_again_later_and_then_lost(house, sent, company) -> None:
    company.gets[PATH] = lambda h: answer(h, 503, {})
    found = sent(company.url + PATH)
    waits = []
    for attempt in range(1, media.MOST_ATTEMPTS + 1):
        assert not job.keep_in(house, found)
        kept = row(house)
        assert kept.attempts == attempt
        waits.append(kept.due_at - house.now())
        assert not job.keep_in(house, found), "not before it is due"
        with house.unit() as unit:
            unit.run("update media set due_at = %(now)s", now=unit.now - timedelta(seconds=1))
    assert waits == sorted(waits)
    assert row(house).state == "lost"


def test_a_gone_file_is_not_asked_for_again(house, sent, company) -> None:
    company.gets[PATH] = lambda h: answer(h, 404, {})
    assert not job.keep_in(house, sent(company.url + PATH))
    assert (row(house).state, row(house).error) == ("refused", "answered 404")


def test_the_scheduler_has_files_fetched(house, sent, company, make_house, number) -> None:
    sent(company.url + PATH)
    fetch_media(house)
    assert house.redis.llen("rq:queue:jobs") == 1
    assert row(house).state == "waiting"
    without = make_house(
        number,
        redis_at="redis://127.0.0.1:9/0",
        twilio_account_sid="AC1",
        twilio_auth_token="token",
        twilio_api_base=company.url,
    )
    fetch_media(without)
    assert row(house).state == "kept"


# --- Meta ---------------------------------------------------------------------------------------

FILE = "/v23.0/700800900"


@pytest.fixture
def by_meta(make_house, number, company: PhoneCompany) -> House:
    company.gets[FILE] = lambda h: _told(h, f"{company.url}/lookaside/1")
    company.gets["/lookaside/1"] = lambda h: give(h, 200, JPEG, "image/jpeg")
    return make_house(
        number,
        meta_app_secret="secret",
        meta_verify_token="verify",
        meta_access_token="access",
        meta_phone_number_id="100200300400",
        meta_api_base=company.url,
    )


def _told(handler, url: object, sha256: str = hashlib.sha256(JPEG).hexdigest()) -> None:
    facts = {"url": url, "mime_type": "image/jpeg", "sha256": sha256, "id": "700800900"}
    give(handler, 200, json.dumps(facts).encode(), "application/json")


def wanted(url: str) -> Wanted:
    return Wanted(UUID(int=1), "meta", url, "image/jpeg")


def test_a_file_at_meta_is_asked_for_and_fetched_with_our_token(by_meta, company) -> None:
    assert job.fetch(by_meta.settings, wanted(company.url + FILE)).content == JPEG
    assert [path for path, _ in company.asked] == [FILE, "/lookaside/1"]
    assert {headers["Authorization"] for _, headers in company.asked} == {"Bearer access"}


@pytest.mark.parametrize(
    "there", ["https://evil.example/x", "https://fbsbx.com.evil.example/x", "http://10.0.0.1/x"]
)
def test_metas_token_is_told_to_meta_alone(by_meta, company, there: str) -> None:
    company.gets[FILE] = lambda h: _told(h, there)
    with pytest.raises(NotKept, match="not at the provider"):
        job.fetch(by_meta.settings, wanted(company.url + FILE))
    with pytest.raises(NotKept, match="not at the provider"):
        job.fetch(by_meta.settings, wanted(there))


def test_a_file_that_is_another_than_was_sent_is_not_kept(by_meta, company) -> None:
    company.gets[FILE] = lambda h: _told(h, f"{company.url}/lookaside/1", "0" * 64)
    with pytest.raises(NotKept, match="not the file"):
        job.fetch(by_meta.settings, wanted(company.url + FILE))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"url": 5}'])
def test_an_answer_without_an_address_is_asked_for_again(by_meta, company, body: bytes) -> None:
    company.gets[FILE] = lambda h: give(h, 200, body, "application/json")
    with pytest.raises(httpx.HTTPError):
        job.fetch(by_meta.settings, wanted(company.url + FILE))


def test_a_file_that_meta_no_longer_has_is_not_kept(by_meta, company) -> None:
    company.gets[FILE] = lambda h: give(h, 404, b"{}", "application/json")
    with pytest.raises(NotKept, match="404"):
        job.fetch(by_meta.settings, wanted(company.url + FILE))
