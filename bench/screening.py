"""Screening measured on lists and people of others, which are given as files and kept nowhere.

    python -m bench.screening --sdn sdn.csv --alt alt.csv --un consolidated.xml
        --positives listed.csv --negatives others.csv

People come as ``full_name,date_of_birth,nationality``. They are split in two by their places: the
first half is what bands and weights were chosen on, the other is held out. Told are recall on the
positives and on entries written wrongly, the share of others stopped, the time of a screening that
is kept, and of a run over customers when all lists are new to them and when a few entries are.
"""

import argparse
import itertools
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, process_time
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from bench.stage import stage
from bot import keyrings
from bot.database import clock
from core.screening import rescreen
from core.screening.evaluate import Measured, Sample, measure, people, written_wrongly
from core.screening.importing import take_in
from core.screening.party import Party
from core.screening.screen import PARTY, as_json, fingerprint, screen
from core.store import personal
from core.store.engine import open_engine
from core.store.personal import Personal
from core.store.unit import Unit, open_unit

SEED = 20260227
CUSTOMER = """
insert into customers (id, first_name, last_name, date_of_birth, name_index, kyc_status, created_at,
    created_by, updated_at, updated_by, country, language, home_currency, tier)
select i, f, l, b, '{}', 'Verified', %(now)s, 'bench', %(now)s, 'bench', 'KE', 'en', 'KES', 2
from unnest(%(ids)s::uuid[], %(firsts)s::bytea[], %(lasts)s::bytea[], %(borns)s::bytea[])
    v (i, f, l, b)
"""
SUBJECT = """
insert into screening_subjects (id, subject, subject_id, customer_id, fingerprint, party, at)
select v, 'customer', i, i, f, p, %(now)s
from unnest(%(versions)s::uuid[], %(ids)s::uuid[], %(prints)s::text[], %(parties)s::bytea[])
    t (v, i, f, p)
"""
STANDING = """
insert into screening_standings (customer_id, subject_id, state_id, band, since, screened_at)
select subject_id, id, (select min(state_id) from screening_states), 'clear', at, at
from screening_subjects where id = any(%(versions)s)
"""


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m bench.screening", description=__doc__)
    for name in ("sdn", "alt", "un", "positives", "negatives"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--wrong", type=int, default=1400, help="entries written wrongly")
    parser.add_argument("--port", type=int, default=18_300)
    given = parser.parse_args()
    with stage(port=given.port) as at:
        engine = open_engine(at.settings.database_url, name="bench", pool=2, statement_ms=600_000)
        keys = keyrings.load(engine, at.settings)

        def units() -> AbstractContextManager[Unit]:
            return open_unit(
                engine, keys=keys, now=clock(engine), new_id=uuid7, correlation=str(uuid4())
            )

        negatives = _people(given.negatives)
        _customers(units, negatives, given.customers)
        for name in ("sdn", "alt", "un"):
            _take_in(units, name, getattr(given, name))
        _run(units, "all lists are new")
        _few_new(units, given.sdn)
        for half, place in (("tune", 0), ("hold-out", 1)):
            _judge(units, half, place, _people(given.positives), negatives, given.wrong)
        _each(units, negatives)
        engine.dispose()


def _people(path: Path) -> list[Sample]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(people(lines))


def _take_in(units: rescreen.Units, name: str, path: Path) -> None:
    list_id = {"sdn": "ofac-sdn", "alt": "ofac-alt", "un": "un-xml"}[name]
    began = perf_counter()
    with units() as unit, path.open("rb") as file:
        done = take_in(unit, list_id, file)
    print(
        f"{list_id}: {done.entries} entries, {done.names} names in {perf_counter() - began:.1f} s"
    )


def _customers(units: rescreen.Units, samples: Sequence[Sample], many: int) -> None:
    """Write customers whose names are those of the negatives, put together anew."""
    chance = Random(SEED)
    words = [one.party.name.split() for one in samples]
    made = 0
    while made < many:
        with units() as unit:
            some = [_somebody(chance, words) for _ in range(min(5000, many - made))]
            _write(unit, some)
            made += len(some)


def _somebody(chance: Random, words: Sequence[Sequence[str]]) -> Party:
    first, last = chance.choice(words), chance.choice(words)
    born = date(1940 + chance.randrange(66), 1 + chance.randrange(12), 1 + chance.randrange(28))
    return Party("person", f"{first[0]} {last[-1]}", born, "KE")


def _write(unit: Unit, some: Sequence[Party]) -> None:
    ids, versions = [uuid7() for _ in some], [uuid7() for _ in some]
    sealed = [personal.seal(unit.keys, i, _personal(one)) for i, one in zip(ids, some, strict=True)]
    unit.run(
        CUSTOMER,
        ids=ids,
        firsts=[one["first_name"] for one in sealed],
        lasts=[one["last_name"] for one in sealed],
        borns=[one["date_of_birth"] for one in sealed],
        now=unit.now,
    )
    unit.run(
        SUBJECT,
        versions=versions,
        ids=ids,
        prints=[fingerprint(unit, one) for one in some],
        parties=[_sealed(unit, v, one) for v, one in zip(versions, some, strict=True)],
        now=unit.now,
    )
    unit.run(STANDING, versions=versions)


def _personal(one: Party) -> Personal:
    first, last = one.name.split(" ", 1)
    return Personal(
        first_name=first, last_name=last, email=None, phone=None, born=one.born, country="KE",
        id_number=None,
    )  # fmt: skip


def _sealed(unit: Unit, version: UUID, one: Party) -> bytes:
    return unit.keys.seal_json(as_json(one), field=PARTY, row=version)


def _run(units: rescreen.Units, what: str) -> None:
    began, spent = perf_counter(), process_time()
    with units() as unit:
        run = rescreen.begin(unit)
    if run is None:
        raise RuntimeError("nothing is new")
    steps = list(rescreen.steps(units, run))
    subjects, hits = sum(one.subjects for one in steps), sum(one.hits for one in steps)
    print(
        f"re-screened when {what}: {subjects} customers, {hits} hits in"
        f" {perf_counter() - began:.1f} s ({process_time() - spent:.1f} s of this process)"
    )


def _few_new(units: rescreen.Units, sdn: Path) -> None:
    """Take in a list of which a hundred entries say something else."""
    lines = sdn.read_bytes().split(b"\r\n")
    changed = [
        line.replace(b"DOB 19", b"DOB 18", 1) if number % 100 == 7 else line
        for number, line in enumerate(lines)
    ]
    path = sdn.parent / sdn.name
    scratch = Path("/tmp") / f"{uuid4().hex}.csv"
    scratch.write_bytes(b"\r\n".join(changed))
    try:
        _take_in(units, "sdn", scratch)
    finally:
        scratch.unlink()
    _run(units, f"about a hundred entries of {path.name} are")


def _judge(
    units: rescreen.Units, half: str, place: int, positives: Sequence[Sample],
    negatives: Sequence[Sample], wrong: int,
) -> None:  # fmt: skip
    with units() as unit:
        perturbed = list(written_wrongly(unit, wrong, seed=SEED + place))
        found = measure(unit, positives[place::2])
        found_wrong = measure(unit, perturbed)
        stopped = measure(unit, negatives[place::2])
    both = found.many + found_wrong.many
    recall = (found.stopped + found_wrong.stopped) / both
    print(f"{half}: recall {recall:.4f} of {both} ({found.share:.4f} of {found.many} positives,")
    ways = _ways(found_wrong, perturbed)
    print(f"  {found_wrong.share:.4f} of {found_wrong.many} written wrongly: {ways})")
    print(f"  others stopped {stopped.share:.4%} of {stopped.many}")


def _ways(found: Measured, samples: Sequence[Sample]) -> str:
    missed = Counter(one.way for one in found.missed)
    many = Counter(one.way for one in samples)
    return ", ".join(f"{way} {1 - missed[way] / of:.3f}" for way, of in sorted(many.items()))


def _each(units: rescreen.Units, samples: Sequence[Sample]) -> None:
    """Time screenings that are kept, each in a unit of its own as a payment has it."""
    seconds = []
    for sample in itertools.islice(samples, 2000):
        with units() as unit:
            began = perf_counter()
            screen(unit, sample.party, subject="counterparty", subject_id=uuid4())
            seconds.append(perf_counter() - began)
    cuts = quantiles(seconds, n=100)
    told = ", ".join(f"p{n} {cuts[n - 1] * 1000:.1f} ms" for n in (50, 95, 99))
    print(f"a screening that is kept: {told}, the longest {max(seconds) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
