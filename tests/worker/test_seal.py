"""What the scheduler does for the book: seals it, publishes its head, hands out the feed."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from uuid import uuid4

import httpx
import pytest

from bot.house import furnish
from bot.ledger_gauges import LedgerCollector
from bot.settings import Settings
from core.ledger import anchors as anchors_of
from core.ledger.anchors import Anchor
from core.ledger.checks.seals import verify_seals
from core.ledger.seals import SealKey
from tests.core.ledger.books import NOW
from tests.core.ledger.sealed import Sealed
from tests.support import alone
from worker import anchoring, archive, seal

servers = alone.servers  # whose transactions nobody else keeps open

heard = []
failing = []


def listen(house, name, events):
    """A consumer for these tests."""
    if failing:
        raise failing.pop()
    heard.extend((event.height, event.index) for event in events)


@pytest.fixture
def book(clean_engine, clean_admin_engine):
    heard.clear()
    return Sealed(clean_engine, clean_admin_engine)


@pytest.fixture
def make_house(servers, clean_database, clean_engine, redis_url, tmp_path):
    def make(**facts):
        settings = Settings(
            _env_file=None,
            demo_mode=False,
            data_dir=tmp_path,
            database_url=servers.app_url(clean_database),
            redis_url=redis_url,
            **facts,
        )
        return furnish(settings, clean_engine, clock=lambda: NOW, ids=uuid4)

    yield make
    seal._engine.cache_clear()


@pytest.fixture
def keeper():
    """Somebody who keeps anchors elsewhere; `answer` is what they say."""

    class Keeper(BaseHTTPRequestHandler):
        answer = 204
        kept: ClassVar[list[str]] = []

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            if Keeper.answer < 300:
                Keeper.kept.append(body)
            self.send_response(Keeper.answer)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Keeper)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Keeper.url = f"http://127.0.0.1:{server.server_port}/anchors"
    yield Keeper
    server.shutdown()
    server.server_close()


def test_the_book_is_sealed_with_the_houses_key(make_house, book):
    house = make_house()
    book.pay(3)
    assert seal.seal_book(house) == 1
    assert seal.seal_book(house) == 0
    with house.unit() as unit:
        assert verify_seals(unit, trusted=SealKey(house.settings.seal_key).public) == []


def test_a_long_pause_is_caught_up_with_in_bounded_runs(make_house, book, monkeypatch):
    house = make_house()
    monkeypatch.setattr(seal, "MOST_BLOCKS", 2)
    monkeypatch.setitem(seal.seal.__kwdefaults__, "most", 3)
    book.pay(9)
    runs = []
    while sealed := seal.seal_book(house):
        runs.append(sealed)
    assert len(runs) > 1 and max(runs) == 2


def test_the_head_is_written_down_once(make_house, book):
    house = make_house()
    assert anchoring.publish_anchor(house) is None
    for height in (1, 2):
        book.pay()
        seal.seal_book(house)
        assert anchoring.publish_anchor(house).height == height
        assert anchoring.publish_anchor(house) is None
    file = anchors_of.place(house.settings.data_dir)
    assert [anchor.height for _, anchor in anchors_of.kept(file)] == [1, 2]


def test_a_line_that_was_torn_hides_no_other(make_house, book):
    house = make_house()
    file = anchors_of.place(house.settings.data_dir)
    book.pay()
    seal.seal_book(house)
    anchoring.publish_anchor(house)
    with file.open("a") as out:
        out.write('{"height": 2, "ha')
    book.pay()
    seal.seal_book(house)
    assert anchoring.publish_anchor(house).height == 2
    anchors = [anchor for _, anchor in anchors_of.kept(file)]
    assert [anchor and anchor.height for anchor in anchors] == [1, None, 2]


def test_the_keeper_hears_of_the_head_before_the_file_does(make_house, book, keeper):
    house = make_house(anchor_url=keeper.url)
    book.pay()
    seal.seal_book(house)
    keeper.answer = 503
    with pytest.raises(httpx.HTTPStatusError):
        anchoring.publish_anchor(house)
    assert not anchors_of.place(house.settings.data_dir).exists(), "it is offered again"
    keeper.answer = 204
    assert anchoring.publish_anchor(house).height == 1
    assert Anchor.read(keeper.kept[-1]).height == 1


def test_every_consumer_hears_of_every_row(make_house, book, monkeypatch):
    monkeypatch.setattr(seal, "MOST_EVENTS", 4)
    house = make_house(
        feed_consumers={"mine": f"{__name__}.listen", "archive": "worker.archive.keep"}
    )
    book.pay(5)
    seal.seal_book(house)
    with house.unit() as unit:
        rows = unit.value("select count(*) from ledger_written")
    assert seal.deliver_feed(house) == 2 * rows
    assert heard == [(1, index) for index in range(rows)]
    files = sorted((house.settings.data_dir / "feed" / "archive").iterdir())
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert [(row["block"], row["index"]) for row in lines] == heard
    assert seal.deliver_feed(house) == 0


def test_a_consumer_that_fails_holds_up_no_other_and_hears_it_again(make_house, book):
    house = make_house(
        feed_consumers={"mine": f"{__name__}.listen", "archive": "worker.archive.keep"}
    )
    book.pay(2)
    seal.seal_book(house)
    failing.append(ValueError("the warehouse is away"))
    rows = seal.deliver_feed(house)
    assert rows and heard == []
    with house.unit() as unit:
        lease = unit.value("select lease from feed_cursors where consumer = 'mine'")
    assert lease is None, "it is given back at once"
    assert seal.deliver_feed(house) == rows
    assert len(heard) == rows


def test_rows_that_are_delivered_again_replace_their_file(make_house, book):
    house = make_house()
    book.pay()
    seal.seal_book(house)
    with house.unit() as unit:
        events = tuple(seal.feed.events(unit, 1))
    for _ in range(2):
        archive.keep(house, "again", events)
    (file,) = (house.settings.data_dir / "feed" / "again").iterdir()
    assert len(file.read_text().splitlines()) == len(events)


def test_the_gauges_tell_how_far_behind_everybody_is(make_house, book):
    house = make_house(feed_consumers={"mine": f"{__name__}.listen"})
    book.pay()
    seal.seal_book(house)
    failing.append(ValueError("away"))
    seal.deliver_feed(house)
    seen = {
        (metric.name, *sample.labels.values()): sample.value
        for metric in LedgerCollector(house).collect()
        for sample in metric.samples
    }
    assert seen == {
        ("wekeza_unsealed_seconds",): 0,
        ("wekeza_feed_lag_seconds", "mine"): 0,
        ("wekeza_feed_lag_blocks", "mine"): 1,
    }
