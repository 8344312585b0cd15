"""What free words mean: which story they ask for, the facts in them, and how sure that is.

``understand`` is the door. Whole commands of the stories are heard first; all else goes through
a pipeline that was trained on phrases of the house's own (``docs/guides/understanding.md``).
"""

from flows.understanding import commands
from flows.understanding.intents import FLOWS, INTENTS, INTENTS_OUTSIDE, OUT_OF_SCOPE
from flows.understanding.meaning import EXACT, Decision, Feeling, Guess, Understood
from flows.understanding.pipeline import reader
from flows.understanding.reading import feel, understand


def prepare() -> None:
    """Load all that understanding needs, once: no transaction should wait for that moment."""
    commands.prepare()
    reader()


__all__ = [
    "EXACT", "FLOWS", "INTENTS", "INTENTS_OUTSIDE", "OUT_OF_SCOPE", "Decision", "Feeling", "Guess",
    "Understood", "feel", "prepare", "understand",
]  # fmt: skip
