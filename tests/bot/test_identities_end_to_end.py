"""Somebody shows who they are: from the chat over the worker and the firm's wire to the tier.

The firm is its twin behind its own HTTP, the pictures are pictures, and calls come to the webhook's
door; only time is the test's. Faults befall the wire, and every time the end is the same.
"""

import io
import re
from dataclasses import dataclass, replace
from types import SimpleNamespace

import httpx
import pytest
from flask import Flask
from PIL import Image

from bot import payments
from bot.house import House
from bot.simulator.twin import verification as twin
from bot.simulator.twin.partners import _troubled
from bot.simulator.twin.stand import Stand
from channels.message import Media
from core.crm import media
from core.demo.people import GRACE
from core.kyc import documents, pages
from core.partners.mishaps import Mishaps, Plan
from core.partners.verification import Verification
from tests.support import unsealed
from tests.support.town import Phone
from worker import kyc, partner_orders

KEY = "between the two"
EXIF = b"taken at home"
# A customer of the demo whom nobody has asked for documents yet.
WHO, BORN = "+254712000105", "18/01/1966"


def photo() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = EXIF.decode()
    made = io.BytesIO()
    Image.effect_noise((640, 400), 60).convert("RGB").save(made, format="JPEG", exif=exif)
    return made.getvalue()


class Post:
    """The twin's calls to the bank, until somebody delivers them."""

    def __init__(self) -> None:
        self.letters = []

    def send(self, errand, *, after):
        self.letters.append(errand.letter)


@dataclass
class Town:
    """A house with a verification firm, and the door the firm calls at."""

    house: House
    stand: Stand
    post: Post
    phone: Phone

    def show(self, content: bytes | None = None) -> str:
        """Send a picture, and have it fetched and taken in."""
        file = Media("https://example.com/picture", "image/jpeg")
        said = self.phone._deliver(replace(self.phone._inbound(""), media=(file,)))
        self.arrive(photo() if content is None else content)
        return said

    def arrive(self, content: bytes) -> None:
        with self.house.unit() as unit:
            for one in media.due(unit):
                path = self.house.files("media").write(one, content)
                media.keep(unit, one, path=path, size=len(content), content_type="image/jpeg")
        kyc.take_in(self.house)

    def ask(self, seconds: float = 60) -> None:
        """Let time pass, and do what the scheduler does about orders."""
        self.house.clock.pass_(seconds=seconds)
        partner_orders.work(self.house, "verification")

    def deliver(self) -> set[int]:
        """Deliver the firm's calls by the webhook's door."""
        app = Flask("door")
        app.extensions["house"] = self.house
        app.register_blueprint(payments.payments)
        door = app.test_client()
        return {
            door.post(
                "/webhooks/payments/verification", data=one.body, headers=dict(one.headers)
            ).status_code
            for one in self.post.letters
        }

    def standing(self) -> tuple[int, str]:
        with self.house.unit() as unit:
            at = self.phone.address
            row = unit.one(
                "select c.tier, c.kyc_status from customers c join addresses a"
                " on a.customer_id = c.id where a.channel = 'whatsapp' and a.address = %(a)s",
                a=unit.keys.token(at, kind="address"),
            )
        return tuple(row)

    def told(self) -> list[str]:
        with self.house.unit() as unit:
            found = [row.payload.get("alert", "") for row in unsealed.outbox(unit)]
        return [one for one in found if one.startswith("kyc")]

    def mine(self) -> dict[str, str]:
        with self.house.unit() as unit:
            found = unit.all(
                "select d.type, d.status from kyc_documents d join kyc_requests r"
                " on r.id = d.request_id where r.channel = 'whatsapp'"
                " and r.created_at >= %(today)s order by d.created_at",
                today=self.house.clock.now.replace(hour=9, minute=30),
            )
        return {row.type: row.status for row in found}


@pytest.fixture
def town(house, clock, phone) -> Town:
    settings = SimpleNamespace(
        verification_key=KEY, payments_webhook_secret="hush", public_base_url="http://bank.test"
    )
    post = Post()
    stand = Stand("verification", settings, Mishaps("7"), post, clock, lambda: "0" * 32)
    app = Flask("twin")
    app.register_blueprint(_troubled(twin.make(stand), stand.mishaps))
    firm = Verification(
        "http://twin/verification", key=KEY, open_page=house.files(pages.FOLDER).read,
        transport=httpx.WSGITransport(app=app),
    )  # fmt: skip
    return Town(
        replace(house, partners={"verification": firm}), stand, post, phone("whatsapp", WHO)
    )


def declare(town: Town, number: str = "23456789") -> str:
    for said in ("verify", "Begin", "National ID", number, BORN):
        town.phone.say(said)
    return town.phone.say("Yes")


def show_all(town: Town) -> str:
    town.show()
    town.show()
    return town.show()


def test_somebody_shows_who_they_are_and_is_raised(town):
    assert town.standing() == (1, "Pending")
    assert "FRONT" in declare(town)
    assert "BACK" in town.show()
    assert "face" in town.show()
    assert "that's all" in town.show()
    assert set(town.mine().values()) == {"checking"}
    town.ask()
    town.ask()
    assert town.standing() == (2, "Verified")
    assert town.told() == ["kyc_approved"]


def test_of_a_picture_nothing_is_kept_but_what_is_seen(town):
    declare(town)
    town.show()
    assert list(town.house.files("media").ids())  # until the job that deletes has come by
    with town.house.unit() as unit:
        (kept,) = unit.all("select id from kyc_pages where source = 'whatsapp'")
        assert unit.value("select state from media where path is not null") == "leaving"
    content = town.house.files(pages.FOLDER).read(kept.id)
    assert content.startswith(b"\xff\xd8\xff") and EXIF not in content
    assert EXIF not in town.house.files(pages.FOLDER).path(kept.id).read_bytes()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"MZ a program that says it is a picture", "not_a_picture"),
        (b"\xff\xd8\xff" + bytes(13 * 1024 * 1024), "too_large"),
        (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "not_a_picture"),
    ],
)
def test_a_file_that_cannot_be_used_is_asked_for_again(town, content, reason):
    declare(town)
    town.show(content)
    with town.house.unit() as unit:
        assert unit.value("select reason_code from kyc_pages where source = 'whatsapp'") == reason
        (said,) = [
            row.payload for row in unsealed.outbox(unit) if row.payload.get("alert") == "kyc_again"
        ]
    assert said["facts"]["reason"] == reason
    assert re.fullmatch(r"\w{4}-\w{4}", said["facts"]["code"])
    assert "FRONT" in town.phone.say("menu") + town.phone.say("verify")
    assert set(town.mine().values()) == {"received"}


def test_a_picture_that_never_comes_is_asked_for_again(town):
    declare(town)
    file = Media("https://example.com/picture", "image/jpeg")
    town.phone._deliver(replace(town.phone._inbound(""), media=(file,)))
    assert kyc.take_in(town.house) == 0
    town.house.clock.pass_(hours=3)
    assert kyc.take_in(town.house) == 1
    assert town.told() == ["kyc_again"]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(lost_answers=0.5),
        Plan(lost_calls=0.5, lost_answers=0.2),
        Plan(lying_callbacks=1.0, doubled_callbacks=1.0),
        Plan(lost_callbacks=1.0),
        Plan(late_callbacks=60.0, doubled_callbacks=0.5, lying_callbacks=0.5),
    ],
)
def test_whatever_befalls_the_wire_the_end_is_the_same(town, plan):
    town.stand.mishaps.plan = plan
    declare(town)
    show_all(town)
    for _ in range(12):
        town.ask(seconds=120)
        assert town.deliver() <= {200}
    town.stand.mishaps.plan = Plan()
    for _ in range(4):
        town.ask(seconds=3600)
    assert town.standing() == (2, "Verified")
    assert town.told() == ["kyc_approved"]
    assert town.mine() == {"national_id": "approved", "selfie": "approved"}


def test_a_call_that_is_not_the_firms_changes_nothing(town):
    declare(town)
    show_all(town)
    town.ask(seconds=0)
    town.post.letters = [
        replace(one, headers={**one.headers, "X-Signature": "0" * 64}) for one in town.post.letters
    ]
    assert town.deliver() == {403}
    assert set(town.mine().values()) == {"checking"}


@pytest.mark.parametrize("ends", ["406", "407", "403", "401", "404"])
def test_doubts_are_for_a_person(town, ends):
    declare(town, number=f"23456{ends}")
    show_all(town)
    town.ask()
    town.ask()
    assert set(town.mine().values()) == {"unclear"}
    assert town.standing() == (1, "Pending") and town.told() == []


def test_the_firm_may_ask_for_a_better_picture(town):
    declare(town, number="23456423")
    show_all(town)
    town.ask()
    town.ask()
    assert town.told() == ["kyc_again"]
    with town.house.unit() as unit:
        statuses = [row.status for row in unit.all("select status from kyc_documents")]
    assert statuses.count("asked_again") == 1


def test_grace_of_the_demo_waits(house, phone):
    assert "checking it" in phone("whatsapp", GRACE.phone).say("verify")
    with house.unit() as unit:
        grace = unit.value("select user_id from kyc_documents where status = 'unclear' limit 1")
        assert len(documents.of_customer(unit, grace)) == 2
