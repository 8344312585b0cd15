"""Names of people, shown to others only masked."""

import unicodedata


def masked_name(*names: str) -> str:
    """Return names as another customer may read them, ``B***n K***u``, in plain ASCII.

    The stars hide the length too. ASCII keeps an SMS that carries the name in GSM-7.
    """
    return " ".join(_masked(name) for name in " ".join(names).split())


def masked_email(email: str) -> str:
    """Return an e-mail address as its owner knows it and nobody else: ``a***@mail.example``."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***@{host}" if at else ""


def _masked(name: str) -> str:
    letters = [c for c in unicodedata.normalize("NFKD", name) if c.isascii() and c.isalnum()]
    match letters:
        case []:
            return "***"
        case [only] | [only, _]:
            return f"{only.upper()}***"
    return f"{letters[0].upper()}***{letters[-1].lower()}"
