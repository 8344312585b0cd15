"""What fired, drawn: every party once, every way money went, nothing off the page."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.aml.alert_list import Fired
from core.aml.picture import HEIGHT, MOST_PARTIES, OTHERS, RADIUS, WIDTH, graph, strip
from core.money import Money

SUBJECT = UUID(int=1)
PARTIES = [UUID(int=n) for n in range(1, 40)]
BEGAN = datetime(2026, 3, 4, 9, tzinfo=UTC)


def fired(payer, payee, minor, currency="KES", minutes=0, *, posted=True):
    def side(party):
        return (party, "wallet") if isinstance(party, UUID) else (None, party)

    (a, a_kind), (b, b_kind) = side(payer), side(payee)
    return Fired(
        transaction=UUID(int=7),
        type="transfer",
        at=BEGAN + timedelta(minutes=minutes) if posted else None,
        payer=a,
        payee=b,
        payer_kind=a_kind,
        payee_kind=b_kind,
        amount=Money(minor, currency) if posted else None,
    )


parties = st.sampled_from([*PARTIES, "cash", "nostro_mobile"])
rows = st.lists(
    st.builds(
        fired,
        parties,
        parties,
        st.integers(1, 10**9),
        st.sampled_from(["KES", "USD"]),
        st.integers(0, 10**5),
        posted=st.booleans(),
    ),
    max_size=60,
)


@given(rows)
def test_all_money_is_drawn_once_and_on_the_page(made):
    drawn = graph(made, SUBJECT)
    known = [one for one in made if one.amount]
    ways = [one for one in known if (one.payer or one.payer_kind) != (one.payee or one.payee_kind)]
    assert len(drawn.nodes) <= MOST_PARTIES + 1
    assert len({(one.id, one.kind) for one in drawn.nodes}) == len(drawn.nodes)
    assert [one.is_subject for one in drawn.nodes].count(True) == 1
    among = sum(edge.amount.minor for edge in drawn.edges)
    assert among <= sum(one.amount.minor for one in ways)
    if OTHERS not in {one.kind for one in drawn.nodes}:
        assert among == sum(one.amount.minor for one in ways)
        assert sum(edge.many for edge in drawn.edges) == len(ways)
    for one in drawn.nodes:
        assert RADIUS <= one.x <= WIDTH - RADIUS and RADIUS <= one.y <= HEIGHT - RADIUS


@given(rows)
def test_the_strip_of_time_goes_from_left_to_right(made):
    bars = strip(made, SUBJECT)
    assert len(bars) == len([one for one in made if one.amount])
    assert all(20 <= bar.x <= WIDTH - 20 and bar.height > 0 for bar in bars)
    for bar in bars:
        for other in bars:
            assert (bar.at <= other.at) or bar.x >= other.x


def test_a_cycle_is_three_ways_between_three():
    a, b, c = PARTIES[:3]
    drawn = graph([fired(a, b, 700), fired(b, c, 690), fired(c, a, 680)], SUBJECT)
    assert [one.amount.minor for one in drawn.edges] == [700, 690, 680]
    assert len(drawn.nodes) == 3


@given(st.integers(3, 8))
def test_a_round_runs_through_nobody(many):
    around = PARTIES[:many]
    drawn = graph(
        [fired(a, b, 500) for a, b in zip(around, [*around[1:], SUBJECT], strict=True)], SUBJECT
    )
    assert len(drawn.edges) == len(drawn.nodes) == many
    for edge in drawn.edges:
        start, end = complex(edge.x1, edge.y1), complex(edge.x2, edge.y2)
        for n in range(1, 20):
            at = start + (end - start) * n / 20
            near = [one for one in drawn.nodes if abs(complex(one.x, one.y) - at) < RADIUS]
            assert not near
