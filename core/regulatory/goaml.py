"""Reports of payments as goAML takes them: XML made of facts that were kept, and nothing else.

The same facts give the same bytes. Elements stand in the order of UNODC's schema 5.0.1.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from core.regulatory.facts import Facts

UNKNOWN_BIRTH = "1900-01-01"
"""Where a date of birth is not known (any more): the schema will not do without one."""
NOT_STATED = "not stated"
NO_PREFIX = "-"


def rendered(facts: Facts) -> bytes:
    """Return a report as XML in UTF-8."""
    who = facts["entity"]
    root = ET.Element("report")
    _text(root, "rentity_id", who["rentity_id"])
    _text(root, "rentity_branch", who["rentity_branch"])
    _text(root, "submission_code", who["codes"]["submission"])
    _text(root, "report_code", facts["type"].upper())
    _text(root, "entity_reference", facts["reference"])
    _text(root, "submission_date", _moment(facts, facts["prepared"]))
    _text(root, "currency_code_local", who["currency"])
    _text(root, "reporting_user_code", who["reporter"])
    _address(ET.SubElement(root, "location"), facts)
    _text(root, "reason", facts["reason"])
    _text(root, "action", facts["action"])
    for one in facts["transactions"]:
        _transaction(ET.SubElement(root, "transaction"), one, facts)
    indicators = ET.SubElement(root, "report_indicators")
    _text(indicators, "indicator", who["codes"]["indicator"])
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _transaction(into: ET.Element, one: Mapping[str, Any], facts: Facts) -> None:
    codes = facts["entity"]["codes"]
    _text(into, "transactionnumber", one["number"])
    _text(into, "internal_ref_number", one["reference"])
    _text(into, "transaction_location", one["location"])
    _text(into, "transaction_description", one["description"])
    _text(into, "date_transaction", _moment(facts, one["at"]))
    _text(into, "transmode_code", codes["transmode"])
    _text(into, "transmode_comment", one["mode"])
    _text(into, "amount_local", one["amount_local"])
    parties = ET.SubElement(into, "involved_parties")
    for party in one["parties"]:
        _party(ET.SubElement(parties, "party"), party, one, facts)


def _party(
    into: ET.Element, party: Mapping[str, Any], one: Mapping[str, Any], facts: Facts
) -> None:
    codes = facts["entity"]["codes"]
    customer = facts["customers"][party["customer"]]
    _text(into, "role", codes["role"])
    _account(ET.SubElement(into, "account_my_client"), party, customer, facts)
    _text(into, "funds_code", codes["funds"])
    _text(into, "funds_comment", party["side"])
    if one["currency"] != facts["entity"]["currency"]:
        foreign = ET.SubElement(into, "foreign_currency")
        _text(foreign, "foreign_currency_code", one["currency"])
        _text(foreign, "foreign_amount", one["amount"])
        _text(foreign, "foreign_exchange_rate", one["rate"])
    _text(into, "country", customer["country"])
    _text(into, "is_suspected", "true" if party["suspected"] else "false")


def _account(
    into: ET.Element, party: Mapping[str, Any], customer: Mapping[str, Any], facts: Facts
) -> None:
    who, codes = facts["entity"], facts["entity"]["codes"]
    _text(into, "institution_name", who["institution"])
    _text(into, "swift", who["swift"])
    _text(into, "branch", who["rentity_branch"])
    _text(into, "account", party["account"])
    _text(into, "currency_code", party["currency"])
    _text(into, "account_name", f"{customer['first_name']} {customer['last_name']}".strip())
    _text(into, "client_number", party["customer"].replace("-", "")[-30:])
    _text(into, "personal_account_type", codes["account_type"])
    signatory = ET.SubElement(into, "signatory")
    _text(signatory, "is_primary", "1")
    _person(ET.SubElement(signatory, "t_person"), customer, codes)
    _text(signatory, "role", codes["account_role"])
    _text(into, "opened", _moment(facts, party["opened"]))
    _text(into, "status_code", codes["account_status"])


def _person(into: ET.Element, one: Mapping[str, Any], codes: Mapping[str, str]) -> None:
    _text(into, "first_name", one["first_name"] or NOT_STATED)
    _text(into, "last_name", one["last_name"] or NOT_STATED)
    _text(into, "birthdate", f"{one['date_of_birth'] or UNKNOWN_BIRTH}T00:00:00")
    _text(into, "ssn", (one["id_number"] or NOT_STATED)[:25])
    _text(into, "nationality1", one["country"])
    _text(into, "residence", one["country"])
    phone = ET.SubElement(ET.SubElement(into, "phones"), "phone")
    _text(phone, "tph_contact_type", codes["phone"])
    _text(phone, "tph_communication_type", codes["phone_kind"])
    _text(phone, "tph_country_prefix", one["phone_prefix"] or NO_PREFIX)
    number = one["phone_number"].removeprefix(one["phone_prefix"])
    _text(phone, "tph_number", number or NOT_STATED)
    _text(into, "occupation", NOT_STATED)


def _address(into: ET.Element, facts: Facts) -> None:
    who = facts["entity"]
    _text(into, "address_type", who["codes"]["address"])
    _text(into, "address", who["address"])
    _text(into, "city", who["city"])
    _text(into, "country_code", who["country"])


def _moment(facts: Facts, iso: str) -> str:
    """Return a moment as the authority reads it: its country's time, to the second."""
    zone = ZoneInfo(facts["entity"]["zone"])
    return datetime.fromisoformat(iso).astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")


def _text(into: ET.Element, name: str, value: object) -> None:
    ET.SubElement(into, name).text = str(value)
