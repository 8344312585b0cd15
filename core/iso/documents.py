"""The one door for XML: a message comes in through `opened`, and goes out through `written`.

What comes in is bounded, decoded as UTF-8, without document type, entities or network, of a kind
that was expected, and valid against ISO 20022's schema before anybody reads a word of it.
"""

import threading
from pathlib import Path
from typing import Any, TypeVar

from lxml import etree
from xsdata.exceptions import ParserError
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.handlers import LxmlEventHandler
from xsdata.formats.dataclass.serializers import XmlSerializer

from core.iso.messages import Unreadable

SCHEMAS = Path(__file__).with_name("schemas")
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
LARGEST_MESSAGE = 256 * 1024
"""Bytes of a message about one payment, or a few."""
LARGEST_FILE = 32 * 1024 * 1024
"""Bytes of a file: a day's statement, or a window's payments."""
Document = TypeVar("Document")
_context = XmlContext()


class _Schemas(threading.local):
    """Each thread's own compiled schemas: libxml2 keeps a validator's errors with its schema."""

    def __init__(self) -> None:
        self._compiled: dict[str, etree.XMLSchema] = {}

    def of(self, kind: str) -> etree.XMLSchema:
        if kind not in self._compiled:
            self._compiled[kind] = etree.XMLSchema(etree.parse(SCHEMAS / f"{kind}.xsd"))
        return self._compiled[kind]


_schemas = _Schemas()


def opened(content: bytes, *kinds: str, largest: int = LARGEST_MESSAGE) -> tuple[str, Any]:
    """Return which of these kinds, such as ``pacs.008.001.08``, a message is, and its root element.

    :raises Unreadable: if it is none of them, or cannot be trusted
    """
    if len(content) > largest:
        raise Unreadable(f"{len(content)} bytes are more than a message has")
    root = _parsed(content)
    name = etree.QName(root)
    kind = (name.namespace or "").removeprefix(NAMESPACE)
    if name.localname != "Document" or kind not in kinds:
        raise Unreadable(f"not a message of the kind {' or '.join(kinds)}")
    schema = _schemas.of(kind)
    if not schema.validate(root):
        raise Unreadable(f"{kind} is broken at {_place(schema)}")
    return kind, root


def kind_of(content: bytes, *kinds: str) -> str:
    """Return which of these kinds a valid message is.

    :raises Unreadable: as `opened`
    """
    return opened(content, *kinds)[0]


def read(
    content: bytes, document: type[Document], kind: str, *, largest: int = LARGEST_MESSAGE
) -> Document:
    """Return a message as pyiso20022's ``Document`` of its kind.

    :raises Unreadable: as `opened`
    """
    _, root = opened(content, kind, largest=largest)
    try:
        return XmlParser(context=_context, handler=LxmlEventHandler).parse(
            root.getroottree(), document
        )
    except (ParserError, ValueError):
        raise Unreadable(f"{kind} has a value that cannot be") from None


def written(document: object, kind: str) -> bytes:
    """Return a message as bytes, valid against its schema.

    :raises ValueError: if it is not valid: a mistake of ours, which must never leave the house
    """
    text = XmlSerializer(context=_context).render(document, ns_map={None: f"{NAMESPACE}{kind}"})
    content = text.encode()
    schema = _schemas.of(kind)
    if not schema.validate(_parsed(content)):
        raise ValueError(f"{kind} would be broken at {_place(schema)}")
    return content


def _parsed(content: bytes) -> Any:  # noqa: ANN401 - lxml's elements have no public type
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("not written in UTF-8") from None
    # Refused before anything is parsed: no message of ISO 20022 has a document type.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable("it has a document type")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,  # libxml2 then stops at 256 elements within each other
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"not whole XML: line {error.lineno}") from None


def _place(schema: etree.XMLSchema) -> str:
    """Say where a message is broken and by which rule, without the words that stand there."""
    last = schema.error_log.last_error
    if last is None:
        return "an unknown place"
    return f"line {last.line}: {last.type_name}"
