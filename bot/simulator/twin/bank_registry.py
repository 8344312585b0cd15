"""Another bank's register of names, asked over the GSMA Mobile Money API."""

from flask import Blueprint, Response, jsonify

from bot.simulator.twin.desk import desk

bank_registry = Blueprint("bank_registry", __name__, url_prefix="/gsma")


@bank_registry.get("/accounts/msisdn/<msisdn>/accountname")
def account_name(msisdn: str) -> tuple[Response, int]:
    """Say whose account a number is, as the other bank would."""
    if desk().exchange.faults.is_down("bank"):
        return jsonify(errorCategory="serviceUnavailable", errorCode="serverUnavailable"), 503
    status, body = desk().name_enquiry(msisdn)
    return jsonify(body), status
