"""`trace`: a computation as it ran, as a graph of local derivatives.

In comes an expression or a function with values, out goes a networkx graph, to users and to ``expr:`` in `io`. Rules
are a table (`rules`, for each kind of number: `spaces`; of several operations: `composed`), numbers note what is done
with them (`scalars`, `arrays`) on a tape (`tape`), with its line of the source (`places`), and the tape becomes a graph
(`graphs`). Expressions are parsed and never run (`expressions`); functions run (`function`), and what they fail with is
told (`failing`). `check` compares the derivatives with numerical ones.

Where arrays are kept whole, out goes an `Operations`. Of PyTorch (`exported`): the graph that torch exports (`aten`),
its ends (`torch_ends`), what its operations are called (`module_paths`) and their derivatives (`torch_maps`), beside
torch's own gradient (`torch_gradients`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Keyword
from graphdiff.tracing.expressions import trace_expression
from graphdiff.tracing.function import trace_function
from graphdiff.tracing.rules import user_rules

if TYPE_CHECKING:
    from graphdiff.operations.network import Operations

__all__ = ["Rules", "trace"]

#: ``{name: (function, partial by its first operand, by its second, …)}``.
Rules = Mapping[str, Sequence[Callable[..., Number]]]

#: What keeps arrays whole, ``module:function``, loaded on use, by the library that computes.
BACKENDS = {
    "numpy": "graphdiff.tracing.whole:trace_whole",
    "jax": "graphdiff.tracing.jaxprs:trace_jax",
    "torch": "graphdiff.tracing.exported:trace_torch",
}


def trace(
    program: str | Callable[..., Any],
    /,
    *args: Any,
    symbolic: bool = False,
    rules: Rules | None = None,
    limits: Mapping[str, int] | None = None,
    arrays: str = "scalars",
    backend: str | None = None,
    **kwargs: Any,
) -> Any:
    """Return the graph of a computation: a value in every node, the exact local derivative on every edge.

    Of a module or of tensors of PyTorch, with ``backend="jax"`` or ``arrays="whole"`` arrays are kept whole: an
    `Operations`.

    Parameters
    ----------
    program : str or callable
        An expression, or several assignments on lines of their own or with ``;`` between them: arithmetic and the
        functions of math, parsed and never run. Or a Python function of numbers, lists, dicts, numpy arrays, Series and
        DataFrames of pandas, which is run once: comparisons, ``isinstance``, branches and loops go as they go for
        these values.
    *args, **kwargs
        The inputs: of a function its arguments, of an expression the values of its names, also as one mapping.
        Numbers of any kind; ints, Fractions, complex numbers stay what they are, and ``1 / 2`` of ints is a Fraction.
        Booleans, texts and other objects are handed on.
    symbolic : bool
        Whether the weights are sympy expressions of the inputs; an expression's names then need no values.
    rules : mapping of str to tuple, optional
        Functions with partials of their own, one line a rule: ``{name: (function, partial, …)}``, a partial for each
        operand, all of them functions of the operands.
    limits : mapping of str to int, optional
        Of expressions, in place of `graphdiff.tracing.expressions.LIMITS`: ``length``, ``depth``, ``digits``,
        ``bits``. Of JAX ``steps``, how many turns of a loop are unrolled (1,000).
    arrays : {"scalars", "whole"}
        Whether each number of an array is a node, or the array.
    backend : {"numpy", "jax", "torch"}, optional
        The library that computes: with one arrays are kept whole. PyTorch is recognized by its modules.

    Returns
    -------
    networkx.MultiDiGraph
        Of nodes ``op``, ``value``, ``label`` (the formula), ``line`` and, of functions, ``file``; inputs have ``root``,
        outputs ``leaf``, between which `graphdiff.jacobian` and the others look by default. Of edges ``weight``, and
        ``operand``, the place among the operands: ``x * x`` has two edges. Constants are nodes of ``op`` "const",
        held fixed: the weight of their edges is 0. The graph's attributes list ``inputs`` and ``outputs``.

        An input is called by its name, of a list or array ``x[0]``, ``w[1,2]``; a result by the variable that it is
        stored to, else in an expression by its text, in a function by its operation (``mul#1``), and as an output
        ``out`` (``out[0]``, ``out[1]``, … of several). Of several results with one name the last has it, as the
        variable does when all is over; the ones before are ``x#1``, ``x#2``, …. An input keeps its name. What is
        returned is found by its variable and by its place too: ``y`` and ``out`` are one node after ``return y``.

    Raises
    ------
    ExpressionError
        If text is no arithmetic: with line and column.
    LimitError
        If it is beyond a limit; or an array has more than a million numbers, and is not kept whole.
    DerivativeError
        At a point without value or derivative, such as ``log(0)`` or ``sqrt`` at 0. At kinks the subgradient in the
        middle is taken: 0 for ``abs`` at 0, equal parts for ``max`` and ``min`` at a tie.
    TraceError
        If something would lose the derivative, such as ``float(x)``, also where the function catches the error; or if a
        library cannot take traced numbers. With the line of the function.
    UsageError
        If values are missing or left over.
    MissingExtraError
        If symbols are asked for and sympy is not there.

    Notes
    -----
    Some questions about a number cannot be answered for a traced one. A function that asks them runs another branch or
    makes a constant, and `graphdiff.check` finds its derivatives to differ:

    ======================================================  =====================================================
    in the function                                         what happens, and what to write
    ======================================================  =====================================================
    ``type(x) is float``, ``issubclass(type(x), float)``    false: ``isinstance(x, float)``
    ``x.dtype``, ``x.dtype.kind`` of an array               objects: ``isinstance(x[0], np.floating)``
    ``hasattr(x, "__index__")``, ``hasattr(x, "sqrt")``     true of any number: ``isinstance(x, int)``
    ``float(str(x))``, ``Decimal(f"{x}")``                  a text is a constant: hand the number on
    ``{a, b}``, ``memo[x]``, a cache of a method            equal numbers are one: an unhashed list; ``functools.cache``
                                                            on a function by whose name it is called is fine
    ``pd.api.types.is_float(x)``                            false: ``isinstance(x, float)``
    ``max(a, b)`` at a tie                                  all of it goes to the first: ``np.maximum`` shares it
    ======================================================  =====================================================

    A branch on ``isinstance(x, int)`` is that of the int, beside which `check` tries floats.

    References
    ----------
    A. Griewank, A. Walther, "Evaluating Derivatives", 2nd ed. (2008): tapes and computational graphs. The example is
    C. Olah, "Calculus on Computational Graphs: Backpropagation" (2015).

    Examples
    --------
    >>> from graphdiff import reverse
    >>> G = trace("c = a + b; d = b + 1; e = c * d", a=2, b=1)
    >>> list(G.edges(data="weight"))
    [('a', 'c', 1), ('b', 'c', 1), ('b', 'd', 1), ('c', 'e', 2), ('1', 'd', 0), ('d', 'e', 3)]
    >>> gradient = reverse(G, "e")
    >>> gradient["a"], gradient["b"]
    (2, 5)

    >>> import math
    >>> def f(x, y):
    ...     for _ in range(3):
    ...         x = math.sin(x) * y
    ...     return x
    >>> G = trace(f, 0.5, 2.0)
    >>> G.graph["outputs"], [name for name in G if name.startswith("x")]
    (['x#3'], ['x', 'x#1', 'x#2', 'x#3'])
    """
    if (library := _library_of(program, (args, kwargs), arrays, backend)) is not None:
        if symbolic or rules:
            raise UsageError("symbolic= and rules= are for scalars: arrays that are kept whole have none")
        if limits and (library != "jax" or limits.keys() != {"steps"}):
            raise UsageError(
                "of arrays that are kept whole there is one limit: ", Keyword("limits", {"steps": 1000}), " of JAX"
            )
        module, _, function = BACKENDS[library].partition(":")
        operations: Operations = getattr(import_module(module), function)(program, args, kwargs, **(limits or {}))
        return operations
    table = user_rules(rules or {})
    if isinstance(program, str):
        if len(args) > 1 or (args and not isinstance(args[0], Mapping)):
            raise UsageError("an expression takes its values by name, trace('a + b', a=1, b=2), or as one mapping")
        values = {**(args[0] if args else {}), **kwargs}
        with collector_at_rest():
            return trace_expression(program, values, rules=table, symbolic=symbolic, limits=limits or {})
    if not callable(program):
        raise UsageError(f"trace takes the text of an expression or a function, not {type(program).__name__}")
    if limits:
        raise UsageError("limits are those of expressions; a function runs as it is")
    wrapped = {name: row[0] for name, row in (rules or {}).items()}
    with collector_at_rest():
        return trace_function(program, args, kwargs, rules=table, functions=wrapped, symbolic=symbolic)


def _library_of(program: Any, given: Any, arrays: str, backend: str | None) -> str | None:
    """Return which library keeps the arrays of a program whole; None where its numbers are traced one by one."""
    if arrays not in ("scalars", "whole"):
        raise UsageError(Keyword("arrays", arrays), ': "scalars" or "whole"')
    if backend is not None and backend not in BACKENDS:
        raise UsageError(Keyword("backend", backend), f": {', '.join(map(repr, BACKENDS))}")
    if backend is not None:
        return backend
    torch = sys.modules.get("torch")
    if torch is not None and callable(program) and _holds([program, given], (torch.nn.Module, torch.Tensor)):
        return "torch"
    return "numpy" if arrays == "whole" else None


def _holds(given: Any, kinds: tuple[type, ...]) -> bool:
    """Tell whether a value, or what lists and dicts in it hold, is of one of some kinds."""
    if isinstance(given, Mapping):
        given = list(given.values())
    return isinstance(given, kinds) or (isinstance(given, (tuple, list)) and any(_holds(one, kinds) for one in given))
