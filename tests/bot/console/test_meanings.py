"""Words that were not understood: read by supervisors, judged, put back."""

import re

import pytest

from core.crm import candidates

PAGE = "/desk/team/meanings"


@pytest.fixture
def noted(house):
    """Words that nobody has said the meaning of, and some that a customer did."""
    with house.unit() as unit:
        facts = {"language": "en", "guessed": ("fees", "fx_rate")}
        lost = candidates.note(
            unit, "how much is my paper", chosen=None, source="fallback", **facts
        )
        picked = candidates.note(
            unit, "my plastic", chosen="card_status", source="clarify", **facts
        )
    return lost, picked


def row(page: str, words: str) -> str:
    return re.search(rf"<strong>{words}</strong>.*?</li>", page, re.S)[0]


def test_words_are_learnt_left_out_and_put_back(somebody, noted):
    lead, (lost, picked) = somebody("supervisor"), noted
    page = lead.get(PAGE).text
    assert "taken for Fees, Exchange rate" in row(page, "how much is my paper")
    assert '"card_status" selected' in row(page, "my plastic")
    kept = lead.post(f"{PAGE}/{picked}", state="accepted", meant="card_request", shown="new")
    assert (kept.status_code, "state=new" in kept.location) == (303, True)
    assert "New card" in row(lead.get(f"{PAGE}?state=accepted").text, "my plastic")
    assert lead.post(f"{PAGE}/{lost}", state="rejected", shown="new").status_code == 303
    assert "my paper" not in lead.get(PAGE).text
    assert lead.post(f"{PAGE}/{lost}", state="new", shown="rejected").status_code == 303
    assert "my paper" in lead.get(PAGE).text


def test_nothing_is_learnt_without_a_meaning(somebody, noted):
    lead, (lost, _) = somebody("supervisor"), noted
    refused = lead.post(f"{PAGE}/{lost}", state="accepted", shown="new")
    assert (refused.status_code, "Say what the words mean" in refused.text) == (422, True)
    for wrong in ({"meant": "weather"}, {"state": "perhaps"}, {"shown": "?"}):
        form = {"state": "accepted", "shown": "new"} | wrong
        assert lead.post(f"{PAGE}/{lost}", **form).status_code == 400


def test_the_list_goes_on_on_another_page(somebody, house):
    with house.unit() as unit:
        for n in range(52):
            words = "odd " + "x" * (n + 1)
            candidates.note(unit, words, language="en", guessed=(), chosen=None, source="fallback")
    lead = somebody("supervisor")
    first = lead.get(PAGE).text
    after = re.search(r'href="([^"]+after=[^"]+)"', first)[1].replace("&amp;", "&")
    assert (first.count("data-row"), lead.get(after).text.count("data-row")) == (50, 2)


def test_what_is_learnt_is_judged_by_supervisors_alone(somebody, noted):
    for role in ("agent", "compliance", "auditor"):
        assert somebody(role).get(PAGE).status_code == 403
