"""The web's line to the twin: what the page's buttons ask of the phones."""

from functools import cache
from typing import Any

import httpx

PATIENCE = 4.0  # seconds; the twin answers at once and works afterwards


class TwinAway(Exception):
    """The twin does not answer: its process is not running."""


class Remote:
    """A client of the twin's control API."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=PATIENCE)

    def state(self, phones: list[str]) -> dict[str, Any]:
        """Return the phones as they stand, what was tried and what is out of order.

        :raises TwinAway: if the twin does not answer
        """
        answer: dict[str, Any] = self._call(
            "GET", "/twin/state", params={"phones": ",".join(phones)}
        ).json()
        return answer

    def bubble(self, address: str, ident: str) -> dict[str, Any] | None:
        """Return one message on a phone; None when it is gone.

        :raises TwinAway: if the twin does not answer
        """
        answer = self._call("GET", f"/twin/phones/{address}/bubbles/{ident}")
        return answer.json() if answer.is_success else None

    def screen(self, address: str) -> dict[str, Any]:
        """Return what the USSD screen of a phone shows.

        :raises TwinAway: if the twin does not answer
        """
        shown: dict[str, Any] = self._call("GET", f"/twin/phones/{address}/screen").json()
        return shown

    def act(self, address: str, act: str, order: dict[str, Any]) -> None:
        """Do something with a phone; what it cannot do is left undone.

        :raises TwinAway: if the twin does not answer
        """
        self._call("POST", f"/twin/phones/{address}/{act}", json=order)

    def faults(self, order: dict[str, Any]) -> None:
        """Change what goes wrong.

        :raises TwinAway: if the twin does not answer
        """
        self._call("POST", "/twin/faults", json=order)

    def reset(self) -> None:
        """Forget every phone.

        :raises TwinAway: if the twin does not answer
        """
        self._call("POST", "/twin/reset", json={})

    def picture(self, media: str) -> tuple[bytes, str] | None:
        """Return a picture that a phone sent, and its type; None when it is gone.

        :raises TwinAway: if the twin does not answer
        """
        answer = self._call("GET", f"/media/{media}")
        return (answer.content, answer.headers["content-type"]) if answer.is_success else None

    def mails(self) -> list[dict[str, Any]]:
        """Return the letters that came in, the newest first.

        :raises TwinAway: if the twin does not answer
        """
        found: list[dict[str, Any]] = self._call("GET", "/twin/mails").json()["mails"]
        return found

    def _call(self, method: str, path: str, **facts: Any) -> httpx.Response:  # noqa: ANN401
        try:
            return self._http.request(method, path, **facts)
        except httpx.HTTPError as error:
            raise TwinAway(type(error).__name__) from error


@cache
def remote(base_url: str) -> Remote:
    """Return this process's line to a twin."""
    return Remote(base_url)
