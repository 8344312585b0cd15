"""PAPSS, the Pan-African Payment and Settlement System: across borders, in local currencies.

Within 120 seconds, out of money that was put in before; net each day at 11:00 UTC.
"""

from core.partners.rails.rail import Rail


class Papss(Rail):
    """PAPSS as a partner."""

    name = "papss"
