"""Making the model that payments are judged by, and measuring what watching finds.

Nothing here runs in the bank: only commands import it, and it alone needs scikit-learn.
"""
