"""Work on a unit as work of a house: begun, done and committed in a process that may die at it."""

from collections.abc import Callable

from bot.house import House


def in_a_unit(
    work: Callable[..., object], names: str = "", **given: object
) -> Callable[..., object]:
    """Return work that does this in a unit of its own.

    Its facts go under ``names``, in their order; what is ``given`` is always the same.
    """

    def done(house: House, *facts: object) -> object:
        with house.unit() as unit:
            return work(unit, **dict(zip(names.split(), facts, strict=True)), **given)

    return done
