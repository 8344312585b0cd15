"""The drawings say what the stories do, and nothing in them lies over anything else."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest

from flows.catalog import STORIES
from flows.diagram import mermaid, svg
from flows.diagram.layers import Box, arranged, crossings, ranked
from flows.diagram.parts import Kind, edges_of, kind_of
from flows.diagram.placing import HEIGHT, placed
from flows.story import Ask, End, Flow


@pytest.mark.parametrize("name", STORIES)
def test_every_story_can_be_drawn(name: str) -> None:
    flow = STORIES[name]
    drawing = ET.fromstring(svg(flow, flow.steps[0].name))
    boxes = {box.get("data-step") for box in drawing.iter() if box.get("data-step")}
    assert boxes == {step.name for step in flow.steps}
    titles = [one.text for one in drawing.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == len(edges_of(flow))


@pytest.mark.parametrize("name", STORIES)
def test_no_step_lies_over_another_and_all_are_inside(name: str) -> None:
    drawing = placed(STORIES[name])
    for (x, y, width), (a, b, other) in combinations(drawing.steps.values(), 2):
        assert abs(y - b) >= HEIGHT or abs(x - a) >= (width + other) / 2
    for x, y, width in drawing.steps.values():
        assert width / 2 <= x <= drawing.width - width / 2
        assert 0 < y < drawing.height
    for line in drawing.lines:
        assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in line.points)


@pytest.mark.parametrize("name", STORIES)
def test_no_words_lie_over_a_step_or_over_other_words(name: str) -> None:
    drawing = placed(STORIES[name])
    rooms = []
    for line in drawing.lines:
        x, y = line.words_at
        wide = max(len(one) for one in line.edge.labels) * 5.5
        rooms.append((x, y - 9, x + wide, y + 14 * (len(line.edge.labels) - 1) + 2))
    for x, y, width in drawing.steps.values():
        rooms.append((x - width / 2, y - HEIGHT / 2, x + width / 2, y + HEIGHT / 2))
    for (left, top, right, bottom), (a, b, c, d) in combinations(rooms, 2):
        assert right <= a or c <= left or bottom <= b or d <= top


def test_a_story_is_told_downwards_and_what_leads_back_is_dashed() -> None:
    drawing = placed(STORIES["send_money"])
    height = {name: y for name, (_, y, _) in drawing.steps.items()}
    assert height["start"] < height["recipient"] < height["amount"] < height["review"]
    assert height["review"] < height["pin"] < height["sent"]
    back = {(line.edge.source, line.edge.dest) for line in drawing.lines if line.back}
    assert ("pin", "amount") in back
    assert ("review", "pin") not in back


def test_where_a_conversation_stands_is_marked() -> None:
    drawn = svg(STORIES["send_money"], "review")
    assert drawn.count("step current") == 1
    assert "now at review" in drawn
    assert "class review current" in mermaid(STORIES["send_money"], "review")
    assert "step current" not in svg(STORIES["send_money"])


def test_a_step_that_is_gone_is_not_marked() -> None:
    assert "class gone" not in mermaid(STORIES["send_money"], "gone")


def test_what_leads_along_a_line_is_told() -> None:
    assert 'recipient -->|"answer [has_amount] / find_recipient"| review' in mermaid(
        STORIES["send_money"]
    )
    assert "pin to amount: insufficient_funds / forget_amount" in svg(STORIES["send_money"])


def test_where_money_moves_is_marked() -> None:
    drawn, written = svg(STORIES["send_money"]), mermaid(STORIES["send_money"])
    assert re.search(r'class="edge pays"[^>]*><title>pin to sent: proven / send', drawn)
    assert 'pin ==>|"proven / send"| sent' in written
    assert drawn.count('class="edge pays"') == written.count("==>") == 7
    assert "pays" not in svg(STORIES["balance"])


def test_every_kind_of_step_has_a_shape_of_its_own() -> None:
    kinds = {kind_of(step) for flow in STORIES.values() for step in flow.steps}
    assert kinds == set(Kind)
    written = "".join(mermaid(flow) for flow in STORIES.values())
    assert all(f":::{kind}" in written for kind in kinds)


def test_words_that_mermaid_keeps_for_itself_are_no_trouble() -> None:
    class Odd(Flow):
        name = "odd"
        steps = (Ask("class"), End("end"))
        paths = (("open", "start", "class"), ("answer", "class", "end", "tru|sted"))

    written = mermaid(Odd, "end")
    assert 'class_ -->|"answer [tru|sted]"| end_' in written
    assert "class end_ current" in written


def test_layers_go_down_except_where_it_leads_back() -> None:
    layer, back = ranked("abcd", [("a", "b"), ("b", "c"), ("c", "b"), ("a", "c"), ("c", "c")])
    assert layer == {"a": 0, "b": 1, "c": 2, "d": 0}
    assert back == {("c", "b")}


def test_lines_that_need_not_cross_do_not() -> None:
    upper, lower = ([Box(n, 5, 5) for _ in range(3)] for n in (0, 1))
    for above, below in zip(upper, reversed(lower), strict=True):
        above.below.append(below)
        below.above.append(above)
    layers = [upper, lower]
    assert crossings(layers) == 3
    arranged(layers, gap=10)
    assert crossings(layers) == 0
    for above in layers[0]:
        assert above.x == pytest.approx(above.below[0].x, abs=0.5)
    for boxes in layers:
        assert all(b.x - a.x >= 20 - 1e-9 for a, b in pairwise(boxes))
