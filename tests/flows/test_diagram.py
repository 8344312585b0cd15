"""The drawings say what the stories do."""

import xml.etree.ElementTree as ET

import pytest

from flows.catalog import STORIES
from flows.diagram import mermaid, svg


@pytest.mark.parametrize("name", STORIES)
def test_every_story_can_be_drawn(name: str) -> None:
    flow = STORIES[name]
    drawing = ET.fromstring(svg(flow, flow.steps[0].name))
    boxes = {box.get("data-step") for box in drawing.iter() if box.get("data-step")}
    assert boxes == {step.name for step in flow.steps}
    written = mermaid(flow)
    assert all(step.name in written for step in flow.steps)


def test_where_a_conversation_stands_is_marked() -> None:
    drawn = svg(STORIES["send_money"], "review")
    assert drawn.count("step current") == 1
    assert "now at review" in drawn
    assert "class review current" in mermaid(STORIES["send_money"], "review")
    assert "step current" not in svg(STORIES["send_money"])


def test_a_step_that_is_gone_is_not_marked() -> None:
    assert "class gone" not in mermaid(STORIES["send_money"], "gone")


def test_what_leads_along_a_line_is_told() -> None:
    assert "recipient --> review: answer [has_amount] / find_recipient" in mermaid(
        STORIES["send_money"]
    )
    assert "pin to amount: insufficient_funds / forget_amount" in svg(STORIES["send_money"])
