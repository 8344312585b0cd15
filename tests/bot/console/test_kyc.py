"""Identities at the desk: a queue, a document beside what was declared, decisions, and uploads."""

import io
import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PIL import Image

from bot.database import DEMO_PICTURE
from bot.house import UI_DESK
from core.access import approvals, audit
from core.access.actors import SYSTEM
from core.access.audit import Customer
from core.demo import identities
from core.kyc import documents, pages, requests
from core.kyc.declared import Declared
from core.kyc_review import raising
from tests.bot.console.conftest import ORIGIN
from tests.support.desk import acting

QUEUE = "/desk/compliance/kyc"
NIN = identities.NIN


@pytest.fixture
def drawn(house):
    """The demo's pictures on the disk."""
    with house.unit() as unit:
        identities.draw(unit, house.files(pages.FOLDER), DEMO_PICTURE.read_bytes())


def first(desk, view="waiting", word="National ID"):
    """Return the path of the first document of a list with that word."""
    page = desk.get(f"{QUEUE}?view={view}").text
    found = re.search(rf'href="({QUEUE}/[0-9a-f-]{{36}})">{word}', page)
    assert found is not None
    return found[1]


def noted(house, action):
    with house.unit() as unit:
        return audit.page(unit, SYSTEM, action=action, limit=9)


def topics(house):
    found = {fields[b"topic"].decode() for _, fields in house.redis.xrange(UI_DESK)}
    house.redis.delete(UI_DESK)
    return found


def status(house, path):
    with house.unit() as unit:
        return documents.find(unit, UUID(path.rsplit("/", 1)[1])).status


def test_what_waits_is_listed_without_what_stands_on_it(somebody, house):
    desk = somebody("compliance")
    page = desk.get(QUEUE).text
    assert "G***e A***g" in page and "The name is close, not the same." in page
    assert NIN not in page and "Atieno" not in page
    assert "No picture is awaited" in desk.get(f"{QUEUE}?view=awaited").text
    assert "You look at none." in desk.get(f"{QUEUE}?view=mine").text
    assert "expired" in desk.get(f"{QUEUE}?view=decided").text
    assert len(noted(house, "kyc.listed")) == 4


def test_only_who_looks_at_a_document_sees_it(somebody, house, drawn):
    desk = somebody("compliance")
    path = first(desk)
    page = desk.get(path).text
    assert NIN not in page and "kyc/pictures" not in page and "Take it" in page
    assert "done=kyc_taken" in desk.post(f"{path}/take").location
    page = desk.get(path).text
    assert page.count(NIN) == 2 and "ACHIENG, Grace Atieno" in page and "close" in page
    assert "97 %" in page
    shots = re.findall(r'src="(/desk/compliance/kyc/pictures/[0-9a-f-]{36})"', page)
    assert len(shots) == 2
    answer = desk.get(shots[0])
    assert (answer.status_code, answer.data) == (200, DEMO_PICTURE.read_bytes())
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    [seen] = noted(house, "kyc.picture_seen")
    assert (seen.reason, seen.fields) == ("review", ("national_id", "front"))
    assert desk.get(f"{QUEUE}/pictures/{uuid4()}").status_code == 404


def test_a_document_of_a_colleague_is_taken_over_first(somebody, house, drawn):
    desk = somebody("compliance")
    path = first(desk)
    with house.unit() as unit:
        other = unit.value("select id from staff where role = 'supervisor'")
        found = documents.find(unit, UUID(path.rsplit("/", 1)[1]))
        documents.move(unit, found, "review", by=type("Other", (), {"kind": "staff", "id": other}))
        shot = pages.of_documents(unit, [found.id])[0].id
    page = desk.get(path).text
    assert "Take it over" in page and NIN not in page
    assert desk.get(f"{QUEUE}/pictures/{shot}").status_code == 404
    refused = desk.post(f"{path}/approve", reason="fine")
    assert refused.status_code == 409 and "Take it over first" in refused.text
    desk.post(f"{path}/take")
    assert NIN in desk.get(path).text


def test_it_is_approved_with_a_reason_and_the_customer_raised(somebody, house):
    desk = somebody("compliance")
    path, face = first(desk), first(desk, word="Face")
    topics(house)
    assert desk.post(f"{path}/approve").status_code == 422  # a machine had doubts
    assert desk.post(f"{path}/approve", reason="ok", until="never").status_code == 400
    done = desk.post(f"{path}/approve", reason="Her third name", until="2034-05-31")
    assert "done=kyc_approved" in done.location and topics(house) >= {"kyc"}
    assert "done=kyc_raised" in desk.post(f"{face}/approve", reason="It is her").location
    with house.unit() as unit:
        row = unit.one("select tier, kyc_status from customers where country = 'UG' limit 1")
    assert tuple(row) == (2, "Verified")
    assert [entry.reason for entry in noted(house, "kyc.approved")] == [
        "It is her", "Her third name",
    ]  # fmt: skip
    assert "Nothing" not in desk.get(path).text and status(house, path) == "approved"


def test_it_is_rejected_or_asked_for_again_by_a_reason_that_is_picked(somebody, house):
    desk = somebody("compliance")
    path = first(desk)
    assert desk.post(f"{path}/reject", reason="no").status_code in {409, 422}
    assert "done=kyc_again" in desk.post(f"{path}/again", code="unreadable").location
    assert status(house, path) == "asked_again"
    face = first(desk, word="Face")
    rejected = desk.post(f"{face}/reject", code="face_differs", reason="Another person")
    assert "done=kyc_rejected" in rejected.location
    assert "The face differs." in desk.get(face).text
    assert "Somebody was faster" in desk.post(f"{face}/take").text


def test_what_is_decided_is_shown_once_more_for_a_reason(somebody, house, drawn):
    desk = somebody("compliance")
    path = first(desk, view="decided")
    assert "data:image" not in desk.get(path).text
    assert desk.post(f"{path}/pictures", reason="").status_code == 422
    page = desk.post(f"{path}/pictures", reason="The police ask").text
    assert page.count('src="data:image/png;base64,') == 2
    assert "data:image" not in desk.get(path).text
    [seen] = noted(house, "kyc.picture_seen")
    assert seen.reason == "The police ask"


@pytest.fixture
def begun(house):
    """A request of Amina's that waits for a passport and her face."""
    with house.unit() as unit:
        amina = unit.value("select id from customers order by created_at, id limit 1")
        given = Declared(kind="passport", country="KE", name="Amina Otieno", number="AK0123456")
        return requests.ask(
            unit, customer=amina, tier=2, given=given, channel="ussd", by=Customer(amina)
        )


def jpeg():
    made = io.BytesIO()
    Image.effect_noise((640, 400), 60).convert("RGB").save(made, format="JPEG")
    return made.getvalue()


def send(desk, path, content, name="card.jpg"):
    form = {"csrf": desk.csrf(), "file": (io.BytesIO(content), name)}
    return desk.http.post(path, data=form, headers=ORIGIN, content_type="multipart/form-data")


def test_an_agent_takes_in_what_a_customer_brings(somebody, house, begun, settings):
    desk = somebody("agent")
    assert "Take in documents" in desk.get("/desk/customers").text
    assert "no request with that code" in desk.post("/desk/kyc", code="0000-0000").text.lower()
    path = desk.post("/desk/kyc", code=f" {begun.spelt.lower()}").location
    page = desk.get(path).text
    assert "A***a O***o" in page and "AK0123456" not in page
    assert "Passport, page with the portrait" in page and "Photo of the face" in page
    assert "done=kyc_uploaded" in send(desk, f"{path}/passport.front", jpeg()).location
    assert "Passport, page" not in desk.get(path).text
    assert send(desk, f"{path}/passport.front", jpeg()).status_code == 409
    assert send(desk, f"{path}/passport.back", jpeg()).status_code == 404
    send(desk, f"{path}/selfie.front", jpeg())
    assert "All pictures are here" in desk.get(path).text
    with house.unit() as unit:
        found = documents.of_request(unit, begun.id)
        kept = pages.of_documents(unit, [one.id for one in found])
    assert {one.status for one in found} == {"checking"}
    files = house.files(pages.FOLDER)
    assert sorted(files.ids()) == sorted(one.id for one in kept)
    for one in kept:
        assert files.read(one.id).startswith(b"\xff\xd8\xff")
        assert not Path(files.path(one.id)).read_bytes().startswith(b"\xff\xd8\xff")
    assert len(noted(house, "kyc.uploaded")) == 2
    assert len(noted(house, "kyc.request_found")) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MZ a program", "no JPEG, PNG or PDF"),
        (b"%PDF-1.7 nothing", "no JPEG, PNG or PDF"),
        (b"\xff\xd8\xff" + bytes(13 * 1024 * 1024 - 3), ""),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(somebody, house, begun, content, said):
    desk = somebody("agent")
    answer = send(desk, f"/desk/kyc/{begun.id}/passport.front", content)
    assert answer.status_code in {413, 422} and said in answer.text
    assert list(house.files(pages.FOLDER).ids()) == []


def test_a_file_alone_may_be_large_and_only_there(somebody, begun):
    desk = somebody("agent")
    large = jpeg() + bytes(2 * 1024 * 1024)
    assert send(desk, f"/desk/kyc/{begun.id}/passport.front", large).status_code == 303
    assert send(desk, "/desk/kyc", large).status_code == 413
    missing = desk.post(f"/desk/kyc/{begun.id}/selfie.front")
    assert missing.status_code == 422


def test_who_uploads_sees_no_document(somebody, begun):
    for role in ("agent", "supervisor"):
        desk = somebody(role)
        assert desk.get(QUEUE).status_code == 403
        assert desk.get(f"/desk/kyc/{begun.id}").status_code == 200
    assert somebody("operations").get("/desk/kyc").status_code == 403


@pytest.fixture
def third(house, drawn):
    """A third tier that a colleague has asked for."""
    with house.unit() as unit:
        officer = unit.value("select id from staff where role = 'compliance' order by id limit 1")
        row = unit.one(
            "select user_id, request_id from kyc_documents where status = 'approved'"
            " and type = 'national_id' order by created_at, doc_id limit 1"
        )
        return approvals.request(
            unit, acting(unit, officer, "compliance"), raising.KIND, customer=row.user_id,
            facts={"tier": "3", "request": str(row.request_id)}, reason="both fit",
        )  # fmt: skip


def test_the_second_person_sees_what_a_tier_is_asked_for_with(somebody, house, third):
    desk = somebody("supervisor")
    page = desk.get(f"/desk/approvals/{third.id}").text
    assert "Third tier for a customer" in page and third.facts["request"] not in page
    path = re.search(r'href="(/desk/kyc/tier/[0-9a-f-]{36})"', page)[1]
    assert "data:image" not in desk.get(path).text
    assert desk.post(path, reason="").status_code == 422
    shown = desk.post(path, reason="To decide about it").text
    assert shown.count('src="data:image/png;base64,') == 3
    assert "data:image" not in desk.get(path).text
    assert {entry.reason for entry in noted(house, "kyc.picture_seen")} == {"To decide about it"}
    assert desk.get(f"/desk/kyc/tier/{uuid4()}").status_code == 404
    assert somebody("agent").get(path).status_code == 403
