"""Files of customers on disk, sealed as fields are: whoever copies the folder can open none.

A file's name is the id of its row and nothing of its content; what it was sealed for is its folder
and its id, so one cannot take another's place. It is written beside its place, brought to the disk
and put there in one step: a reader finds the old bytes or the new ones, never a part of either.
Kenya's Data Protection Act (section 41), GDPR article 32 and NIST SP 800-38D are what this follows.
"""

import fcntl
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from core.store.keyring import Keyring, number_of

FOLDERS = ("media", "documents", "compliance", "kyc")
"""Every folder under DATA_DIR with sealed files. A new one adds its name, so rotation finds it."""
ARRIVING = "arriving-"
_HEAD = 5
"""The first bytes of a file say which data key sealed it."""


@dataclass(frozen=True, slots=True)
class Files:
    """The sealed files of one folder. ``data_dir`` is the house's DATA_DIR."""

    data_dir: Path
    folder: str
    keys: Keyring

    @property
    def field(self) -> str:
        """What the files are sealed for, beside their ids."""
        return f"{self.folder}.file"

    @property
    def root(self) -> Path:
        """The folder itself."""
        return self.data_dir / self.folder

    def path(self, file: UUID) -> Path:
        """Return where a file is kept, whether it is there or not."""
        name = str(file)
        return self.root / name[-2:] / name

    def write(self, file: UUID, content: bytes) -> str:
        """Keep a file for good, in place of what was there; return its path under the folder."""
        place = self.path(file)
        with self._arriving(self.keys.seal_bytes(content, field=self.field, row=file)) as sealed:
            _put(sealed, place)
        return str(place.relative_to(self.root))

    def read(self, file: UUID) -> bytes:
        """Return what is in a file.

        :raises FileNotFoundError: if there is none of that id
        :raises UnknownKey: if its data key is not known here
        :raises BrokenSeal: if it was changed, or another's was put in its place
        """
        return self.keys.open_bytes(self.path(file).read_bytes(), field=self.field, row=file)

    def remove(self, file: UUID) -> bool:
        """Delete a file for good, and return whether there was one."""
        place = self.path(file)
        with self._alone():
            if not place.exists():
                return False
            place.unlink()
            _sync(place.parent)
        return True

    def ids(self) -> Iterator[UUID]:
        """Return the ids of all files that are there."""
        for place in self.root.glob("??/*"):
            with suppress(ValueError):
                yield UUID(place.name)

    def opened_by(self) -> Counter[int]:
        """Return how many files each data key opens, by its number."""
        return Counter(number for number in map(self._number, self.ids()) if number is not None)

    def reseal(self) -> Iterator[UUID]:
        """Seal anew, one after another, what the newest data key did not seal; return each id."""
        newest = self.keys.newest
        for file in self.ids():
            number = self._number(file)
            if number is not None and number < newest and self._reseal(file):
                yield file

    def sweep(self, *, before: datetime) -> int:
        """Delete what was begun before then and never finished; return how many files that were."""
        left = list(self._old(self.root.glob(f"{ARRIVING}*"), before))
        for place in left:
            place.unlink(missing_ok=True)
        return len(left)

    def old(self, *, before: datetime) -> Iterator[UUID]:
        """Return the ids of files that were written before then."""
        for place in self._old(self.root.glob("??/*"), before):
            with suppress(ValueError):
                yield UUID(place.name)

    def _old(self, places: Iterable[Path], before: datetime) -> Iterator[Path]:
        for place in places:
            with suppress(FileNotFoundError):
                if place.stat().st_mtime < before.timestamp():
                    yield place

    def _reseal(self, file: UUID) -> bool:
        try:
            content = self.read(file)
        except FileNotFoundError:
            return False
        anew = self.keys.seal_bytes(content, field=self.field, row=file)
        place = self.path(file)
        with self._arriving(anew) as sealed, self._alone():
            if not place.exists():  # deleted meanwhile: it stays so
                return False
            _put(sealed, place)
        return True

    def _number(self, file: UUID) -> int | None:
        try:
            with self.path(file).open("rb") as opened:
                return number_of(opened.read(_HEAD))
        except FileNotFoundError:
            return None

    @contextmanager
    def _arriving(self, content: bytes) -> Iterator[Path]:
        """Have these bytes on the disk, under a name that nobody reads."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Such a file is for its owner alone (mode 600) from the beginning.
        with NamedTemporaryFile(dir=self.root, prefix=ARRIVING, delete=False) as arriving:
            try:
                arriving.write(content)
                arriving.flush()
                os.fsync(arriving.fileno())
                yield Path(arriving.name)
            finally:
                Path(arriving.name).unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody delete a file while another process puts it there anew."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.root / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _put(sealed: Path, place: Path) -> None:
    place.parent.mkdir(exist_ok=True, mode=0o700)
    sealed.replace(place)
    _sync(place.parent)


def _sync(folder: Path) -> None:
    """Bring to the disk what stands in a folder: a name that was put there or taken away."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
