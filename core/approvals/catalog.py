"""Every kind of thing that one person asks for and another decides."""

from core.access.approvals import Kind
from core.approvals import (
    erasure,
    forced_match,
    number_change,
    pin_reset,
    recall,
    suspense_release,
    tariff_change,
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
)
"""As the table ``approval_kinds`` has them, which a new kind adds to by a migration."""
