"""The home page of the desk: what its tiles count, for whom, and where they lead."""

import re
from html import unescape

import pytest

from tests.support import operations


@pytest.fixture
def morning(house):
    with house.unit() as unit:
        return operations.tell(unit)


def tiles(desk) -> dict[str, tuple[str, int]]:
    """Return what the tiles of the home page lead to and count, by what they are called."""
    found = re.findall(
        r'class="tile[^"]*" href="([^"]+)"><span class="soft">([^<]+)</span><strong>(\d+)',
        desk.get("/desk").text,
    )
    return {name: (unescape(href), int(many)) for href, name, many in found}


def test_the_home_page_counts_what_operations_have_to_look_into(somebody, house, morning):
    with house.unit() as unit:
        stuck = unit.run(
            "update partner_orders set stuck_at = %(now)s where finished_at is null", now=unit.now
        )
        open_breaks = unit.value("select count(*) from recon_breaks where status = 'open'")
    desk = somebody("operations")
    shown = tiles(desk)
    assert shown["Stuck at partners"] == ("/desk/operations/orders?tab=stuck", stuck)
    assert shown["Open breaks"] == ("/desk/operations/breaks", open_breaks)
    assert shown["Parked payments"] == ("/desk/operations/receipts", 1)
    assert stuck and open_breaks
    assert all(desk.get(href).status_code == 200 for href, _ in shown.values())
    assert 'data-topic="queue approvals orders breaks receipts"' in desk.get("/desk").text
    for role, sees in (("supervisor", True), ("auditor", True), ("agent", False)):
        assert ("Open breaks" in tiles(somebody(role))) is sees, role
