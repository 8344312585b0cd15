"""The bank over HTTP: JSON in camelCase, errors as problem details (RFC 9457)."""

from flask import Flask

from bot.api import tokens
from bot.api.auth import auth
from bot.api.staff import colleagues
from bot.settings import Settings

BLUEPRINTS = (auth, colleagues)


def register(app: Flask, settings: Settings) -> None:
    """Have an application answer under every path of the API, and the same paths under ``/v1``."""
    tokens.set_up(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
        app.register_blueprint(
            blueprint, name=f"{blueprint.name}_v1", url_prefix=f"/v1{blueprint.url_prefix}"
        )
