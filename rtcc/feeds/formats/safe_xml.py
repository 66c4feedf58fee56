"""Reads XML that strangers wrote: no document type, no entity, nothing fetched, bounded in size and in depth."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

#: Longer than any warning or position that we know, by far.
MOST_BYTES = 16 * 1024 * 1024
#: Deeper than any of them; writing an element down goes as deep as it is nested.
MOST_DEPTH = 100

__all__ = ["Element", "XmlError", "children", "local_name", "namespace", "parse_xml", "text_of", "written"]


class XmlError(ValueError):
    """XML that is not read; the message is one sentence without any of its content."""


def parse_xml(body: bytes | str, what: str = "The payload") -> Element:
    """Return the root element. Raises XmlError."""
    if len(body) > MOST_BYTES:
        raise XmlError(f"{what} is longer than {MOST_BYTES:,} bytes; it is not read.")
    try:
        root: Element = ElementTree.fromstring(body, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise XmlError(f"{what} declares a document type or an entity; such XML is not read.") from error
    except ParseError as error:
        line, column = error.position
        raise XmlError(f"{what} is no well-formed XML, at line {line}, column {column}.") from error
    except (ValueError, LookupError) as error:
        raise XmlError(f"{what} is XML in an encoding that is not known.") from error
    _refuse_depth(root, what)
    return root


def _refuse_depth(root: Element, what: str) -> None:
    level = [root]
    for _ in range(MOST_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise XmlError(f"{what} is nested more than {MOST_DEPTH} levels deep; it is not read.")


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """Return an element's namespace, empty where it has none."""
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children of this name, of whatever namespace."""
    return (child for child in element if local_name(child) == name)


def text_of(element: Element | None, name: str) -> str:
    """Return the trimmed text of the first child of this name; empty where there is none."""
    child = None if element is None else next(children(element, name), None)
    return "" if child is None else (child.text or "").strip()


def written(element: Element) -> bytes:
    """Return an element as XML again."""
    text: bytes = ElementTree.tostring(element, encoding="utf-8")
    return text
