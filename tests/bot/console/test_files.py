"""Pictures that customers send: shown at the desk from their sealed file, and each look noted."""

import re
from dataclasses import replace

import pytest

from channels.message import Media
from core.access import audit
from core.access.actors import SYSTEM
from core.crm import media

PNG = b"\x89PNG\r\n\x1a\n and so on"
AMINA = "+254712000001"


@pytest.fixture
def sent(house, phone, somebody):
    """Have Amina report something with a file of a type; return an agent's desk and the case."""

    def send(content_type: str = "image/png"):
        amina = phone("whatsapp", AMINA)
        for said in ("report", "Something else", "The receipt is wrong"):
            amina.say(said)
        file = Media("https://example.com/receipt", content_type)
        told = amina._deliver(replace(amina._inbound(""), media=(file,)))
        desk = somebody("supervisor")
        return desk, desk.post("/desk/find", words=re.search(r"C-[\d-]+\d", told)[0]).location

    return send


def arrives(house, content_type: str) -> None:
    """Fetch what waits, as the worker does."""
    with house.unit() as unit:
        [file] = media.due(unit)
        path = house.files("media").write(file, PNG)
        media.keep(unit, file, path=path, size=len(PNG), content_type=content_type)


def link(page: str) -> str:
    return re.search(r'href="(/desk/cases/[^"]+/files/[^"]+)"', page)[1]


def test_a_picture_is_shown_once_it_is_here(sent, house):
    desk, case = sent()
    assert "Picture: on its way" in desk.get(case).text
    arrives(house, "image/png")
    path = link(desk.get(case).text)
    answer = desk.get(path)
    assert (answer.data, answer.mimetype) == (PNG, "image/png")
    assert "inline" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with house.unit() as unit:
        [seen] = audit.page(unit, SYSTEM, action="case.file_seen", limit=9)
    assert seen.subject_id == case.rsplit("/", 1)[1]


def test_what_a_browser_might_run_is_downloaded(sent, house):
    desk, case = sent("text/html")
    arrives(house, "text/html")
    answer = desk.get(link(desk.get(case).text))
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_file_that_is_not_there_is_said_to_be_missing(sent, house):
    desk, case = sent()
    arrives(house, "image/png")
    path = link(desk.get(case).text)
    with house.unit() as unit:
        kept = unit.value("select id from media where state = 'kept' order by created_at desc")
    house.files("media").remove(kept)
    missing = desk.get(path)
    assert (missing.status_code, "has not arrived" in missing.text) == (404, True)


def test_a_file_of_another_case_is_not_shown_under_this_one(sent, house, somebody):
    desk, case = sent()
    arrives(house, "image/png")
    path = link(desk.get(case).text)
    other = desk.first_case("mine")
    assert desk.get(other + "/files/" + path.rsplit("/", 1)[1]).status_code == 404
