"""ISO 8583 over real TCP: each type is answered, and nothing that comes in ends the switch."""

import asyncio
import base64
import random
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Thread

import pytest

from bot import card_iso, card_switch
from bot.house import House
from bot.simulator.twin.acquirer import Line, NoAnswer, Sale, Shop, fields_of
from core.access import pins
from core.cards import card_pin, vault
from core.ledger import book
from core.money import Money
from tests.core.cards.making import card_of
from tests.core.people import someone

NAIVAS = Shop("NAIVAS WESTLANDS", "NAIROBI", "KE", "5411")
MACHINE = Shop("ATM MOI AVENUE", "NAIROBI", "KE", "6011")
KEY = "demo-scheme-webhook-key"
PIN = "4917"
AT = datetime(2026, 3, 4, tzinfo=UTC)


class Plastic:
    """A card with a PIN, and its customer's wallet."""

    def __init__(self, house: House) -> None:
        self._house = house
        with house.unit() as unit:
            who = someone(unit, "+254799000001", holds="KES 20000.00")
            card = card_of(unit, who)
            self.pan = vault.open_pan(unit, card.id) or ""
            unit.run(
                "insert into card_pins (card_id, hash, changed_at)"
                " values (%(id)s, %(hash)s, %(now)s)",
                id=card.id, hash=house.secrets.hash(PIN), now=unit.now,
            )  # fmt: skip
        self.card, self.wallet = card, who.wallet
        self.expiry = f"{card.expires_on:%Y-%m}"
        self._trace = 0

    def sale(self, amount: str, ref: str = "R1", **facts: object) -> Sale:
        self._trace += 1
        given: dict[str, object] = {
            "kind": "authorise", "ref": ref, "trace": self._trace, "at": self._house.now(),
            "pan": self.pan, "expiry": self.expiry, "amount": Money.load(f"KES {amount}"),
            "shop": NAIVAS,
        }  # fmt: skip
        return Sale(**(given | facts))  # type: ignore[arg-type]

    def block(self, pin: str) -> bytes:
        key = bytes.fromhex(self._house.settings.scheme_pin_key)
        return card_pin.make_block(key, pin, self.pan, salt=bytes(8))

    def balance(self) -> tuple[str, str]:
        with self._house.unit() as unit:
            found = book.balance(unit, self.wallet)
        return str(found.available.major), str(found.held.major)


@pytest.fixture
def port(house: House) -> Iterator[int]:
    """Where the switch listens, in a loop of its own."""
    listens, ended = Event(), asyncio.Event()
    found: list[int] = []

    def ready(port: int) -> None:
        found.append(port)
        listens.set()

    loop = asyncio.new_event_loop()
    thread = Thread(
        target=loop.run_until_complete,
        args=(card_switch.serve(house, "127.0.0.1", 0, until=ended, ready=ready),),
    )
    thread.start()
    assert listens.wait(10)
    yield found[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def plastic(house: House) -> Plastic:
    return Plastic(house)


@pytest.fixture
def dial(port: int, house: House) -> Iterator[Callable[..., Line]]:
    lines: list[Line] = []

    def open_line(*, signs_on: bool = True, key: str = KEY) -> Line:
        line = Line("127.0.0.1", port, key=key)
        lines.append(line)
        if signs_on:
            assert line.sign_on(house.now()) == "00"
        return line

    yield open_line
    for line in lines:
        line.close()


def test_every_type_is_answered(dial, plastic, house):
    line = dial()
    asked = plastic.sale("500.00")
    answer = line.ask(fields_of(asked))
    assert (answer["t"], answer["39"], answer["11"]) == ("0110", "00", "000001")
    assert len(answer["38"]) == 6 and "2" not in answer
    assert plastic.balance() == ("19500.00", "500.00")
    again = line.ask(fields_of(replace(asked, again=True)))
    assert (again["39"], again["38"]) == ("00", answer["38"])
    assert plastic.balance() == ("19500.00", "500.00")
    line_by_line = [
        (plastic.sale("300.00", kind="reverse"), "0430", ("19700.00", "300.00")),
        (plastic.sale("300.00", kind="clear"), "0230", ("19700.00", "0.00")),
        (plastic.sale("100.00", kind="clear", what="refund"), "0230", ("19800.00", "0.00")),
        (plastic.sale("50.00", "R2", kind="advise", decided="00"), "0130", ("19750.00", "50.00")),
        (plastic.sale("0.00", "R2", kind="reverse"), "0430", ("19800.00", "0.00")),
    ]
    for sale, type_, balance in line_by_line:
        answer = line.ask(fields_of(sale))
        assert (answer["t"], answer["39"]) == (type_, "00")
        assert plastic.balance() == balance
    question = fields_of(plastic.sale("0.00", "R3", kind="reverse")) | {"t": "0400"}
    assert line.ask(question)["t"] == "0410"
    assert line.network("301", house.now()) == "00"
    assert line.network("999", house.now()) == "30"
    assert line.network("002", house.now()) == "00"
    assert line.ask(fields_of(plastic.sale("1.00", "R4")))["39"] == "91"


def test_cash_with_a_pin(dial, plastic):
    line = dial()

    def cash(pin: str | None, ref: str) -> str:
        block = None if pin is None else plastic.block(pin)
        sale = plastic.sale("1000.00", ref, what="cash", way="atm", shop=MACHINE, pin_block=block)
        return line.ask(fields_of(sale))["39"]

    assert cash(None, "C1") == "55"
    assert cash("0000", "C2") == "55"
    assert cash(PIN, "C3") == "00"
    assert plastic.balance() == ("19000.00", "1000.00")
    broken = plastic.sale("1.00", "C4", what="cash", way="atm", shop=MACHINE, pin_block=bytes(16))
    assert line.ask(fields_of(broken))["39"] == "55"
    assert [cash("0000", f"D{n}") for n in range(3)] == ["55", "75", "75"]
    assert cash(PIN, "E1") == "75"


def test_what_was_paid_abroad_keeps_the_schemes_rate(dial, plastic, house):
    sale = plastic.sale(
        "1300.00", shop=Shop("BOOKS", "LONDON", "GB", "5942"), way="online",
        paid=(799, "GBP"), rate="162.7033", code_result="match",
    )  # fmt: skip
    assert dial().ask(fields_of(sale))["39"] == "00"
    with house.unit() as unit:
        row = unit.one(
            "select rate, paid_amount, paid_currency::text as currency, amount, merchant_country"
            ' from card_transactions order by "timestamp" desc limit 1'
        )
    assert (str(row.rate), row.paid_amount, row.currency, row.amount, row.merchant_country) == (
        "162.7033", 799, "GBP", 130_000, "GB",
    )  # fmt: skip


def test_a_part_of_it(dial, plastic):
    answer = dial().ask(fields_of(plastic.sale("25000.00", partial=True)))
    assert (answer["39"], answer["4"]) == ("10", "000002000000")


def test_without_signing_on_nothing_is_decided(dial, plastic):
    line = dial(signs_on=False)
    assert line.ask(fields_of(plastic.sale("1.00")))["39"] == "91"
    assert plastic.balance() == ("20000.00", "0.00")


def test_who_does_not_know_the_key_hears_nothing(dial, plastic):
    line = dial(signs_on=False, key="another key")
    with pytest.raises(NoAnswer):
        line.ask(fields_of(plastic.sale("1.00")))


def test_a_field_that_cannot_be_meant_is_answered_30(dial, plastic):
    line = dial()
    good = fields_of(plastic.sale("1.00"))
    for changed in (
        {"3": "990000"}, {"22": "991"}, {"49": "392"}, {"14": "2813"}, {"48": "61"},
        {"4": "00000000000A"}, {"10": "00000000"}, {"62": "AB"}, {"18": "ABCD"}, {"6": "1"},
    ):  # fmt: skip
        fields = {**good, **changed}
        if "6" in changed:
            fields |= {"6": "000000000100", "51": "392"}
        assert line.ask(fields)["39"] == "30", changed
    assert line.ask({name: good[name] for name in ("t", "7", "11")})["39"] == "30"
    assert line.ask(good)["39"] == "00"


def test_an_unknown_type_ends_the_connection(dial):
    line = dial()
    with pytest.raises(NoAnswer):
        line.ask({"t": "0999", "11": "000001"})
    assert dial().network("301", AT) == "00"


def test_no_frame_ends_the_switch(dial, port, plastic, house):
    chance = random.Random(8583)
    good = card_iso.encode(fields_of(plastic.sale("1.00", "F1")), KEY)
    for n in range(150):
        raw = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        frames = [
            card_iso.framed(bytes(raw)),
            card_iso.framed(chance.randbytes(chance.randint(1, 300))),
            chance.randbytes(chance.randint(1, 40)),
            card_iso.framed(_resigned(bytes(raw))),
            b"\x00\x00",
            b"\xff\xff",
        ]
        with socket.create_connection(("127.0.0.1", port), timeout=10) as probe:
            probe.sendall(frames[n % len(frames)])
            probe.shutdown(socket.SHUT_WR)
            while probe.recv(4096):
                pass
    assert dial().ask(fields_of(plastic.sale("1.00", "F2")))["39"] == "00"
    assert plastic.balance() == ("19999.00", "1.00")


def _resigned(raw: bytes) -> bytes:
    front = raw[: -card_iso.MAC_BYTES]
    return front + card_iso.mac(KEY, front)


def test_one_question_at_many_lines_is_decided_once(dial, plastic):
    asked = fields_of(plastic.sale("500.00"))
    lines = [dial() for _ in range(6)]
    with ThreadPoolExecutor(len(lines)) as pool:
        answers = list(pool.map(lambda line: line.ask(asked), lines))
    assert {answer["39"] for answer in answers} == {"00"}
    assert len({answer["38"] for answer in answers}) == 1
    assert plastic.balance() == ("19500.00", "500.00")


def test_a_wallet_is_spent_once_however_many_ask(dial, plastic):
    lines = [dial() for _ in range(6)]
    sales = [fields_of(plastic.sale("5000.00", f"S{n}")) for n in range(6)]
    with ThreadPoolExecutor(len(lines)) as pool:
        codes = list(pool.map(lambda one: one[0].ask(one[1])["39"], zip(lines, sales, strict=True)))
    assert sorted(codes) == ["00"] * 4 + ["51"] * 2
    assert plastic.balance() == ("0.00", "20000.00")


def test_a_reversal_and_a_capture_at_once_leave_the_book_whole(dial, plastic, house):
    lines = [dial() for _ in range(4)]
    for n in range(5):
        lines[0].ask(fields_of(plastic.sale("100.00", f"Z{n}")))
        at_once = [
            plastic.sale("0.00", f"Z{n}", kind="reverse"),
            plastic.sale("100.00", f"Z{n}", kind="clear"),
            plastic.sale("40.00", f"Z{n}", kind="clear", what="refund"),
            plastic.sale("50.00", f"Z{n}"),
        ]
        with ThreadPoolExecutor(4) as pool:
            asked = zip(lines, map(fields_of, at_once), strict=True)
            codes = list(pool.map(lambda one: one[0].ask(one[1])["39"], asked))
        assert codes[:3] == ["00"] * 3
    with house.unit() as unit:
        assert book.verify(unit) == []


def test_several_questions_on_one_line_are_all_answered(dial, plastic):
    line = dial()
    sales = [fields_of(plastic.sale("10.00", f"P{n}")) for n in range(24)]
    line.send(b"".join(card_iso.framed(card_iso.encode(one, KEY)) for one in sales))
    answers = [card_iso.decode(line.receive()) for _ in sales]
    assert {one["11"] for one in answers} == {one["11"] for one in sales}
    assert {one["39"] for one in answers} == {"00"}
    assert plastic.balance() == ("19760.00", "240.00")


def test_no_more_connections_than_there_is_room_for(dial, monkeypatch):
    monkeypatch.setattr(card_switch, "MOST_CONNECTIONS", 2)
    first, _ = dial(), dial()
    with pytest.raises(NoAnswer):
        dial(signs_on=False).network("301", AT)
    first.close()


def test_a_frame_that_never_ends_is_given_up(dial, port, monkeypatch):
    monkeypatch.setattr(card_switch, "FRAME_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as probe:
        probe.sendall(b"\x00\x50half")
        assert probe.recv(10) == b""


def test_no_card_number_is_logged(dial, plastic, capsys):
    line = dial()
    line.ask(fields_of(plastic.sale("1.00")))
    line.ask(fields_of(plastic.sale("1.00", "R2")) | {"3": "990000"})
    with pytest.raises(NoAnswer):
        line.ask(fields_of(plastic.sale("1.00")) | {"t": "0999"})
    said = capsys.readouterr()
    assert plastic.pan not in said.out + said.err


class TestPinBlocks:
    KEY = base64.b16decode("00112233445566778899AABBCCDDEEFF")
    PAN = "432198765432109870"

    @pytest.mark.parametrize("pin", ["1234", "123456", "123456789012"])
    def test_what_goes_in_comes_out(self, pin):
        block = card_pin.make_block(self.KEY, pin, self.PAN, salt=bytes(range(8)))
        assert card_pin.open_block(self.KEY, block, self.PAN) == pin

    def test_the_number_of_another_card_opens_nothing(self):
        block = card_pin.make_block(self.KEY, "1234", self.PAN, salt=bytes(range(8)))
        with pytest.raises(card_pin.UnreadablePin):
            card_pin.open_block(self.KEY, block, "4242424242424242")

    def test_the_number_as_iso_9564_has_it(self):
        assert card_pin.pan_field(self.PAN).hex() == "64321987654321098700000000000000"

    def test_a_block_that_cannot_be_read_is_a_wrong_pin(self):
        proof = card_pin.prove(
            pins.Secrets(b"x" * 32), None, key=self.KEY, block=b"short", pan=self.PAN
        )
        assert (proof.kind, proof.ok) == ("pin", False)
