"""RTGS: KEPSS of the Central Bank of Kenya, and other countries' gross settlement.

For large and urgent payments on business days in its hours; each is settled by itself, finally, and
nobody says whose an account is.
"""

from core.partners.rails.rail import Rail


class Rtgs(Rail):
    """RTGS as a partner."""

    name = "rtgs"
