"""Where the bundled servers live, and as whom they run."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# A unix socket's path has 104 bytes on macOS and 108 on Linux, with its NUL.
LONGEST_SOCKET = 103
SOCKET_NAME = ".s.PGSQL.5432"
# Data of a server that cannot run as root and may not change into another user's namespace.
ROOTS_LAST_RESORT = Path("/var/lib/wekeza")


@dataclass(frozen=True, slots=True)
class Place:
    """Where PostgreSQL keeps its files and sockets, and how its programs are run."""

    data: Path
    sockets: Path
    prefix: tuple[str, ...] = ()
    """What to put before a command, such as ``unshare``."""
    uid: int | None = None
    """The user to become, when we are root and ``unshare`` may not be used."""


def postgres_place(data_dir: Path) -> Place:
    """Return the place of the bundled PostgreSQL. The same folder always gets the same place.

    PostgreSQL refuses to run as root. As root it therefore runs in a user namespace of its own,
    where root looks like somebody else and the files need no new owner; where that is forbidden
    (many containers) it runs as another user, with its files under ``/var/lib/wekeza``.
    """
    data_dir = data_dir.absolute()
    home = data_dir / "postgres"
    if os.geteuid() != 0:
        return Place(home / "data", socket_folder(data_dir))
    account = _somebody()
    if _may_unshare(account.pw_uid):
        prefix = ("unshare", "-U", f"--map-user={account.pw_uid}")
        return Place(home / "data", socket_folder(data_dir), prefix)
    elsewhere = ROOTS_LAST_RESORT / _short_name(data_dir)
    return Place(elsewhere / "data", elsewhere / "run", uid=account.pw_uid)


def socket_folder(data_dir: Path) -> Path:
    """Return the folder for unix sockets: ``run`` in the data folder, if that path is short."""
    here = data_dir.absolute() / "run"
    if len(os.fsencode(here / SOCKET_NAME)) <= LONGEST_SOCKET:
        return here
    name = f"wekeza-{os.geteuid()}-{_short_name(data_dir)}"
    return Path(tempfile.gettempdir()) / name


def make_private(folder: Path, *, uid: int | None = None) -> None:
    """Create a folder that only we (or ``uid``) may enter.

    :raises PermissionError: if the folder belongs to somebody else
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), uid}:
        raise PermissionError(f"{folder} belongs to somebody else; remove it")
    folder.chmod(0o700)
    if uid is not None:
        os.chown(folder, uid, -1)


def remove_if_empty(folder: Path) -> None:
    """Remove a folder that holds nothing any more; it may be in the system's temporary one."""
    with suppress(OSError):
        folder.rmdir()


def _short_name(data_dir: Path) -> str:
    return hashlib.sha256(os.fsencode(data_dir.absolute())).hexdigest()[:16]


def _somebody() -> pwd.struct_passwd:
    """Return an account that is not root; initdb wants one with a name."""
    accounts = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    for name in ("postgres", "nobody", *accounts):
        if name in accounts:
            return accounts[name]
    raise LookupError("PostgreSQL does not run as root, and this system has no other user: add one")


@cache
def _may_unshare(uid: int) -> bool:
    program = shutil.which("unshare")
    if program is None:
        return False
    command = [program, "-U", f"--map-user={uid}", "true"]
    return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0  # noqa: S603
