"""Every kind of thing that one person asks for and another decides."""

from core.access.approvals import Kind
from core.approvals import (
    aml_conclusion,
    broadcast,
    card_unblock,
    dispute_loss,
    erasure,
    forced_match,
    held_receipt,
    kyc_tier,
    number_change,
    payment_release,
    pin_reset,
    recall,
    report,
    rule_set,
    screening_bands,
    screening_decision,
    suspense_release,
    tariff_change,
    watch_set,
)
from core.approvals.freeze import FREEZE, UNFREEZE

KINDS: tuple[Kind, ...] = (
    FREEZE,
    UNFREEZE,
    pin_reset.KIND,
    number_change.KIND,
    erasure.KIND,
    recall.KIND,
    tariff_change.KIND,
    suspense_release.KIND,
    forced_match.KIND,
    kyc_tier.KIND,
    aml_conclusion.KIND,
    report.KIND,
    card_unblock.KIND,
    dispute_loss.KIND,
    watch_set.KIND,
    payment_release.KIND,
    rule_set.KIND,
    screening_decision.KIND,
    screening_bands.KIND,
    held_receipt.KIND,
    broadcast.KIND,
)
"""As the table ``approval_kinds`` has them, which a new kind adds to by a migration."""
