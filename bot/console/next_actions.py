"""What came of a next best action: recorded by whoever spoke with the customer."""

from uuid import UUID

from flask import Response

from bot.console import shell
from bot.console.given import id_field
from bot.console.shell import console
from bot.guard import actor, guard
from core.insight import next_actions


@console.post("/actions/<uuid:action_id>")
@guard("actions.record")
def record_action(action_id: UUID) -> Response:
    """Write down what came of an action, and go back to where it was read."""
    house, who = shell.house(), actor()
    with house.unit() as unit:
        done = next_actions.record(
            unit,
            who,
            action_id,
            shell.field("outcome", most=20),
            shell.field("note", most=next_actions.LONGEST_NOTE + 1),
        )
    if shell.field("case"):
        case = id_field("case")
        house.tell(f"case:{case}")
        return shell.go("console.case", case_id=case, done="recorded")
    return shell.go("console.customer", customer_id=done.customer, done="recorded")
