"""How often something may be tried within a window, counted in PostgreSQL for all processes."""

from dataclasses import dataclass
from datetime import timedelta

from core.errors import DeskRefusal
from core.store.unit import Unit

KEPT_FOR = timedelta(days=30)
MOST_AT_ONCE = 5000


class TooManyTries(DeskRefusal):
    """It was tried too often from there. Fact: ``minutes``, when to try again."""

    code = "too_many_tries"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries in a window that begins with the first."""

    name: str
    most: int
    window: timedelta

    def count(self, unit: Unit, whose: str) -> TooManyTries | None:
        """Count a try of somebody's; return what refuses it when it is one too many.

        It is returned, not raised, so that the count can commit.
        """
        row = unit.one(
            """
            insert into attempts as a (key, many, began_at) values (%(key)s, 1, %(now)s)
            on conflict (key) do update set
                many = case when a.began_at > %(since)s then least(a.many + 1, %(over)s) else 1 end,
                began_at = case when a.began_at > %(since)s then a.began_at else %(now)s end
            returning many, began_at
            """,
            key=unit.keys.token(f"{self.name}:{whose}", kind="attempt"),
            since=unit.now - self.window,
            over=self.most + 1,
            now=unit.now,
        )
        if row.many <= self.most:
            return None
        return TooManyTries(minutes=minutes(row.began_at + self.window - unit.now))


def minutes(wait: timedelta) -> str:
    """Return a wait in whole minutes, one at least."""
    return str(max(1, -(-int(wait.total_seconds()) // 60)))


def purge(unit: Unit) -> int:
    """Forget what was tried last a month ago, and return how many keys that were."""
    return unit.run(
        """
        delete from attempts where key in (
            select key from attempts where began_at < %(before)s limit %(most)s)
        """,
        before=unit.now - KEPT_FOR,
        most=MOST_AT_ONCE,
    )
