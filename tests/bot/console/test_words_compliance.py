"""Every code that compliance reads has words: kinds of alerts, how cases end, reports."""

from typing import get_args

import jinja2
import pytest

from core.aml import alert_list, cases, deadlines
from core.regulatory import kinds, reports
from core.watch.typologies import TYPOLOGIES
from tests.structure.source import ROOT

TEMPLATES = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "templates"), autoescape=True)
WORDS = TEMPLATES.get_template("console/words_compliance.html").module


@pytest.mark.parametrize(
    ("words_for", "codes"),
    [
        ("alert_types", tuple(TYPOLOGIES)),
        ("alert_about", tuple(TYPOLOGIES)),
        ("severities", deadlines.SEVERITIES),
        ("alert_statuses", alert_list.STATUSES),
        ("alert_views", alert_list.VIEWS),
        ("case_statuses", cases.STATUSES),
        ("conclusions", cases.CONCLUSIONS),
        ("conclusion_told", cases.CONCLUSIONS),
        ("report_types", kinds.TYPES),
        ("report_statuses", reports.STATUSES),
        ("links", ("payment", "hit", "review", "freeze", "customer")),
    ],
)
def test_every_code_is_worded(words_for, codes):
    assert set(codes) - set(getattr(WORDS, words_for)) == set()
    assert codes and get_args(kinds.Type)


def test_what_a_rule_stops_is_worded(house):
    with house.unit() as unit:
        reasons = {row.reason for row in unit.all("select distinct reason from payment_rules")}
    assert reasons - set(WORDS.alert_types) == set()
    assert reasons - set(WORDS.alert_about) == set()


def test_a_kind_without_words_is_said_plainly():
    assert str(WORDS.alert_type("round_amounts")).strip() == "Round amounts"
