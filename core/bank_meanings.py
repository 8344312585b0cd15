"""The counter for what words mean: what a customer says they meant is kept to learn from."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from core.crm import candidates
from core.crm.candidates import Source
from core.standing import Standing

HOME = ZoneInfo("Africa/Nairobi")
"""Where the bank is at home. A day that is told from there is read back before it counts."""


class MeaningsCounter(Standing):
    """What words are understood by, and what is noted of those that were not at once."""

    @property
    def heard_on(self) -> date:
        """The day that words such as *tomorrow* are told from, for strangers as well."""
        return self._unit.now.astimezone(HOME).date()

    def note_meaning(
        self,
        words: str,
        *,
        guessed: Sequence[str],
        chosen: str | None,
        source: Source,
    ) -> None:
        """Keep words without names and numbers, and what they meant; nothing of strangers."""
        if self.known:
            candidates.note(
                self._unit,
                words,
                language=self.language,
                guessed=guessed,
                chosen=chosen,
                source=source,
            )
