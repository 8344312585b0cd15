"""How many branches of the rooms below the door the tests took, by room: the end of ``make test``.

A branch is one way on from a line that has several, as coverage.py counts them.
"""

import json
import sys
from collections import Counter
from pathlib import Path

FIGURES = Path("test-results/coverage.json")
LEAST = {"channels": 85, "core": 85, "flows": 85}
"""Percent of its branches that each room's tests must take."""
FURTHEST = 5
"""How many files are named where a room falls short."""


def main() -> int:
    """Print each room's share, name the files furthest behind, fail where it is too low."""
    files = json.loads(FIGURES.read_text(encoding="utf-8"))["files"]
    all_of, taken, missed = Counter[str](), Counter[str](), {}
    for path, figures in files.items():
        room, found = path.split("/")[0], figures["summary"]
        all_of[room] += found["num_branches"]
        taken[room] += found["covered_branches"]
        missed[path] = found["missing_branches"]
    short = False
    for room, least in LEAST.items():
        share = 100 * taken[room] / max(all_of[room], 1)
        print(f"branches of {room}: {share:.1f} % of {all_of[room]:,} (at least {least} %)")
        if share < least:
            short = True
            behind = [path for path in missed if path.startswith(f"{room}/")]
            for path in sorted(behind, key=missed.__getitem__, reverse=True)[:FURTHEST]:
                print(f"  {missed[path]} not taken in {path}")
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
