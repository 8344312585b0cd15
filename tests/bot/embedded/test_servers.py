"""The bundled servers: made once, shared, stopped by the last user, mended after a kill."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from bot.embedded import keys, places, processes
from bot.embedded.postgres import APP, FORGETFUL, SUPERUSER, Postgres
from bot.embedded.processes import ServerFailed
from bot.embedded.redis import Redis


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a space and a sign in its name, that others may look into."""
    home = tmp_path / "a bank's 100% data"
    home.mkdir(mode=0o755)
    return home


@pytest.fixture
def postgres(home: Path) -> Iterator[Postgres]:
    """A server that is stopped whatever happens."""
    server = Postgres(home, keys.read_or_make(home), tuning={"fsync": "off"})
    yield server
    server.stop()


@pytest.fixture
def cache(home: Path) -> Iterator[Redis]:
    """A Redis that is stopped whatever happens."""
    server = Redis(home)
    yield server
    server.stop()


def postgres_pid(home: Path) -> int:
    place = places.postgres_place(home)
    return int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])


def ask(server: Postgres, query: str) -> str:
    with psycopg.connect(server.url(SUPERUSER)) as connection:
        return str(connection.execute(query).fetchone()[0])  # type: ignore[arg-type, index]


def test_postgres_starts_once_and_keeps_its_data(postgres: Postgres, home: Path) -> None:
    assert postgres.start()
    assert not postgres.start()
    assert ask(postgres, "select count(*) from pg_database where datname = 'wekeza'") == "1"
    with psycopg.connect(postgres.url(SUPERUSER)) as connection:
        connection.execute("create table kept (n int)")
    pid = postgres_pid(home)
    assert postgres.stop()
    assert not Path(f"/proc/{pid}").exists(), "not even a zombie"
    assert not postgres.is_running()
    assert not postgres.stop()
    assert postgres.start()
    assert ask(postgres, "select count(*) from kept") == "0"


def test_nobody_gets_in_without_the_password_and_nothing_listens_outside(
    postgres: Postgres, home: Path
) -> None:
    postgres.start()
    wrong = Postgres(home, keys.Keys(**{**keys.read_or_make(home), "postgres_password": "guess"}))  # type: ignore[typeddict-item]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong.url(SUPERUSER))
    assert ask(postgres, "show listen_addresses") == ""
    assert ask(postgres, "show password_encryption") == "scram-sha-256"
    place = places.postgres_place(home)
    for folder in (place.data, place.sockets):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.stat().st_mode) == 0o755, "a folder of the user's is left as it is"


def test_postgres_after_a_kill(postgres: Postgres, home: Path) -> None:
    postgres.start()
    with psycopg.connect(postgres.url(SUPERUSER)) as connection:
        connection.execute("create table kept as select 1 as n")
    os.kill(postgres_pid(home), signal.SIGKILL)
    assert processes.wait_until(lambda: not postgres.is_running(), seconds=60)
    assert postgres.start()
    assert ask(postgres, "select n from kept") == "1"


def test_a_number_that_now_belongs_to_somebody_else_is_no_server(
    postgres: Postgres, home: Path
) -> None:
    """After a crash of the machine, the number in the file may be any process: here, this test."""
    postgres.start()
    place = places.postgres_place(home)
    pid_file = place.data / "postmaster.pid"
    kept = pid_file.read_text()
    os.kill(postgres_pid(home), signal.SIGKILL)
    assert processes.wait_until(lambda: not postgres.is_running(), seconds=60)
    time.sleep(0.5)  # its children notice
    pid_file.write_text(kept.replace(kept.split("\n")[0], str(os.getpid()), 1))
    (place.sockets / f"{places.SOCKET_NAME}.lock").write_text(f"{os.getpid()}\n")
    assert postgres.start()


def test_the_last_user_stops_the_server(postgres: Postgres, home: Path) -> None:
    postgres.start()
    user = (
        "import sys; from pathlib import Path; from bot.embedded import keys, postgres\n"
        "home = Path(sys.argv[1])\n"
        "server = postgres.Postgres(home, keys.read_or_make(home))\n"
        "print(server.start(), flush=True); sys.stdin.read(); print(server.stop(), flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", user, str(home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline().strip() == "False", "it runs already"
        assert not postgres.stop(), "somebody else still uses it"
        assert postgres.is_running()
        other.stdin.close()
        assert other.stdout.readline().strip() == "True"
    assert not postgres.is_running()


def test_a_folder_of_another_version_is_refused(postgres: Postgres, home: Path) -> None:
    postgres.start()
    postgres.stop()
    (places.postgres_place(home).data / "PG_VERSION").write_text("12\n")
    with pytest.raises(ServerFailed, match="made by PostgreSQL 12"):
        postgres.start()


def test_a_server_that_cannot_start_shows_its_log(home: Path) -> None:
    broken = Postgres(home, keys.read_or_make(home), tuning={"shared_buffers": "much"})
    with pytest.raises(ServerFailed, match="shared_buffers"):
        broken.start()
    assert not broken.stop()


def test_the_application_has_no_way_in_before_the_migrations(postgres: Postgres) -> None:
    postgres.start()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url(APP))


def test_redis_starts_once_and_stops(cache: Redis, home: Path) -> None:
    assert cache.start()
    assert not cache.start()
    with redis.Redis.from_url(cache.url) as client:
        assert client.ping()
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert stat.S_IMODE(places.socket_folder(home).stat().st_mode) == 0o700
    assert cache.stop()
    assert not cache.is_running()
    assert not places.socket_folder(home).exists()


def test_redis_after_a_kill(cache: Redis, home: Path) -> None:
    cache.start()
    pid = int((home / "redis" / "redis.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    assert processes.wait_until(lambda: not cache.is_running(), seconds=60)
    assert cache.start()


def test_a_long_path_still_has_room_for_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    folder = places.socket_folder(deep)
    assert not folder.is_relative_to(deep)
    assert len(str(folder / places.SOCKET_NAME)) <= places.LONGEST_SOCKET
    assert folder == places.socket_folder(deep)
    assert folder != places.socket_folder(deep / "other")


def test_a_folder_of_somebody_else_is_not_trusted(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    with pytest.raises(PermissionError):
        places.make_private(tmp_path / "link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_unshare_runs_it_as_another_user(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as elsewhere:
        Path(elsewhere).chmod(0o711)
        monkeypatch.setattr(places, "_may_unshare", lambda uid: False)
        monkeypatch.setattr(places, "ROOTS_LAST_RESORT", Path(elsewhere))
        server = Postgres(home, keys.read_or_make(home), tuning=FORGETFUL)
        try:
            assert server.start()
            pid_file = next(Path(elsewhere).glob("*/data/postmaster.pid"))
            pid = int(pid_file.read_text().split("\n", 1)[0])
            assert Path(f"/proc/{pid}").stat().st_uid != 0
            assert ask(server, "select 1") == "1"
        finally:
            assert server.stop()
