"""The desk's stream: topics alone, to those who may hear of them, and never too many streams."""

from bot import streams
from bot.console import live
from bot.house import UI_DESK
from core.access.actors import Actor

CASE = "01a0c3ea-cd0d-7344-9eda-49f2766a2020"


def actor(*permissions: str) -> Actor:
    return Actor(None, "staff", "agent", frozenset(permissions))


def test_topics_are_what_a_role_may_hear_of():
    asked = ["queue", f"case:{CASE}", "approvals", "case:*", "secrets", f"presence:{CASE}"]
    assert live.allowed(actor("cases.read"), asked) == {"queue", f"case:{CASE}", f"presence:{CASE}"}
    assert live.allowed(actor("approvals.read"), asked) == {"approvals"}
    assert live.allowed(actor(), asked) == set()
    rooms = ["positions", "payouts", "orders", "breaks", "receipts"]
    assert live.allowed(actor("operations.read"), [*rooms, "queue"]) == set(rooms)
    assert live.allowed(actor("cases.read"), rooms) == set()
    assert (
        len(live.allowed(actor("cases.read"), [f"case:{CASE[:-2]}{n:02}" for n in range(40)])) == 8
    )


def test_a_frame_carries_each_topic_once_and_no_facts():
    entries = [{b"topic": b"queue"}, {b"topic": b"approvals"}, {b"topic": b"queue", b"by": b"x"}]
    assert live.frame("5-1", entries, frozenset({"queue"})) == (
        "id: 5-1\nevent: changed\ndata: queue\n\n"
    )
    assert live.frame("5-1", entries, frozenset()) == "id: 5-1\n: quiet\n\n"


def test_the_house_tells_topics_and_survives_without_redis(house):
    house.tell("queue", case=CASE)
    [(_, fields)] = house.redis.xrange(UI_DESK)
    assert fields == {b"topic": b"queue", b"case": CASE.encode()}
    house.redis.connection_pool.connection_kwargs["port"] = 1
    house.redis.connection_pool.disconnect()
    house.tell("queue")


def test_a_full_house_answers_a_stream_that_ends(application, somebody):
    desk = somebody("agent")
    application.extensions["seats"] = streams.Seats(1)
    assert application.extensions["seats"].take()
    answer = desk.get("/desk/live?from=0-0&topics=queue")
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert "retry: 5000" in answer.text


def test_a_stream_gives_its_seat_back_even_if_nobody_reads_it(application, somebody):
    desk = somebody("agent")
    seats = application.extensions["seats"] = streams.Seats(1)
    for _ in range(3):
        desk.http.get("/desk/live?from=0-0&topics=queue", buffered=False).close()
    assert seats.take()


def test_it_begins_where_the_page_was_drawn_and_misses_nothing(application, somebody, house):
    desk = somebody("agent")
    house.tell("queue")
    cursor = streams.last_id(house.redis, UI_DESK)
    house.tell("approvals")  # not an agent's
    house.tell(f"case:{CASE}")
    answer = desk.http.get(
        f"/desk/live?from={cursor}&topics=queue approvals case:{CASE}", buffered=False
    )
    chunks = answer.iter_encoded()
    assert next(chunks).decode().startswith(f"id: {cursor}")
    assert f"event: changed\ndata: case:{CASE}\n" in next(chunks).decode()
    answer.close()


def test_a_cursor_older_than_the_stream_has_the_page_fetched_anew(application, somebody, house):
    desk = somebody("agent")
    house.tell("queue")
    answer = desk.http.get("/desk/live?from=1-0&topics=queue", buffered=False)
    assert next(answer.iter_encoded()).decode() == streams.RESYNC
    answer.close()
    assert desk.get("/desk/live?from=nonsense").status_code == 400


def test_the_desk_stands_while_redis_is_away(somebody, house):
    desk = somebody("agent")
    path = desk.first_case("mine")
    house.redis.connection_pool.connection_kwargs["port"] = 1
    house.redis.connection_pool.disconnect()
    for page in ("/desk", "/desk/cases", path, f"{path}/fresh"):
        assert desk.get(page).status_code == 200
    assert desk.post(f"{path}/draft/note", text="Half a thought").status_code == 204
    assert desk.post(f"{path}/presence", state="viewing").status_code == 200
    assert desk.post(f"{path}/note", text="A whole thought").status_code == 200
    assert "A whole thought" in desk.get(path).text
