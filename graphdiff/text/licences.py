"""Licences as files say them: which ones an expression such as ``MIT OR (Apache-2.0 AND BSD-3-Clause)`` names."""

from __future__ import annotations

import re

#: What joins licences to an expression of SPDX (specification 2.3, annex D), in any case as pip and npm take it.
OPERATOR = re.compile(r"\s+(?:AND|OR|WITH)\s+|[()]|\s*/\s*", re.IGNORECASE)


def licences_in(text: str) -> list[str]:
    """Return the licences, and exceptions from them, that a text names; the text itself where it is no expression.

    Examples
    --------
    >>> licences_in("MIT OR (GPL-2.0-only WITH Classpath-exception-2.0)"), licences_in("MIT/Apache-2.0")
    (['MIT', 'GPL-2.0-only', 'Classpath-exception-2.0'], ['MIT', 'Apache-2.0'])
    >>> licences_in("BSD License"), licences_in("https://example.org/terms")
    (['BSD License'], ['https://example.org/terms'])
    """
    if "://" in text:
        return [text]
    return [name.strip() for name in OPERATOR.split(text) if name.strip()]
