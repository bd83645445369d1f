"""Names of nodes that want to be more than text: 634 of them, which pages must show as text."""

from __future__ import annotations

from itertools import product

__all__ = ["NAMES"]

#: In all pairs and triples.
PIECES = [
    "</script>",
    "<script>alert(1)</script>",
    "<!--",
    "{{script}}",
    "\u2028\ud800\u202e",
    "&lt;\"'",
    "\\u003c",
    "\0\r\n",
]
WORDS = r"""
<img/src=x/onerror=alert(2)> "><svg/onload=alert(3)> <iframe/src=javascript:alert(4)> <base/href=//x.invalid>
<style>*{}</style> <meta/http-equiv=refresh/content=0;url=//x.invalid> <b>bold</b> ]]> <?x?> &#x41; `tick` ${alert(5)}
javascript:alert(6) */ // /* __proto__ constructor prototype toString hasOwnProperty null undefined NaN -Infinity
1e999 0 -1 node=n #why=a,b ,, ; % %zz a&n=1&by=x ../x file:///x https://x.invalid/ //x.invalid url(//x.invalid)
@import \ '
"""
NAMES = [
    *("".join(pieces) for n in (1, 2, 3) for pieces in product(PIECES, repeat=n)),
    *WORDS.split(),
    *("", " ", "\ufeff", "e\u0301", "\u05e2\u05d1\u05e8\u05d9\u05ea", "\U0001f469\u200d\U0001f469", "x" * 3_000),
]
