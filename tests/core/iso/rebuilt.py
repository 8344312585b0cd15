"""Writes a message's XSD from pyiso20022's classes, which xsdata made from ISO 20022's own XSD.

No package on PyPI or npm carries the whole XSDs of pacs.002.001.10 and pacs.004.001.09. Their
classes do: order, multiplicity and every facet stand in the fields' metadata. The one thing xsdata
drops is that a choice is a choice; in ISO 20022 that is every type whose name ends in ``Choice``.
`test_schemas` proves the way: rebuilt like this, pacs.008, pain.001 and camt.053 say what ISO's own
files say, type by type.
"""

from collections.abc import Iterator
from dataclasses import Field, dataclass, fields
from enum import Enum
from types import ModuleType
from typing import Any, Union, get_args, get_type_hints

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"
BASES = {
    "str": "string", "Decimal": "decimal", "bool": "boolean", "XmlDate": "date",
    "XmlDateTime": "dateTime", "XmlPeriod": "gYear", "bytes": "base64Binary", "XmlTime": "time",
}  # fmt: skip
FACETS = {
    "min_length": "minLength", "max_length": "maxLength", "length": "length", "pattern": "pattern",
    "min_inclusive": "minInclusive", "max_inclusive": "maxInclusive",
    "total_digits": "totalDigits", "fraction_digits": "fractionDigits",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One element or attribute of a type, as any spelling of an XSD comes down to."""

    name: str
    kind: str
    """The name of a complex type or enumeration, or the base of a simple type."""
    least: int
    most: int | None
    facets: frozenset[tuple[str, str]]


Types = dict[str, tuple[str, tuple[Line, ...]]]
"""How each type is put together (``sequence``, ``choice``, ``value``, ``enum``), and of what."""


def types_of(module: ModuleType) -> Types:
    """Return what pyiso20022's classes of one message say."""
    own = {
        one
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__
    }
    return {_name(one): _type(one, module) for one in own}


def _name(one: type) -> str:
    return getattr(getattr(one, "Meta", None), "name", one.__name__)


def _type(one: type, module: ModuleType) -> tuple[str, tuple[Line, ...]]:
    if issubclass(one, Enum):
        return "enum", tuple(Line(str(each.value), "", 1, 1, frozenset()) for each in one)
    hints = get_type_hints(one, vars(module))
    lines = [_line(each, hints[each.name]) for each in fields(one)]
    if any(each.metadata.get("type") == "Attribute" for each in fields(one)):
        return "value", tuple(lines)
    return ("choice" if _name(one).endswith("Choice") else "sequence"), tuple(lines)


def _line(one: "Field[Any]", hint: Any) -> Line:
    meta = one.metadata
    kinds = [each for each in get_args(hint) or (hint,) if each is not type(None)]
    many = getattr(hint, "__origin__", None) is list
    if many and getattr(kinds[0], "__origin__", None) is Union:
        kinds = [each for each in get_args(kinds[0]) if each is not type(None)]
    kind = kinds[0]
    if meta.get("type") == "Wildcard":
        return Line("*", "any", 1, 1, frozenset())
    name = BASES.get(kind.__name__) or _name(kind)
    facets = frozenset((FACETS[key], _plain(meta[key])) for key in FACETS if key in meta)
    least = int(meta.get("min_occurs", 0)) if many else int(bool(meta.get("required")))
    most = meta.get("max_occurs") if many else 1
    return Line(str(meta.get("name", "")), name, least, most, facets)


def _plain(value: object) -> str:
    return str(value)


def written(module: ModuleType) -> bytes:
    """Return the XSD, its types in the order of their names."""
    namespace = str(module.__NAMESPACE__)
    root = etree.Element(f"{{{XS}}}schema", nsmap={None: namespace, "xs": XS})
    root.set("elementFormDefault", "qualified")
    root.set("targetNamespace", namespace)
    etree.SubElement(root, f"{{{XS}}}element", name="Document", type="Document")
    for name, (shape, lines) in sorted(types_of(module).items()):
        _write(root, name, shape, lines)
    etree.indent(root, "  ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _write(root: Any, name: str, shape: str, lines: tuple[Line, ...]) -> None:
    if shape == "enum":
        simple = etree.SubElement(root, f"{{{XS}}}simpleType", name=name)
        within = etree.SubElement(simple, f"{{{XS}}}restriction", base="xs:string")
        for line in lines:
            etree.SubElement(within, f"{{{XS}}}enumeration", value=line.name)
        return
    whole = etree.SubElement(root, f"{{{XS}}}complexType", name=name)
    if shape == "value":
        _write_value(root, whole, name, lines)
        return
    group = etree.SubElement(whole, f"{{{XS}}}{shape}")
    for line in lines:
        _write_element(group, line, counted=shape == "sequence")


def _write_element(group: Any, line: Line, *, counted: bool) -> None:
    if line.name == "*":
        etree.SubElement(group, f"{{{XS}}}any", namespace="##any", processContents="lax")
        return
    one = etree.SubElement(group, f"{{{XS}}}element", name=line.name)
    if counted and line.least != 1:
        one.set("minOccurs", str(line.least))
    if line.most != 1:
        one.set("maxOccurs", "unbounded" if line.most is None else str(line.most))
    _write_kind(one, line)


def _write_kind(one: Any, line: Line) -> None:
    base = f"xs:{line.kind}" if line.kind in BASES.values() else line.kind
    if not line.facets:
        one.set("type", base)
        return
    simple = etree.SubElement(one, f"{{{XS}}}simpleType")
    _restrict(simple, base, line)


def _restrict(simple: Any, base: str, line: Line) -> None:
    within = etree.SubElement(simple, f"{{{XS}}}restriction", base=base)
    for facet, value in sorted(line.facets):
        etree.SubElement(within, f"{{{XS}}}{facet}", value=value)


def _write_value(root: Any, whole: Any, name: str, lines: tuple[Line, ...]) -> None:
    value, *attributes = lines
    simple = etree.SubElement(root, f"{{{XS}}}simpleType", name=f"{name}_SimpleType")
    _restrict(simple, f"xs:{value.kind}", value)
    content = etree.SubElement(whole, f"{{{XS}}}simpleContent")
    extended = etree.SubElement(content, f"{{{XS}}}extension", base=f"{name}_SimpleType")
    for line in attributes:
        use = "required" if line.least else "optional"
        one = etree.SubElement(extended, f"{{{XS}}}attribute", name=line.name, use=use)
        _write_kind(one, line)


def types_in(xsd: bytes) -> Types:
    """Return what an XSD says, its simple types folded into the places that use them."""
    root = etree.fromstring(xsd)
    simple = {one.get("name"): one for one in root.iter(f"{{{XS}}}simpleType") if one.get("name")}
    found: Types = {}
    for one in root.findall(f"{{{XS}}}complexType"):
        found[one.get("name")] = _read_type(one, simple)
    for name, one in simple.items():
        codes = [each.get("value") for each in one.iter(f"{{{XS}}}enumeration")]
        if codes:
            found[name] = "enum", tuple(Line(each, "", 1, 1, frozenset()) for each in codes)
    return found


def _read_type(one: Any, simple: dict[str, Any]) -> tuple[str, tuple[Line, ...]]:
    extended = one.find(f"{{{XS}}}simpleContent/{{{XS}}}extension")
    if extended is not None:
        kind, facets = _read_kind(extended.get("base"), simple)
        attributes = [
            _read_line(each, simple, int(each.get("use") == "required"))
            for each in extended.findall(f"{{{XS}}}attribute")
        ]
        return "value", (Line("", kind, 1, 1, facets), *attributes)
    group = one[0]
    shape = etree.QName(group).localname
    return shape, tuple(_read_group(group, shape, simple))


def _read_group(group: Any, shape: str, simple: dict[str, Any]) -> Iterator[Line]:
    for each in group:
        if etree.QName(each).localname == "any":
            yield Line("*", "any", 1, 1, frozenset())
        else:
            yield _read_line(each, simple, 0 if shape == "choice" else None)


def _read_line(each: Any, simple: dict[str, Any], least: int | None) -> Line:
    inner = each.find(f"{{{XS}}}simpleType")
    if inner is not None:
        kind, facets = _restriction(inner, simple)
    else:
        kind, facets = _read_kind(each.get("type"), simple)
    most = each.get("maxOccurs", "1")
    told = int(each.get("minOccurs", "1")) if least is None else least
    return Line(each.get("name"), kind, told, None if most == "unbounded" else int(most), facets)


def _read_kind(name: str, simple: dict[str, Any]) -> tuple[str, frozenset[tuple[str, str]]]:
    if name.startswith("xs:"):
        return name.removeprefix("xs:"), frozenset()
    if name not in simple:
        return name, frozenset()
    return _restriction(simple[name], simple, name)


def _restriction(
    one: Any, simple: dict[str, Any], name: str = ""
) -> tuple[str, frozenset[tuple[str, str]]]:
    within = one.find(f"{{{XS}}}restriction")
    if within.find(f"{{{XS}}}enumeration") is not None:
        return name, frozenset()
    kind, inherited = _read_kind(within.get("base"), simple)
    own = {(etree.QName(each).localname, each.get("value")) for each in within}
    return kind, inherited | own
