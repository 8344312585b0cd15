"""Every question of the CRM in a bank with a million interactions, messages and cases.

One caller asks as the desk does: rights, the statements and what is opened of the answer are in the
time. Nothing is kept of what is asked, so each call meets the same bank.

    python -m bench.crm [--rows 1000000] [--calls 200] [--only WORDS] [--keep FOLDER] [--plans]

``--plans`` prints the plan of each statement as it was run (EXPLAIN ANALYZE, BUFFERS) and no times.
``--only`` asks what has these words in its name. ``--keep`` fills a bank in a folder of its own,
where it stays, or asks the one that is kept there, without what has been migrated since.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, process_time
from uuid import UUID

from bench import crm_town
from bench.crm_town import MEASURED, SERIALS, TUNING, Town, number_of
from bench.rows import Row, row
from bench.stage import Stage, stage
from core import customer_view
from core.access.actors import SYSTEM
from core.crm import (
    answer_sweep,
    case_dealing,
    case_line,
    case_list,
    case_queue,
    case_store,
    case_sweep,
    case_thread,
    complaints,
    customers,
    sentiment,
    timeline,
)
from core.crm.case_number import case_number
from core.insight import analytics, analytics_cases, next_actions, profile, summary
from core.insight.days import DAY, Period, day_of
from core.store.unit import Unit

__all__ = ["TUNING", "asks", "main", "run"]

ROWS, CALLS = 1_000_000, 200
AIM_MS = 50.0


@dataclass(frozen=True)
class Measured:
    """How long one question took, in milliseconds, and what it used."""

    name: str
    p50: float
    p99: float
    python: float
    """CPU of the caller, the mean in milliseconds: what is left is the server and the way there."""
    statements: int


Ask = Callable[[Town, Unit], object]


def asks() -> dict[str, Ask]:
    """Return every question, by its name."""
    return {
        "cases that wait, first page": lambda t, u: case_list.page(u, t.agent, "unassigned"),
        "cases that wait, far on": lambda t, u: case_list.page(
            u, t.agent, "unassigned", after=t.far
        ),
        "cases late, first page": lambda t, u: case_list.page(u, t.agent, "late"),
        "all cases, newest": lambda t, u: case_list.page(u, t.agent, "all"),
        "how many cases stand where": lambda t, u: case_list.counts(u, t.agent),
        "take the next case": lambda t, u: case_queue.take_next(u, t.agent),
        "how many cases are ahead": lambda t, u: case_line.ahead(u, case_store.get(u, t.far)),
        "a case by its number": lambda t, u: case_store.find(u, _number(t)),
        "the thread of a case": _thread,
        "a customer, seen whole": lambda t, u: customer_view.look(u, t.agent, t.somebody()),
        "a customer's story, a page": lambda t, u: timeline.page(u, t.agent, t.somebody()),
        "a customer's story, far on": _older,
        "customers by phone number": lambda t, u: customers.search(u, _phone(t.random)),
        "actions proposed to a customer": lambda t, u: next_actions.of_customer(
            u, t.agent, t.somebody()
        ),
        "actions worked out for a customer": lambda t, u: next_actions.compute(u, [t.somebody()]),
        "a customer's profile worked out": lambda t, u: profile.of_customer(
            u, t.agent, t.somebody()
        ),
        "how a customer sounded": lambda t, u: sentiment.of_customer(u, t.agent, t.somebody()),
        "how a customer sounded, by day": lambda t, u: sentiment.trend(
            u, t.agent, since=u.now - timedelta(days=90), until=u.now, customer=t.somebody()
        ),
        "funnel of today": lambda _, u: analytics.steps(u, SYSTEM, _last(u, 1)),
        "funnel of a day that is over": lambda _, u: analytics.steps(u, SYSTEM, _yesterday(u)),
        "funnel of thirty days": lambda _, u: analytics.steps(u, SYSTEM, _last(u, 30)),
        "volumes of thirty days": lambda _, u: analytics.volumes(u, SYSTEM, _last(u, 30)),
        "containment of thirty days": lambda _, u: analytics.containment(u, SYSTEM, _last(u, 30)),
        "intents of thirty days": lambda _, u: analytics.intents(u, SYSTEM, _last(u, 30)),
        "resolution of thirty days": lambda _, u: analytics_cases.resolution(
            u, SYSTEM, _last(u, 30)
        ),
        "the front of the queue, to deal out": lambda _, u: case_dealing.waiting(u),
        "staff and what each has in hand": lambda _, u: case_dealing.people(u),
        "sweep of a hundred answers": lambda _, u: answer_sweep.sweep(u, most=100),
        "sweep of a hundred complaints": lambda _, u: complaints.sweep(u, most=100, tell=False),
        "sweep of a hundred late cases": lambda _, u: case_sweep.escalate_late(u, tell=False),
        "what waits now": lambda _, u: summary.queue(u, SYSTEM),
        "how things stand": lambda _, u: summary.look(u, SYSTEM),
    }


def run(at: Stage) -> list[Row]:
    """Fill the bank, ask everything, and return a row for each question."""
    size = int(os.environ.get("BENCH_CRM_ROWS", ROWS))
    town = crm_town.fill(at, size)
    against = f"aim, {size:,} interactions, messages and cases"
    return [
        row(f"{one.name}, p99", one.p99, "ms", against=against, theirs=AIM_MS, aim="<= 1")
        for one in _measured(town, CALLS, asks())
    ]


def main() -> None:
    """Print times, or plans."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.crm",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--plans", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--only", default="", metavar="WORDS")
    parser.add_argument("--port", type=int, default=18_320)
    given = parser.parse_args()
    wanted = {name: ask for name, ask in asks().items() if given.only in name}
    with ExitStack() as open_:
        if given.keep is None:
            at = open_.enter_context(stage(port=given.port, tuning=TUNING))
            town = crm_town.fill(at, given.rows)
        else:
            town = open_.enter_context(crm_town.kept(given.keep, given.rows, port=given.port))
        if given.plans:
            _explain(town, wanted)
        else:
            _show(town, given.calls, wanted)


def _explain(town: Town, wanted: dict[str, Ask]) -> None:
    town.explains = True
    for name, ask in wanted.items():
        print(f"== {name}")
        with town.unit() as unit:
            ask(town, unit)


def _show(town: Town, calls: int, wanted: dict[str, Ask]) -> None:
    for one in _measured(town, calls, wanted):
        print(
            f"{one.name:<40} p50 {one.p50:7.2f} ms   p99 {one.p99:7.2f} ms  "
            f" Python {one.python:6.2f} ms   statements {one.statements:3}  "
            f" load {os.getloadavg()[0]:4.1f}   met {'yes' if one.p99 <= AIM_MS else 'no'}",
            flush=True,
        )


def _measured(town: Town, calls: int, wanted: dict[str, Ask]) -> Iterator[Measured]:
    """Ask each question so often, after a tenth as often."""
    for name, ask in wanted.items():
        took: list[float] = []
        used, sent = 0.0, 0
        for _ in range(calls + calls // 10):
            with town.unit() as unit:
                unit.value("select 1")
                began, busy = perf_counter(), process_time()
                ask(town, unit)
                unit.finish()
                took.append(1000 * (perf_counter() - began))
                used += process_time() - busy
                sent = unit.statements - 1
        ranks = quantiles(took[calls // 10 :], n=100, method="inclusive")
        yield Measured(name, ranks[49], ranks[98], 1000 * used / len(took), sent)


def _thread(town: Town, unit: Unit) -> object:
    case = case_store.find(unit, _number(town))
    return None if case is None else case_thread.latest(unit, case)


def _older(town: Town, unit: Unit) -> object:
    before = f"{(unit.now - timedelta(days=60)).isoformat()}|{UUID(int=0)}"
    return timeline.page(unit, town.agent, town.somebody(), before=before)


def _number(town: Town) -> str:
    return case_number(town.random.choice(SERIALS))


def _last(unit: Unit, days: int) -> Period:
    today = day_of(unit.now)
    return Period(today - (days - 1) * DAY, today)


def _yesterday(unit: Unit) -> Period:
    day = day_of(unit.now) - DAY
    return Period(day, day)


def _phone(random: Random) -> str:
    return number_of(random.randrange(MEASURED))


if __name__ == "__main__":
    main()
