"""What a set of rules says of a payment: plain reckoning, ever the same on the same features."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.monitoring.features import Features
from core.monitoring.model import Scored, load
from core.monitoring.payment import RANK, Verdict
from core.monitoring.rules import Rule, RuleSet

PROOF = "more_proof"
"""Why a code is asked for where the payer's address, the amount or the payee is in doubt."""
SCREENING = "screening"
MODEL = "model"


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of a payment, and of what that was made."""

    verdict: Verdict
    score: float
    reasons: tuple[str, ...]
    """Codes, of what asks for the most first."""
    fired: tuple[str, ...]
    """Names of the rules that did."""
    model: Scored | None


def judge(features: Features, rules: RuleSet, *, on_hold: Verdict) -> Judged:
    """Return what a set says of a payment.

    The verdict is the most that anything asks for: a rule, the band of the score, a doubt about who
    pays, or the lists. A hold comes to ``on_hold`` where nothing can be set aside.
    """
    fired = [rule for rule in rules.rules if rule.condition.holds(features)]
    scored = load(rules.model).score(features) if rules.model else None
    points = sum(rule.weight or 0 for rule in fired)
    score = round(points + (rules.model_points * scored.score if scored else 0.0), 3)
    listed = by_lists(features)
    banded = rules.band(score)
    proof: Verdict = "step_up" if features.get("doubt") else "allow"
    verdict = worst((proof, listed, banded, *(rule.verdict for rule in fired if rule.verdict)))
    return Judged(
        verdict=on_hold if verdict == "hold" else verdict,
        score=score,
        reasons=_reasons(fired, listed=listed, proof=proof, scored=scored, rules=rules),
        fired=tuple(rule.name for rule in fired),
        model=scored,
    )


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that asks for the most."""
    return max(verdicts, key=RANK.__getitem__, default="allow")


def by_lists(features: Features) -> Verdict:
    """Return what the lists ask for of payer and payee; what is not known asks for nothing."""
    sends, listed = features.get("payer_sends"), features.get("listed")
    if sends == "never" or listed == "block" or features.get("payee_receives") is False:
        return "block"
    return "hold" if sends == "waits" or listed == "review" else "allow"


def _reasons(
    fired: list[Rule],
    *,
    listed: Verdict,
    proof: Verdict,
    scored: Scored | None,
    rules: RuleSet,
) -> tuple[str, ...]:
    """Return why, each reason once: by verdict, then by weight."""
    found = [(RANK[rule.verdict or "allow"], rule.weight or 0, rule.reason) for rule in fired]
    if listed != "allow":
        found.append((RANK[listed], 0, SCREENING))
    if proof != "allow":
        found.append((RANK[proof], 0, PROOF))
    if scored and rules.model_points * scored.score >= rules.step_up_at:
        found.append((0, round(rules.model_points * scored.score), MODEL))
    ordered = sorted(found, key=lambda one: (-one[0], -one[1], one[2]))
    return tuple(dict.fromkeys(reason for _, _, reason in ordered))
