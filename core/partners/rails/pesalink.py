"""PesaLink, and the instant schemes of other countries on the same connector.

Integrated Payment Services Ltd of Kenya: up to KES 999,999, shillings alone, at all hours, settled
at the Central Bank. Says at once, or within seconds, whether a payment arrived, and whose an
account is before it is paid.
"""

from core.partners.rails.rail import Rail


class PesaLink(Rail):
    """PesaLink as a partner."""

    name = "pesalink"
