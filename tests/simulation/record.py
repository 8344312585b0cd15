"""What happened in a run, in order, and the digest that tells two runs apart."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TextIO


@dataclass
class Record:
    """Takes every event. The digest is over all of them; ``seen`` counts them by their kind."""

    sink: TextIO | None = None
    """Where the events are written too, to find where two runs part."""
    events: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    _hash: Any = field(default_factory=hashlib.sha256, repr=False)

    def __call__(self, at: datetime, kind: str, *facts: object) -> None:
        """Write down an event."""
        line = "|".join((at.isoformat(), kind, *map(str, facts))) + "\n"
        self._hash.update(line.encode())
        self.events += 1
        self.seen[kind] += 1
        if self.sink is not None:
            self.sink.write(line)

    @property
    def digest(self) -> str:
        """The digest of all that was written down until now, in hexadecimal digits."""
        return self._hash.hexdigest()
