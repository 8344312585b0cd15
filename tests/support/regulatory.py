"""A second country that reports, as when its authority has told the bank its numbers."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

OPENS = """
    update regulatory_entities set reports = true, rentity_id = 77, rentity_branch = 'LAGOS',
        reporter = 'WEKEZA-NG', swift = 'WEKZNGLA', address = 'Marina', city = 'Lagos'
    where country = 'NG';
    update regulatory_kinds set hours = 24 where (country, type) = ('NG', 'str');
    update regulatory_codes set code = 'M' where (country, what) = ('NG', 'submission')
"""
CLOSES = """
    update regulatory_entities set reports = false, rentity_id = null, rentity_branch = null,
        reporter = null, swift = null, address = null, city = null
    where country = 'NG';
    update regulatory_kinds set hours = 48 where (country, type) = ('NG', 'str');
    update regulatory_codes set code = 'E' where (country, what) = ('NG', 'submission')
"""


@contextmanager
def nigeria_reports(admin: Engine) -> Iterator[None]:
    """Have Nigeria report too, until the block ends."""
    _run(admin, OPENS)
    try:
        yield
    finally:
        close_nigeria(admin)


def close_nigeria(admin: Engine) -> None:
    """Have all of Nigeria be as it came with the house."""
    _run(admin, CLOSES)


def _run(admin: Engine, statements: str) -> None:
    with admin.begin() as connection:
        connection.exec_driver_sql(statements)
