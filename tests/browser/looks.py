"""How pages are looked at."""

import pytest

LOOKS = [
    pytest.param(scheme, width, marks=[pytest.mark.soak] if crossed else [])
    for scheme, width, crossed in (
        ("light", 1500, False),
        ("dark", 390, False),
        ("dark", 1500, True),
        ("light", 390, True),
    )
]
"""Both schemes and both widths; `make soak` looks at them the other way round as well."""
