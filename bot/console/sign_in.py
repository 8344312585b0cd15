"""The desk's door: e-mail and password, then the second factor; and out again."""

from typing import cast

from flask import Response, redirect, render_template, request, url_for

from bot import entrance
from bot.console import shell
from bot.console.shell import console
from bot.guard import (
    DESK,
    SIGN_IN,
    actor,
    cookie,
    drop_cookie,
    give_cookie,
    guard,
    public,
    require_our_page,
)
from core.access.mfa import WrongMfaCode
from core.access.refresh import SignInAgain
from core.access.sign_in import SignedIn
from core.errors import Refusal

HALF = "the key of a sign-in whose password was right"


@console.get("/sign-in")
@public("a page to sign in at")
def sign_in_page() -> Response:
    """Ask for e-mail and password."""
    return door("sign_in", next=local(request.args.get("next", "")))


@console.post("/sign-in")
@public("e-mail and password; limited per address and per e-mail")
def sign_in_with() -> Response:
    """Take e-mail and password; on to the second factor, where there is one or must be."""
    require_our_page()
    email, onward = shell.field("email", most=254), local(request.form.get("next", ""))
    try:
        found = entrance.enter(
            shell.house(),
            email=email,
            password=request.form.get("password", ""),
            kind="desk",
            ip=request.remote_addr or "",
            agent=request.user_agent.string,
        )
    except Refusal as refusal:
        return door("sign_in", refused=refusal, email=email, next=onward)
    return _on(found, onward)


@console.get("/second-factor")
@public("a page to type a code at")
def second_factor() -> Response:
    """Ask for a code of the authenticator, or a recovery code."""
    return door("second_factor", next=local(request.args.get("next", "")))


@console.post("/second-factor")
@public(HALF + ", and a code")
def second_factor_with() -> Response:
    """Open the session with a code."""
    require_our_page()
    onward = local(request.form.get("next", ""))
    code, ip = shell.field("code", most=40), request.remote_addr or ""
    try:
        found = entrance.second(shell.house(), cookie(), code, ip=ip)
    except SignInAgain:
        return _again()
    except Refusal as refusal:
        return door("second_factor", refused=refusal, next=onward)
    return _on(found, onward)


@console.get("/enrol")
@public(HALF + " and that asks for a second factor")
def enrol() -> Response:
    """Show a new secret to somebody who must have a second factor and has none yet."""
    return _enrol()


@console.post("/enrol")
@public(HALF + " and that asks for a second factor, and a code")
def enrol_with() -> Response:
    """Put the secret in force with its first code, and show the recovery codes once."""
    require_our_page()
    code, ip = shell.field("code", most=40), request.remote_addr or ""
    try:
        done, codes = entrance.confirm_in_sign_in(shell.house(), cookie(), code, ip=ip)
    except SignInAgain:
        return _again()
    except WrongMfaCode as refusal:
        return _enrol(refusal)
    answer = door("recovery_codes", codes=codes)
    give_cookie(answer, done.key)
    return answer


@console.post("/sign-out")
@guard(None)
def sign_out() -> Response:
    """End this session."""
    entrance.leave(shell.house(), actor())
    answer = shell.go("console.sign_in_page", done="signed_out")
    drop_cookie(answer)
    return answer


@console.get("/prove")
@guard(None)
def prove() -> Response:
    """Ask for a fresh code, where something takes one."""
    return door("prove", next=local(request.args.get("next", "")))


@console.post("/prove")
@guard(None)
def prove_with() -> Response:
    """Take a fresh code and go back to what asked for it."""
    onward = local(request.form.get("next", ""))
    try:
        entrance.prove(shell.house(), actor(), shell.field("code", most=40))
    except Refusal as refusal:
        return door("prove", refused=refusal, next=onward)
    return cast("Response", redirect(onward, code=303))


def door(page: str, *, refused: Refusal | None = None, **facts: object) -> Response:
    """Answer with a page that shows nothing of the bank's."""
    status = shell.status_of(refused)
    done = request.args.get("done", "")[:40] if refused is None else ""
    told = shell.told(refused)
    html = render_template(f"console/{page}.html", refused=told, done=done, **facts)
    return Response(html, status=status)


def local(path: str) -> str:
    """Return where to go on to: a page of the desk, whatever was asked for."""
    ours = path == DESK or path.startswith((f"{DESK}/", f"{DESK}?"))
    strange = path.startswith(SIGN_IN) or "\\" in path or not path.isprintable()
    return path[:500] if ours and not strange else url_for("console.home")


def _on(found: SignedIn, onward: str) -> Response:
    """Go where a right factor leads: to the next one, or in."""
    where = {
        "done": onward,
        "code": url_for("console.second_factor", next=onward),
        "enrol": url_for("console.enrol"),
    }[found.next]
    answer = cast("Response", redirect(where, code=303))
    give_cookie(answer, found.key)
    return answer


def _enrol(refused: Refusal | None = None) -> Response:
    key = cookie()
    if key is None:
        return _again()
    try:
        shown = entrance.begin_enrolment(shell.house(), key)
    except SignInAgain:
        return _again()
    return door("enrol", refused=refused, secret=shown.secret, picture=shown.svg())


def _again() -> Response:
    answer = shell.go("console.sign_in_page")
    drop_cookie(answer)
    return answer
