"""What becomes of a message that was not taken: how long it waits, and when it is given up."""

from datetime import timedelta
from uuid import UUID

import pytest

from channels.message import Fate, SendFailed
from core.store import delivery
from worker import fates


def test_waits_grow_up_to_a_cap(now) -> None:
    waits = []
    for attempts in range(1, fates.MOST_ATTEMPTS):
        parcel = _parcel(attempts, now)
        later = fates.judge(parcel, SendFailed("503", fate=Fate.RETRY), now=now)
        assert isinstance(later, delivery.Later)
        waits.append((later.due_at - now).total_seconds())
    assert waits[:3] == [2, 4, 8]
    assert waits == sorted(waits)
    assert max(waits) == fates.LONGEST_WAIT.total_seconds()
    assert isinstance(
        fates.judge(_parcel(fates.MOST_ATTEMPTS, now), SendFailed("503", fate=Fate.RETRY), now=now),
        delivery.Dead,
    )


def test_a_message_only_ever_told_to_wait_is_given_up_after_a_day(now) -> None:
    failed = SendFailed("20429", fate=Fate.THROTTLE, after=3.0)
    fresh = fates.judge(_parcel(1, now), failed, now=now + timedelta(hours=23))
    assert isinstance(fresh, fates.Slower)
    assert fresh.pause == timedelta(seconds=3)
    assert isinstance(
        fates.judge(_parcel(1, now), failed, now=now + timedelta(hours=25)), delivery.Dead
    )


def _parcel(attempts: int, now) -> delivery.Parcel:
    return delivery.Parcel(
        id=16,
        lease=UUID(int=1),
        message_id=UUID(int=2),
        sender="s",
        channel="sms",
        contact="+1",
        payload={},
        language=None,
        as_template=False,
        attempts=attempts,
        created_at=now,
        expires_at=None,
        correlation="",
        in_window=True,
    )


@pytest.mark.parametrize("fate", [Fate.PERMANENT, Fate.ALARM])
def test_what_no_waiting_mends_is_dead(now, fate: Fate) -> None:
    assert fates.judge(_parcel(1, now), SendFailed("1", fate=fate), now=now) == delivery.Dead(
        16, UUID(int=1), "1"
    )


def test_a_provider_that_names_a_time_is_believed_within_reason(now) -> None:
    for after, wanted in ((30.0, 30.0), (0.0, 2.0), (86400.0, 300.0)):
        failed = SendFailed("503", fate=Fate.RETRY, after=after)
        later = fates.judge(_parcel(1, now), failed, now=now)
        assert isinstance(later, delivery.Later)
        assert (later.due_at - now).total_seconds() == wanted


def test_an_sms_has_no_other_channel(now) -> None:
    failed = SendFailed("63003", fate=Fate.OTHER_CHANNEL)
    assert isinstance(fates.judge(_parcel(1, now), failed, now=now), delivery.Dead)
