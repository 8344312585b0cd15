"""Everything that has a code is worded at the desk: refusals, approvals, steps of the log."""

import ast
import re
from pathlib import Path
from typing import get_args

import jinja2
import pytest

from bot.console import pages
from bot.console.case_talk import Crossed
from core import customer_view
from core.access import approvals, passwords
from core.access.actors import Forbidden
from core.approvals.catalog import KINDS
from core.crm import case_catalog, case_work, cases, erasure
from core.deposits import suspense_view
from core.errors import DeskRefusal, Refusal
from core.fees import schedule
from core.ledger import refusals as ledger
from core.outcomes import HEARD
from core.partners import moves
from core.recon import told
from core.settlement import overview, routing
from core.transfers import recall

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "templates"), autoescape=True)
WORDS = TEMPLATES.get_template("console/words.html")
OPERATIONS = TEMPLATES.get_template("console/words_operations.html")
FACTS = {
    "why": "short", "minutes": "5", "was": "Open", "to": "Closed", "days": "30", "what": "role",
}  # fmt: skip
ACTION = re.compile(r"[a-z]+\.[a-z_]+")
NOTES = re.compile("note|audit|kept")


def words() -> object:
    return WORDS.module


def below(base: type[Refusal]) -> set[type[Refusal]]:
    return {one for each in base.__subclasses__() for one in ({each} | below(each))}


def of(module: object) -> set[type[Refusal]]:
    own = {one for one in vars(module).values() if isinstance(one, type)}
    return {one for one in own if issubclass(one, Refusal)} - {Refusal, DeskRefusal}


def steps(file: Path) -> list[str]:
    """Return the steps that a file notes: the dotted words it hands to ``note`` and its like."""
    calls = [
        one for one in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(one, ast.Call)
    ]
    notes = [one for one in calls if NOTES.search(ast.unparse(one.func).rsplit(".", 1)[-1])]
    given = [one for call in notes for arg in call.args for one in ast.walk(arg)]
    words = [str(one.value) for one in given if isinstance(one, ast.Constant)]
    return [one for one in words if ACTION.fullmatch(one)]


def heard() -> list[type[Refusal]]:
    """Return every refusal that somebody at the desk may hear."""
    assert pages.console  # every page, and so every refusal, is known
    modules = (approvals, customer_view, cases, case_work, erasure, recall, passwords, ledger)
    found = below(DeskRefusal).union(*(of(module) for module in modules))
    return sorted(found - {Crossed}, key=lambda one: one.code)


@pytest.mark.parametrize("refusal", heard(), ids=lambda one: one.code)
def test_every_refusal_is_worded(refusal):
    said = str(words().refusal({"code": refusal.code, "facts": FACTS})).strip()
    assert said.endswith(".") and not said.startswith("That was refused")


@pytest.mark.parametrize(
    ("words_for", "codes"),
    [
        ("payout_statuses", overview.STATUSES),
        ("verdicts", get_args(routing.Verdict)),
        ("order_statuses", get_args(moves.Status)),
        ("order_subjects", tuple(HEARD)),
        ("receipt_statuses", suspense_view.STATUSES),
        ("line_states", get_args(told.State)),
        ("services", schedule.SERVICES),
    ],
)
def test_every_code_of_operations_is_worded(words_for, codes):
    assert set(codes) - set(getattr(OPERATIONS.module, words_for)) == set()


def test_what_has_no_words_is_said_plainly_all_the_same():
    said = str(words().refusal({"code": "something_new", "facts": {}}))
    assert said.strip() == "That was refused: something new."
    assert words().refusals[Forbidden.code] == "Your role does not allow that."


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_approval_is_named_with_its_consequence(kind):
    assert kind.name in words().approval_kinds
    assert kind.name in words().consequences


def test_every_step_that_is_written_down_is_worded():
    noted = {
        action
        for folder in ("core", "bot", "worker")
        for file in (ROOT / folder).rglob("*.py")
        for action in steps(file)
    }
    assert {"case.replied", "customer.revealed", "staff.signed_in"} <= noted
    assert noted - set(words().actions) == set()


def test_every_category_status_and_priority_is_worded():
    assert set(case_catalog.CATEGORIES) <= set(words().categories)
    assert set(case_work.MOVES) <= set(words().statuses)
    for subs in case_catalog.CATEGORIES.values():
        assert set(subs) - {""} <= set(words().sub_categories)
