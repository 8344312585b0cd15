"""What letters lead to: an invitation is accepted, a forgotten password is set anew.

The page's script takes the link's secret out of the address at once, so that no history keeps it.
"""

from flask import Response, request

from bot import entrance
from bot.console import shell
from bot.console.shell import console
from bot.console.sign_in import door
from bot.guard import public, require_our_page
from core.access.limits import TooManyTries
from core.errors import Refusal


@console.get("/forgot")
@public("a page to ask for a letter at")
def forgot() -> Response:
    """Ask whose password is forgotten."""
    return door("forgot")


@console.post("/forgot")
@public("an e-mail address; limited, and nobody is told whether it is known")
def forgot_by() -> Response:
    """Have a letter sent to whoever works here under that address; answer alike for all."""
    require_our_page()
    email, ip = shell.field("email", most=254), request.remote_addr or ""
    try:
        entrance.forgotten(shell.house(), email=email, ip=ip)
    except TooManyTries as refusal:
        return door("forgot", refused=refusal)
    return shell.go("console.sign_in_page", done="reset_sent")


@console.get("/join")
@public("a page to choose a password at")
def join() -> Response:
    """Ask somebody who was invited for the password they choose."""
    return door("new_password", purpose="join", token=_given())


@console.post("/join")
@public("the secret of an invitation")
def join_with() -> Response:
    """Accept an invitation."""
    return _choose("join", done="accepted")


@console.get("/reset")
@public("a page to choose a password at")
def reset() -> Response:
    """Ask for a new password instead of the forgotten one."""
    return door("new_password", purpose="reset", token=_given())


@console.post("/reset")
@public("the secret of a reset link")
def reset_with() -> Response:
    """Set the password anew; every session ends."""
    return _choose("reset", done="reset")


def _given() -> str:
    return request.args.get("token", "")[:100]


def _choose(purpose: str, *, done: str) -> Response:
    require_our_page()
    token, password = shell.field("token", most=100), request.form.get("password", "")
    try:
        ip = request.remote_addr or ""
        entrance.accept(shell.house(), token=token, password=password, ip=ip)
    except Refusal as refusal:
        return door("new_password", refused=refusal, purpose=purpose, token=token)
    return shell.go("console.sign_in_page", done=done)
