"""The tokens of the API: an access token of half an hour, and the refresh token that renews it.

Both are signed with a key that is derived from SECRET_KEY for this alone. They hold ids, and what
they open is looked up: a session that ended opens nothing, whatever a token says.
"""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from flask import Flask, current_app
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    decode_token,
)
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from bot.guard import BadToken
from bot.house import House
from bot.settings import Settings
from core.access import refresh
from core.access.refresh import Refresh, SignInAgain
from core.access.sessions import LONGEST
from core.access.sign_in import SignedIn

ACCESS_FOR = timedelta(minutes=30)
ISSUER = "wekeza"


def set_up(app: Flask, settings: Settings) -> None:
    """Have the application issue and check tokens."""
    key = hmac.new(settings.secret_key.encode(), b"access tokens", hashlib.sha256)
    app.config.update(
        JWT_SECRET_KEY=key.hexdigest(),
        JWT_ALGORITHM="HS256",
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ACCESS_TOKEN_EXPIRES=ACCESS_FOR,
        JWT_REFRESH_TOKEN_EXPIRES=LONGEST,
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
    )
    JWTManager(app)


def of_sign_in(done: SignedIn) -> dict[str, object]:
    """Return what a right factor is answered with: tokens, or what is still asked for.

    ``mfaToken`` stands for the half-open session until then, ten minutes at the most.
    """
    if done.next != "done":
        return {"next": done.next, "mfaToken": str(done.key)}
    with _house().unit() as unit:
        first = refresh.first(unit, done.key.session)
    return {"next": "done", **_pair(first)}


def renewed(token: str, *, ip: str) -> dict[str, object]:
    """Return new tokens for a refresh token, which is used up.

    :raises BadToken: if it is none of ours, or too old
    :raises SignInAgain: if its session is over, or ends now because the token was used before
    """
    try:
        claims = decode_token(token)
        if claims["type"] != "refresh":
            raise BadToken
        session, jti = UUID(claims["sid"]), UUID(claims["jti"])
    except (JWTExtendedException, PyJWTError, KeyError, ValueError, TypeError):
        raise BadToken from None
    with _house().unit() as unit:
        outcome = refresh.rotate(unit, session=session, jti=jti, ip=ip)
    if not isinstance(outcome, Refresh):
        raise SignInAgain
    return _pair(outcome)


def _pair(issued: Refresh) -> dict[str, object]:
    house = _house()
    now = house.now()
    common = {"sid": str(issued.session), "iat": now, "nbf": now}
    ends = min(now + ACCESS_FOR, issued.expires_at)
    access = create_access_token(
        str(issued.staff), additional_claims={**common, "role": issued.role, "exp": ends}
    )
    renew = create_refresh_token(
        str(issued.staff),
        additional_claims={**common, "jti": str(issued.jti), "exp": issued.expires_at},
    )
    return {
        "tokenType": "Bearer",
        "accessToken": access,
        "expiresIn": int((ends - now).total_seconds()),
        "refreshToken": renew,
    }


def _house() -> House:
    house: House = current_app.extensions["house"]
    return house
