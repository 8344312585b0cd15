"""Forgetting what need not be kept any longer, and deleting the files that go with it."""

import structlog

from bot.house import House
from core.access import audit
from core.access.actors import SYSTEM
from core.crm import erasure, filing, media, retention

MOST_BATCHES = 500
"""Of one rule in one run: the rest waits for the next, so that no rule waits for another."""

log = structlog.get_logger()


def sweep(house: House) -> None:
    """Forget all that is older than its rule says, in short transactions."""
    for rule in retention.RULES:
        for _ in range(MOST_BATCHES):
            with house.unit() as unit:
                more = retention.forget(unit, rule)
            if not more:
                break
    forget_identities(house)


def forget_identities(house: House) -> int:
    """Forget who customers were that left seven years ago and were forgotten; return how many."""
    done = 0
    with house.unit() as unit:
        due = erasure.due(unit)
    for customer in due:
        with house.unit() as unit:
            if not erasure.forget_identity(unit, customer):
                continue
            audit.note(
                unit,
                SYSTEM,
                "customer.identity_erased",
                subject="customer",
                subject_id=customer,
                customer=customer,
                after={"identity": "erased"},
            )
            done += 1
    return done


def delete_files(house: House) -> None:
    """Delete the files that are to go."""
    many = filing.delete_leaving(house.unit, house.files("media"))
    if many:
        log.info("files deleted", many=many)


def tidy_files(house: House) -> None:
    """Seal what stands in clear since earlier versions, and delete what belongs to nobody."""
    files = house.files("media")
    sealed = filing.seal_clear(house.unit, files)
    strays = filing.delete_strays(house.unit, files, known=media.known)
    if sealed or strays:
        log.info("files tidied", sealed=sealed, strays=strays)
