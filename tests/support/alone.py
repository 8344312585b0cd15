"""A PostgreSQL that no other test uses, for tests of what a whole server has in common.

The sealer seals what every transaction of the server has left behind, so one that is open in
another test's database would keep it waiting. A module that says ``servers = alone.servers`` gets
its databases from here; one server serves all such modules of a process.
"""

import atexit
from functools import cache

import pytest

from tests.support.servers import Servers, clear, make_home


@cache
def _started() -> Servers:
    alone = Servers(make_home())
    atexit.register(clear, alone.home)
    alone.start_postgres()
    return alone


@pytest.fixture(scope="session")
def servers() -> Servers:
    """Servers of this process alone."""
    return _started()
