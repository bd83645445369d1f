"""XML as a tree of elements, by names without their namespaces; document types and deep nesting are refused."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.parsers import expat

from graphdiff.errors import FormatError

__all__ = ["parsed_xml"]

# Deeper files are attacks.
DEEPEST = 200


def parsed_xml(data: bytes, name: str) -> ElementTree.Element:
    """Return the root element of an XML file.

    Raises
    ------
    FormatError
        Broken XML, a document type declaration, or elements nested too deep; the line is named.

    Examples
    --------
    >>> [element.tag for element in parsed_xml(b"<a xmlns='urn:x'><b/></a>", "x.xml").iter()]
    ['a', 'b']
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    builder = ElementTree.TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise FormatError(f"{name}, line {parser.CurrentLineNumber}: elements nested more than {DEEPEST} deep")
        builder.start(tag.rpartition("}")[2], attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition("}")[2])

    def refuse(*_: object) -> None:
        line = parser.CurrentLineNumber
        raise FormatError(f"{name}, line {line}: a document type declaration, which is not read; remove it")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except FormatError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FormatError(f"{name}: broken XML: {error}") from error
    return builder.close()
