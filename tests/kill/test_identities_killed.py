"""A process dies over a document: a picture is kept once, and a decision is whole or never was."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from bot.simulator.twin import verification
from core.crm import media
from core.kyc import history, pages, requests
from core.kyc.tiers import Tier
from core.store.outbox import register_senders
from tests.core.kyc import showing
from tests.core.partners.serving import served
from tests.core.people import someone
from tests.support import crashes, unsealed, without_redis
from tests.support.crashes import KILLED
from tests.support.desk import hired
from tests.support.outbox_rows import ALL

KEY = "between the two"
FACTS = {"verification_key": KEY}


def photo():
    made = io.BytesIO()
    Image.effect_noise((640, 400), 60).convert("RGB").save(made, format="JPEG")
    return made.getvalue()


@pytest.fixture
def world():
    """The firm, on a port of its own."""
    with served("verification", verification.make, **FACTS) as found:
        yield found


@pytest.fixture
def house(servers, clean_database, clock, pepper, tmp_path, world):
    """A house that knows the firm."""
    with without_redis.opened(
        servers, clean_database, clock, data_dir=tmp_path, pepper=pepper,
        verification_base=world.base, **FACTS,
    ) as built:  # fmt: skip
        yield built


@pytest.fixture
def amina(house):
    with house.unit() as unit:
        register_senders(unit, ALL)
        return someone(unit, tier=Tier.REGISTERED, kyc_status="Pending")


@pytest.fixture
def request_(house, amina):
    with house.unit() as unit:
        return showing.asks(unit, amina)


def stands(house, amina, request):
    with house.unit() as unit:
        told = [row.payload.get("alert") for row in unsealed.outbox(unit)]
        return (
            showing.standing(unit, amina),
            set(showing.statuses(unit, request).values()),
            told.count("kyc_approved"),
        )


def test_a_picture_is_kept_once(house, amina, request_, clock):
    with house.unit() as unit:
        document, piece = requests.missing(unit, request_)[0]
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
        file = media.expect(
            unit, message_id=message, provider="twilio", url="u", content_type="image/jpeg"
        )
        path = house.files("media").write(file, photo())
        media.keep(unit, file, path=path, size=9, content_type="image/jpeg")
        pages.expect(unit, document, piece, media=file)
    work = (house.settings, "take in pictures")
    assert crashes.exit_code(*work, now=clock.now, at="kyc.picture_written") == KILLED
    files = house.files(pages.FOLDER)
    assert len(list(files.ids())) == 1
    with house.unit() as unit:
        assert pages.of_documents(unit, [document])[0].status == "waiting"
    for _ in range(2):
        crashes.do(house, "take in pictures")
    with house.unit() as unit:
        (kept,) = pages.of_documents(unit, [document])
        assert kept.status == "kept" and pages.known(unit, [kept.id]) == {kept.id}
    assert list(files.ids()) == [kept.id]


@pytest.fixture
def shown(house, request_):
    """All pictures are there, and the check is owed."""
    with house.unit() as unit:
        for document, piece in requests.missing(unit, request_):
            page = unit.new_id()
            house.files(pages.FOLDER).write(page, photo())
            assert pages.plant(unit, page, document, piece, showing.PICTURE)
        showing.checks.begin_due(unit, request_)
    return request_


@pytest.mark.parametrize(
    "at", ["order.before_asking", "order.answered", "order.noted", "kyc.judged"]
)
def test_whenever_it_dies_a_check_is_made_once_and_ends_whole(
    house, amina, shown, clock, world, at
):
    def pass_by(span):
        clock.now += span
        world.clock.now = clock.now

    world.clock.now = clock.now
    if at == "kyc.judged":
        crashes.do(house, "ask partners", "verification")
        pass_by(timedelta(seconds=30))
    work = (house.settings, "ask partners", "verification")
    assert crashes.exit_code(*work, now=clock.now, at=at) == KILLED
    assert stands(house, amina, shown) == ((1, "Pending"), {"checking"}, 0)
    for _ in range(6):
        pass_by(timedelta(minutes=2))
        crashes.do(house, "return orders")
        crashes.do(house, "ask partners", "verification")
    assert stands(house, amina, shown) == ((2, "Verified"), {"approved"}, 1)
    with house.unit() as unit:
        assert unit.value("select count(*) from partner_orders") == 1


def test_a_persons_decision_is_whole_or_never_was(house, amina, shown, clock):
    with house.unit() as unit:
        showing.firm_says(unit, name="Somebody Else")
        officer = hired(unit, "compliance")
        card, face = (showing.of(unit, shown, one).id for one in ("national_id", "selfie"))
    crashes.do(house, "approve document", officer, card)
    work = (house.settings, "approve document", officer, face)
    assert crashes.exit_code(*work, now=clock.now, at="kyc.decided") == KILLED
    assert stands(house, amina, shown) == ((1, "Pending"), {"approved", "unclear"}, 0)
    crashes.do(house, "approve document", officer, face)
    assert stands(house, amina, shown) == ((2, "Verified"), {"approved"}, 1)
    with house.unit() as unit:
        told = history.events(unit, [face])[face]
    assert [one.became for one in told] == [
        "received", "checking", "unclear", "review", "approved",
    ]  # fmt: skip
