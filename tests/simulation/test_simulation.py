"""Seeded days of a town: whatever befalls calls and processes, no cent is unexplained.

Each run prints its seed, its speed and its digest. One seed gives one run, byte for byte.
"""

import logging
from collections import Counter
from datetime import timedelta
from time import perf_counter, process_time

import pytest
import structlog

from tests.simulation import bank, quiet
from tests.simulation.clock import Clock, Ids
from tests.simulation.run import Run, Scale

SEED = "spring 514"
"""Of this one's first payments, each kind of trouble at another bank befalls at least one."""
SMALL = Scale(payments=150, customers=12, together=15, every=timedelta(hours=7))
SMALLEST = Scale(payments=24, customers=4, together=8, every=timedelta(hours=9))
LONG = {
    many: Scale(payments=many, customers=many // 50, together=100, every=timedelta(minutes=20))
    for many in (1_000, 5_000, 50_000)
}
HAPPENS = {
    "settled pesalink", "settled rtgs", "settled eft", "settled papss", "settled mpesa", "failed",
    "paid", "not paid", "parked", "done", "given back", "on its way",
    "returned",
}  # fmt: skip
"""What becomes of some payment in the default run."""


@pytest.fixture
def _no_log():
    """Log nothing: a long run's log is larger than its books."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture
def simulate(_no_log, servers, worker_name, redis_url, tmp_path):
    """Live through a town's days from a seed, prove the books, and return digest and outcomes."""

    def run(seed: str, scale: Scale) -> tuple[str, Counter[str]]:
        print(f"\nseed {seed!r}: {scale}")
        clock = Clock()
        with bank.opened(
            servers,
            database=f"town_{worker_name}",
            redis_url=redis_url,
            folder=tmp_path,
            clock=clock,
            ids=Ids(seed, clock),
        ) as house:
            began, cpu = perf_counter(), process_time()
            one = Run(house, seed=seed, scale=scale, clock=clock)
            one.live()
            took, cpu = perf_counter() - began, process_time() - cpu
            model = quiet.prove(one)
        outcomes = Counter(model.outcomes.values())
        print(
            f"{scale.payments} payments in {took:.1f} s"
            f" ({scale.payments / took:.1f}/s, {cpu:.1f} s of CPU in this process),"
            f" {one.record.events} events, digest {one.record.digest}"
        )
        print(dict(sorted(outcomes.items())), dict(one.record.seen))
        return one.record.digest, outcomes

    return run


def test_no_cent_is_unexplained_when_everything_has_come_to_rest(simulate):
    _, outcomes = simulate(SEED, SMALL)
    seen = outcomes.keys() | {outcome.partition(" ")[0] for outcome in outcomes}
    assert seen >= HAPPENS


def test_a_seed_is_one_run_byte_for_byte(simulate):
    first, _ = simulate("one", SMALLEST)
    again, _ = simulate("one", SMALLEST)
    assert first == again


@pytest.mark.soak
@pytest.mark.parametrize("seed", [f"town {n}" for n in range(20)])
def test_other_towns_come_to_rest_too(simulate, seed):
    simulate(seed, SMALL)


@pytest.mark.soak
@pytest.mark.parametrize("many", LONG)
def test_many_payments_leave_no_cent_unexplained(simulate, many):
    simulate(SEED, LONG[many])
