"""A webhook call as a phone company makes it: signed and ready to be posted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from shlex import quote
from typing import Self

SIGNATURE = "X-Twilio-Signature"
HUB_SIGNATURE = "X-Hub-Signature-256"
HIDDEN = "****"
FORGED_SECRET = "not-the-secret"  # noqa: S105 - wrong on purpose: the bank must refuse it


@dataclass(frozen=True, slots=True)
class Letter:
    """One webhook call, signed and ready. Posted twice, it is the very same call twice.

    The form may hold a secret, so neither it nor the secret path shows in a repr.
    """

    route: str
    id: str
    url: str = field(repr=False)
    form: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str = field(default="", repr=False)
    body: str = field(default="", repr=False)
    """JSON, in place of a form."""

    @property
    def signature(self) -> str:
        """The first characters of the signature, enough to see that it changed."""
        given = self.headers.get(SIGNATURE) or self.headers.get(HUB_SIGNATURE, "")
        given = given.removeprefix("sha256=")
        return f"{given[:6]}…" if given else ""

    def forged(self) -> Self:
        """Return the same call as an impostor would make it: wrong signature, wrong secret path."""
        if self.secret:
            return replace(self, url=self.url.replace(self.secret, FORGED_SECRET))
        if HUB_SIGNATURE in self.headers:
            return replace(self, headers={**self.headers, HUB_SIGNATURE: f"sha256={'a' * 64}"})
        return replace(self, headers={**self.headers, SIGNATURE: "AAAA" + "A" * 23 + "="})

    def curl(self, shown: Mapping[str, str], body: str = "") -> str:
        """Return the call as a curl command, with what ``shown`` says in place of hidden fields.

        ``body`` is shown in place of the JSON, if given.
        """
        url = self.url.replace(self.secret, HIDDEN) if self.secret else self.url
        lines = [f"curl -X POST {quote(url)}"]
        if self.signature:
            name = HUB_SIGNATURE if HUB_SIGNATURE in self.headers else SIGNATURE
            lines.append(f"-H {quote(f'{name}: {self.signature}')}")
        if self.body:
            return " \\\n  ".join([*lines, f"--json {quote(body or self.body)}"])
        form = {**self.form, **shown}
        lines += [f"--data-urlencode {quote(f'{name}={value}')}" for name, value in form.items()]
        return " \\\n  ".join(lines)
