"""Understanding: how long a message takes on one core, and what memory a process holds for it.

Measured in a process of its own that has nothing but the pipeline and the bank's words. The peer is
the aim itself: 5 ms for the slowest of a hundred, 150 MiB for all that is loaded.
"""

import json
import subprocess
import sys

from bench.rows import Row, row
from bench.stage import Stage

MOST_MS, MOST_MIB = 5.0, 150.0
_MEASURED = """
import json, os
from datetime import date
from pathlib import Path
from time import perf_counter
from flows.understanding import pipeline, understand
from flows.understanding.training import seeds

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
asked = pipeline.Asked("KE", date(2026, 3, 4))
reader = pipeline.reader()
reader.read("tuma elfu mbili kwa Brian", asked)
held = next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if "VmRSS" in line)
said = [seed.text for seed in seeds.intents()][::5]
took = {"reading": [], "understanding": []}
for text in said:
    began = perf_counter()
    reader.read(text, asked)
    read = perf_counter()
    understand(text, "KE", today=asked.today)
    took["reading"].append(1000 * (read - began))
    took["understanding"].append(1000 * (perf_counter() - read))
print(json.dumps({"held": held} | {name: sorted(each) for name, each in took.items()}))
"""


def run(at: Stage) -> list[Row]:
    """Measure and return the table's rows."""
    del at  # it needs no servers
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURED], capture_output=True, text=True, check=True
    )
    told = json.loads(ran.stdout)
    whole, reading = told["understanding"], told["reading"]
    return [
        _within("a message understood, p50", _share(whole, 0.50), "ms", MOST_MS),
        _within("a message understood, p99", _share(whole, 0.99), "ms", MOST_MS),
        _within("a message through the pipeline alone, p99", _share(reading, 0.99), "ms", MOST_MS),
        _within("the pipeline, loaded", told["held"], "MiB", MOST_MIB),
    ]


def _within(name: str, ours: float, unit: str, most: float) -> Row:
    return row(name, ours, unit, against=f"{most:g} {unit}", theirs=most, aim="<= 1")


def _share(sorted_ms: list[float], share: float) -> float:
    return sorted_ms[int(len(sorted_ms) * share)]
