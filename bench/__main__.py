"""``make bench``: measurements in one table, also written to ``bench/results.json``.

``make bench ARGS=turns`` takes one part anew and keeps the other parts' rows.
"""

import argparse
from collections.abc import Callable

from bench import (
    cards,
    coalescing,
    crm,
    exchange,
    free_text,
    monitoring,
    operations,
    posting,
    reconciliation,
    scale,
    seals,
    turns,
    understanding,
    whatsapp,
)
from bench.rows import Row, publish
from bench.stage import Stage, stage

Part = Callable[[Stage], list[Row]]


def _ledger(run: Callable[[str], list[Row]]) -> Part:
    """Return a part that needs no more than a server it may create databases on."""
    return lambda at: run(at.settings.database_admin_url)


PARTS: dict[str, Part] = {
    "posting": _ledger(posting.run),
    "operations": _ledger(operations.run),
    "coalescing": _ledger(coalescing.run),
    "seals": _ledger(seals.run),
    "cards": cards.run,
    "crm": crm.run,
    "exchange": exchange.run,
    "free_text": free_text.run,
    "monitoring": monitoring.run,
    "reconciliation": _ledger(reconciliation.run),
    "turns": turns.run,
    "understanding": understanding.run,
    "whatsapp": whatsapp.run,
    "scale": scale.run,
}
TUNING = {"crm": crm.TUNING, "scale": scale.TUNING}


def main() -> None:
    """Measure one thing after the other, each on servers of its own."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default"
    )
    wanted = parser.parse_args().parts or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for part in wanted:
        with stage(tuning=TUNING.get(part)) as at:
            rows += PARTS[part](at)
    publish(rows, whole=set(wanted) == set(PARTS))


if __name__ == "__main__":
    main()
