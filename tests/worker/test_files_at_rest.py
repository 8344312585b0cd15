"""Files of customers on the disk: sealed, sealed anew when keys change, deleted when they go."""

import os
from datetime import timedelta
from uuid import UUID

import pytest

from core.crm import filing, media
from core.store.files import Files
from core.store.keyring import BrokenSeal, Keyring, UnknownKey
from tests.support.keys import AUDIT
from worker import retention

PICTURE = b"\xff\xd8\xff" + b"the ID card of somebody" * 40
NEWER = Keyring(
    {1: b"a data key for tests, 32 bytes..", 2: b"another one for tests, 32 bytes."},
    newest=2, index_key=b"an index key for tests 32 bytes.", audit=AUDIT,
)  # fmt: skip
"""The tests' keyring after a rotation has begun."""


@pytest.fixture
def house(make_house):
    return make_house()


@pytest.fixture
def files(house) -> Files:
    return house.files("media")


def sent(house, path: str = "") -> UUID:
    """Note a file that a customer sent, kept at that path under the media folder."""
    with house.unit() as unit:
        one = unit.new_id()
        name = str(one)
        unit.run(
            """
            insert into messages (id, channel, provider, is_inbound, address, status, correlation,
                created_at)
            values (%(id)s, 'whatsapp', 'twilio', true, 'a', 'received', %(id)s, %(now)s)
            """,
            id=one,
            now=unit.now,
        )
        unit.run(
            """
            insert into media (id, message_id, provider, url, content_type, state, due_at, path,
                bytes, created_at, kept_at)
            values (%(id)s, %(id)s, 'twilio', 'https://x/1', 'image/jpeg', 'kept', %(now)s,
                %(path)s, 3, %(now)s, %(now)s)
            """,
            id=one,
            path=path or f"{name[-2:]}/{name}",
            now=unit.now,
        )
    return one


def state(house, one: UUID) -> tuple[str, str | None]:
    with house.unit() as unit:
        row = unit.one("select state, path from media where id = %(id)s", id=one)
    return row.state, row.path


def test_what_stood_in_clear_is_sealed_and_the_clear_one_is_deleted(house, files) -> None:
    clear = files.root / "ab" / "abcdef.jpg"
    clear.parent.mkdir(parents=True)
    clear.write_bytes(PICTURE)
    first, second, lost = (
        sent(house, "ab/abcdef.jpg"), sent(house, "ab/abcdef.jpg"), sent(house, "cd/gone.jpg"),
    )  # fmt: skip
    assert filing.seal_clear(house.unit, files) == 3
    assert files.read(first) == files.read(second) == PICTURE
    assert not clear.parent.exists()
    assert all(PICTURE[:12] not in path.read_bytes() for path in files.root.glob("*/*"))
    with pytest.raises(FileNotFoundError):
        files.read(lost)
    assert filing.seal_clear(house.unit, files) == 0


def test_a_file_opens_in_its_own_place_alone(house, files) -> None:
    one, other = sent(house), sent(house)
    files.write(one, PICTURE)
    files.path(other).parent.mkdir(exist_ok=True)
    files.path(other).write_bytes(files.path(one).read_bytes())
    with pytest.raises(BrokenSeal):
        files.read(other)


def test_only_their_owner_may_read_files_and_folders(house, files) -> None:
    place = files.path(sent(house))
    files.write(UUID(place.name), PICTURE)
    for path in (files.root, place.parent, place):
        assert path.stat().st_mode & 0o077 == 0


def test_files_are_sealed_anew(house, files) -> None:
    ids = [sent(house) for _ in range(5)]
    for one in ids:
        files.write(one, PICTURE)
    newer = Files(files.data_dir, "media", NEWER)
    run = newer.reseal()
    next(run)
    run.close()  # as if it had been killed
    assert newer.opened_by() == {1: 4, 2: 1}
    assert len(list(newer.reseal())) == 4
    assert newer.opened_by() == {2: 5}
    assert {newer.read(one) for one in ids} == {PICTURE}
    with pytest.raises(UnknownKey):
        files.read(ids[0])
    assert list(newer.reseal()) == []


def test_a_file_that_is_deleted_meanwhile_stays_so(house, files) -> None:
    one = sent(house)
    files.write(one, PICTURE)
    newer = Files(files.data_dir, "media", NEWER)
    content = newer.read(one)
    assert content == PICTURE and files.remove(one)
    assert list(newer.reseal()) == [] and not files.path(one).exists()


def test_what_leaves_is_deleted(house, files) -> None:
    one, kept = sent(house), sent(house)
    for each in (one, kept):
        path = files.write(each, PICTURE)
        with house.unit() as unit:
            media.moved(unit, each, path=path)
    with house.unit() as unit:
        unit.run("update media set state = 'leaving' where id = %(id)s", id=one)
    retention.delete_files(house)
    assert state(house, one) == ("gone", None)
    assert not files.path(one).exists() and files.path(kept).exists()
    assert state(house, kept)[0] == "kept"


def test_what_belongs_to_nobody_is_deleted_after_a_day(house, files) -> None:
    known, stray, fresh = sent(house), UUID(int=1), UUID(int=2)
    for one in (known, stray, fresh):
        files.write(one, PICTURE)
    unfinished = files.root / "arriving-x"
    unfinished.write_bytes(b"")
    old = (house.now() - timedelta(days=2)).timestamp()
    for path in (files.path(known), files.path(stray), unfinished):
        os.utime(path, (old, old))
    retention.tidy_files(house)
    assert set(files.ids()) == {known, fresh}
    assert not unfinished.exists()
