"""``--fail-if 'NAME OP VALUE'`` and ``--allow FILE``: a small grammar, so that nothing that is given is ever evaluated.

A verb takes both by `gated`, and asks once, by `Gate.check`, before it prints.
"""

from __future__ import annotations

import functools
import glob
import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli.measures import MEASURES, RECORD, Answered, Total
from graphdiff.cli.streams import tell
from graphdiff.errors import FormatError, UnknownNodeError, UsageError
from graphdiff.graph.lookup import Names
from graphdiff.showing import and_more

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.cli.nodes import Ends
    from graphdiff.io.allowances import Allowance

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
#: The operators of texts; ``~`` is a pattern with ``*`` and ``?``.
OF_TEXTS = ("==", "!=", "~")
#: Names of conditions whose values are texts, and another spelling.
TEXTS = ("package", "licence")
#: Those whose values are parts, which can be given in %.
PARTS = ("relative", "share")
SPELLINGS = {"license": "licence"}
NUMBER = re.compile(r"([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?)\s*(%?)", re.IGNORECASE)
PATTERN = re.compile(r"\s*([a-z]+)\s*(>=|<=|==|!=|>|<|~)\s*(\S|\S.*\S)\s*", re.IGNORECASE)
#: How many nodes a sentence names.
SHOWN = 3


@dataclass(frozen=True)
class Condition:
    """One condition: a name, an operator and a value, which is a number or a text.

    Examples
    --------
    >>> Condition.parse("relative > 5 %", "compare").value
    0.05
    >>> print(Condition.parse("licence ~ 'GPL*'", "compare"))
    licence ~ GPL*
    """

    name: str
    operator: str
    value: float | str

    @classmethod
    def parse(cls, text: str, verb: str) -> Condition:
        """Return the condition that a text says.

        Raises
        ------
        UsageError
            If it is none, or none that the verb can answer.
        """
        match = PATTERN.fullmatch(text)
        names = MEASURES[verb].names
        word = match[1].lower() if match else ""
        name = SPELLINGS.get(word, word)
        if match is None or name not in names:
            raise UsageError(
                f"--fail-if {text[:60]!r}: NAME OP VALUE, as '{_example(names)}'; NAME in {verb} is one of "
                f"{', '.join(names)}"
            )
        value = _text_of(text, *match.groups()[1:]) if name in TEXTS else _number_of(text, name, *match.groups()[1:])
        if isinstance(value, str) and match[2] != "~" and {"*", "?"} & set(value):
            tell(f"--fail-if {text[:60]!r}: {match[2]} takes {value[:60]} as it is written; a pattern is {name} ~ …")
        return cls(name, match[2], value)

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {self.value if isinstance(self.value, str) else format(self.value, 'g')}"

    def met(self, answered: Answered, allowed: Allowed, verb: str) -> Iterator[str]:
        """Yield a sentence for each total for which the condition holds; one of a count, and one of texts.

        Raises
        ------
        UsageError
            If it is about a total and none was asked for, or about what has no number here.
        """
        measures = MEASURES[verb]
        if self.name in measures.counts:
            things = measures.counts[self.name](answered)
            number = sum(not allowed.covers(self, nodes) for nodes in things)
            if OPERATORS[self.operator](number, self.value):
                yield f"{self} is met: {number:,}"
        elif self.name in measures.totals:
            yield from self._met_by_totals(list(measures.totals[self.name](answered)), allowed)
        else:
            nodes = measures.texts[self.name](answered, self.name)
            yield from self._met_by_texts(list(dict.fromkeys(nodes)), answered, allowed)

    def _met_by_totals(self, totals: Sequence[Total], allowed: Allowed) -> Iterator[str]:
        from graphdiff.text.numbers import shown

        if not totals:
            raise UsageError(f"--fail-if {self}: {self.name} is of one total; give SOURCE and TARGET")
        holds = OPERATORS[self.operator]
        hits = [each for each in totals if holds(self._real(each.number), self.value)]
        for noise in (each.noise for each in hits if each.noise):
            tell(f"{self} is not met: {noise}")
        left = [each for each in hits if not each.noise and not allowed.covers(self, each.nodes)]
        for total in left[:SHOWN]:
            more = f", and {len(left) - 1:,} more" if len(left) > SHOWN else ""
            yield f"{self} is met: {shown(total.number)}" + (f" ({total.by})" if total.by else "") + more
            if more:
                return

    def _real(self, number: Any) -> Any:
        if number is None and self.name == "total":
            raise UsageError(f"--fail-if {self}: between two nodes of one cycle there is no total; paths are there")
        if number is None:
            raise UsageError(
                f"--fail-if {self}: walks round a cycle have no count; --cycles collapse makes it one node"
            )
        if not isinstance(number, (int, float)) and not hasattr(number, "as_integer_ratio"):
            raise UsageError(f"--fail-if {self}: {self.name} is no real number here")
        return number

    def _met_by_texts(self, nodes: Sequence[Any], answered: Answered, allowed: Allowed) -> Iterator[str]:
        hits = self._with_licence(nodes, answered) if self.name == "licence" else self._called(nodes, answered)
        listed = [text for node, text in hits if not allowed.covers(self, (node,))]
        if listed:
            yield f"{self} is met: {and_more(', '.join(listed[:SHOWN]), len(listed) - SHOWN)}"

    def _called(self, nodes: Sequence[Any], answered: Answered) -> Iterator[tuple[Any, str]]:
        value = str(self.value)
        meant = answered.meant(value if self.operator == "~" else glob.escape(value))
        return ((node, str(node)) for node in nodes if (node in meant) != (self.operator == "!="))

    def _with_licence(self, nodes: Sequence[Any], answered: Answered) -> Iterator[tuple[Any, str]]:
        licences = {node: answered.licence(node) for node in nodes}
        if licences and not answered.says_licences():
            raise FormatError(f"--fail-if {self}: no licence is in the file, so that nothing can be said of licences")
        lacking = sum(not licence for licence in licences.values())
        if lacking:
            tell(f"--fail-if {self}: the licence of {lacking:,} of {len(nodes):,} nodes looked at is not in the file")
        return ((node, f"{node} ({text})") for node, text in licences.items() if text and self._fits(text))

    def _fits(self, text: str) -> bool:
        """Tell whether a licence, or one of those that an expression names, is what is asked for."""
        from graphdiff.text.licences import licences_in

        value = str(self.value).casefold()
        names = [name.casefold() for name in dict.fromkeys([text, *licences_in(text)])]
        if self.operator == "!=":
            return value not in names
        return any(fnmatchcase(name, value) if self.operator == "~" else name == value for name in names)


def _example(names: Iterable[str]) -> str:
    name = next(iter(names))
    return f"{name} > 0"


def _number_of(text: str, name: str, sign: str, value: str) -> float:
    match = NUMBER.fullmatch(value)
    if match is None or sign not in OPERATORS:
        raise UsageError(f"--fail-if {text[:60]!r}: NAME OP NUMBER, as '{name} > 0'; OP is {' '.join(OPERATORS)}")
    if match[2] and name not in PARTS:
        raise UsageError(f"--fail-if {text!r}: only {' and '.join(PARTS)} can be given in %")
    if not math.isfinite(float(match[1])):
        raise UsageError(f"--fail-if {text[:60]!r}: the number is beyond the floats, which end at 1.8e308")
    number = float(match[1]) / 100 if match[2] else float(match[1])
    if name == "share" and not 0 <= number <= 1:
        meant = match[1] if not match[2] and 1 < number <= 100 else "15"
        raise UsageError(
            f"--fail-if {text[:60]!r}: a share is between 0 and 1, or in per cent: {name} {sign} {meant} %"
        )
    return number


def _text_of(text: str, sign: str, value: str) -> str:
    if sign not in OF_TEXTS:
        raise UsageError(f"--fail-if {text[:60]!r}: of a text OP is {' '.join(OF_TEXTS)}; ~ is a pattern: 'GPL*'")
    is_quoted = len(value) > 2 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value


# -- exceptions


@dataclass
class Allowed:
    """What does not count, by node, and what of it was met: that is told.

    Attributes
    ----------
    by_node : dict of node to Allowance
    met : dict
        Each exception that made something not count, with these nodes.
    """

    by_node: dict[Any, Allowance] = field(default_factory=dict)
    met: dict[Allowance, dict[Any, None]] = field(default_factory=dict)

    @classmethod
    def of(cls, allowances: Iterable[Allowance], answered: Answered) -> Allowed:
        """Return what some exceptions mean in the graphs that were read; those that mean nothing there are told."""
        meant = {each: answered.meant(each.package) for each in allowances}
        for each in (each for each, nodes in meant.items() if not nodes):
            tell(f"--allow: nothing here is called {each.package}: {each}")
        return cls({node: each for each, nodes in meant.items() for node in nodes})

    def covers(self, condition: Condition, nodes: Sequence[Any]) -> bool:
        """Tell whether all of some nodes are allowed, and remember by what."""
        if not nodes or not all(node in self.by_node for node in nodes):
            return False
        for node in nodes:
            self.met.setdefault(self.by_node[node], {})[node] = None
        return True


# -- a verb


@dataclass
class Gate:
    """The conditions of a verb, and what came of them.

    Attributes
    ----------
    verb : str
    conditions : sequence of Condition
    allowances : sequence of Allowance
    failed, spared : lists of str
        What holds, and what was allowed, a sentence each.
    absent : list of str
        The targets that the file has not.
    """

    verb: str
    conditions: Sequence[Condition]
    allowances: Sequence[Allowance] = ()
    failed: list[str] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    @property
    def told(self) -> list[str]:
        """What is said of the conditions."""
        return [*self.failed, *self.spared]

    @classmethod
    def of(cls, verb: str, texts: Sequence[str], path: str | None) -> Gate:
        """Return the gate of a verb; what is allowed no longer is told.

        Raises
        ------
        UsageError
            If a condition is none, or exceptions are given and no condition.
        """
        conditions = [Condition.parse(text, verb) for text in texts]
        if path is None:
            return cls(verb, conditions)
        if not conditions:
            raise UsageError("--allow FILE has exceptions from conditions, and no --fail-if is given")
        from graphdiff.io.allowances import read_allowances

        allowances = read_allowances(path)
        for expired in (each for each in allowances if not each.holds(date.today())):
            tell(f"{path}: no longer allowed: {expired}")
        return cls(verb, conditions, [each for each in allowances if each.holds(date.today())])

    def require(self, names: Sequence[str], what: str) -> None:
        """Raise `UsageError` for a condition about anything but some measures, where nothing else is known."""
        for each in self.conditions:
            if each.name not in names:
                raise UsageError(f"--fail-if {each}: {what} conditions are about {' or '.join(names)}")

    def check(self, results: Sequence[Any], *graphs: nx.DiGraph) -> list[str]:
        """Ask every condition, and return what holds; JSON that is printed from now on has it."""
        if not self.conditions:
            return []
        answered = Answered(results, graphs)
        allowed = Allowed.of(self.allowances, answered)
        self.failed = [text for each in self.conditions for text in each.met(answered, allowed, self.verb)]
        for allowance, nodes in allowed.met.items():
            names = and_more(", ".join(map(str, [*nodes][:SHOWN])), len(nodes) - SHOWN)
            self.spared.append(
                f"not counted, as allowed: {'' if names == allowance.package else f'{names}, by '}{allowance}"
            )
            tell(self.spared[-1])
        click.get_current_context().meta[RECORD] = {
            "failed": self.failed,
            "allowed": [{**each.to_dict(), "nodes": list(map(str, nodes))} for each, nodes in allowed.met.items()],
            **({"absent": self.absent} if self.absent else {}),
        }
        return self.failed

    def present(self, ends: Ends, graph: nx.DiGraph) -> Ends:
        """Return the ends without targets that a file has not: with a condition these are 0 paths, which is told.

        That a package is never there is what a gate can be for. Without a condition a name that is not there is more
        likely a mistake, and a source always is.
        """
        if not self.conditions:
            return ends
        names = Names(graph)
        for word in dict.fromkeys(ends.targets):
            try:
                names.nodes(word)
            except UnknownNodeError as error:
                tell(f"0 paths: {error}")
                self.absent.append(word)
        kept = tuple(word for word in ends.targets if word not in self.absent)
        listed = ends.listed and replace(ends.listed, options={**ends.listed.options, "missing": "skip"})
        return replace(ends, targets=kept, listed=listed)

    def end(self) -> None:
        """Say what holds, and end with status 1 where anything does."""
        for text in self.failed:
            tell(text)
        if self.failed:
            click.get_current_context().exit(1)


def gated(function: Callable[..., None]) -> Callable[..., None]:
    """Give a verb ``--fail-if`` and ``--allow``; it receives a `Gate`, and ends with status 1 where one holds."""
    verb = function.__name__

    @functools.wraps(function)
    def run(*args: Any, conditions: tuple[str, ...], allow: str | None, **given: Any) -> None:
        gate = Gate.of(verb, conditions, allow)
        function(*args, gate=gate, **given)
        gate.end()

    run = click.option(
        "--allow",
        metavar="FILE",
        help="Exceptions, in TOML: [[allow]] with package, reason, until.",
    )(run)
    return click.option(
        "--fail-if", "conditions", multiple=True, metavar="'NAME OP VALUE'",
        help=f"Status 1 where it holds, of {', '.join(MEASURES[verb].names)}.",
    )(run)  # fmt: skip
