"""``--fail-if 'NAME OP NUMBER'``: a small grammar, so that nothing that is given is ever evaluated."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphdiff.errors import UsageError

if TYPE_CHECKING:
    from graphdiff.change.comparison import Comparison
    from graphdiff.change.difference import Difference

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
#: What a condition can be about: a number of the sets.
OF_SETS: dict[str, Callable[[Difference], Any]] = {
    "appeared": lambda difference: len(difference.appeared),
    "gone": lambda difference: len(difference.gone),
    "cycles": lambda difference: len(difference.cycles_new),
}
#: The same of a total, which needs both ends; paths are those that were gained.
OF_TOTALS: dict[str, Callable[[Comparison], Any]] = {
    "change": lambda total: total.change,
    "relative": lambda total: total.relative if total.relative is not None else total.change and float("inf"),
    "paths": lambda total: None if total.paths is None else total.paths.gained,
}
NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?"
PATTERN = re.compile(rf"\s*([a-z]+)\s*(>=|<=|==|!=|>|<)\s*({NUMBER})\s*(%?)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """One condition: a name, an operator and a number.

    Examples
    --------
    >>> Condition.parse("relative > 5 %").limit
    0.05
    """

    name: str
    operator: str
    limit: float

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Return the condition that a text says.

        Raises
        ------
        UsageError
            If it is none.
        """
        match = PATTERN.fullmatch(text)
        names = ", ".join([*OF_TOTALS, *OF_SETS])
        if match is None or match[1].lower() not in OF_SETS.keys() | OF_TOTALS.keys():
            raise UsageError(f"--fail-if {text!r}: NAME OP NUMBER, as 'appeared > 0'; NAME is one of {names}")
        name, sign, number, percent = match.groups()
        if percent and name.lower() != "relative":
            raise UsageError(f"--fail-if {text!r}: only relative can be given in %")
        if not math.isfinite(float(number)):
            raise UsageError(f"--fail-if {text[:60]!r}: the number is beyond the floats, which end at 1.8e308")
        return cls(name.lower(), sign, float(number) / 100 if percent else float(number))

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {self.limit:g}"

    def met(self, difference: Difference, totals: Sequence[Comparison]) -> Iterator[str]:
        """Yield a sentence for each weighting under which the condition is met; one for a condition on sets.

        Raises
        ------
        UsageError
            If it is about a total and none was asked for, or about what has no number here.
        """
        if self.name in OF_SETS:
            value = OF_SETS[self.name](difference)
            if OPERATORS[self.operator](value, self.limit):
                yield f"{self} is met: {value:,}"
            return
        from graphdiff.text.numbers import shown

        if not totals:
            raise UsageError(f"--fail-if {self}: {self.name} is of one total; give SOURCE and TARGET")
        for total in totals:
            value = OF_TOTALS[self.name](total)
            if value is None:
                raise UsageError(
                    f"--fail-if {self}: walks round a cycle have no count; --cycles collapse makes it one node"
                )
            if not isinstance(value, (int, float)) and not hasattr(value, "as_integer_ratio"):
                raise UsageError(f"--fail-if {self}: {self.name} is no real number here")
            if OPERATORS[self.operator](value, self.limit):
                yield f"{self} is met: {shown(value)} ({total.weight_meaning})"
