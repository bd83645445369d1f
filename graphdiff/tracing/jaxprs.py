"""Functions of JAX: a node for each equation of their jaxpr, by JAX's own derivatives of its primitives.

`jax.jvp` and `jax.vjp` of one primitive are its two products, so there is no table of rules. Calls within (``jit``,
``remat``) are inlined, loops and branches unrolled as they go at these inputs; what has a derivative of its own
(``custom_jvp``, ``custom_vjp``) stays one node. Of JAX only public names and those of `jax.extend.core` are used.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from graphdiff.errors import LimitError, MissingExtraError, TraceError, UsageError
from graphdiff.operations.ends import is_float, kind_text
from graphdiff.operations.network import Operations
from graphdiff.operations.space import Array
from graphdiff.operations.sweeps import Maps, Operation
from graphdiff.remedies import Keyword, Remedy
from graphdiff.tracing.places import NOWHERE, is_library, is_raised, place_at, users_frame
from graphdiff.tracing.products import JAX, ByTranspose, Member, Products, can_move, first_line
from graphdiff.tracing.tape import distinct_names

try:
    import jax
    import jax.numpy as jnp
    from jax.extend import core
except ImportError:
    raise MissingExtraError("jax", "jax") from None

__all__ = ["trace_jax"]

#: So many turns of a loop are unrolled, where nobody says how many; a scan of more is one node.
MAX_STEPS = 1_000

#: Primitives that only hold others, by the parameter that has their equations.
INLINED = dict.fromkeys(("jit", "pjit", "remat", "remat2", "checkpoint", "closed_call", "core_call"), "jaxpr")


@dataclass(frozen=True)
class _Node:
    """A value that is a node: where it is, and what it is."""

    position: int
    value: Any


@dataclass
class _Run:
    """The equations that were done so far, as operations."""

    max_steps: int
    rows: list[tuple[str, Any, tuple[int, ...], Maps | None, dict[str, Any]]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    has_while: bool = False

    def note(self, op: str, value: Any, operands: tuple[int, ...], maps: Maps | None, about: dict[str, Any]) -> _Node:
        self.rows.append((op, value, operands, maps, about))
        return _Node(len(self.rows) - 1, value)

    def input(self, name: str, value: Any) -> Any:
        """Return an input; what holds no floats is a constant."""
        if "complex" in kind_text(value):
            raise UsageError(f"{name} is an array of {kind_text(value)}: arrays that are kept whole are of floats")
        node = self.note("input", value, (), None, {})
        self.names[node.position] = name
        return node if can_move(value) else value

    def equations(self, jaxpr: Any, constants: Sequence[Any], given: Sequence[Any], about: dict[str, Any]) -> list[Any]:
        """Do the equations of a jaxpr; return what comes out, nodes and constants."""
        known: dict[Any, Any] = dict(zip(jaxpr.constvars, map(_held, constants), strict=True))
        known.update(zip(jaxpr.invars, given, strict=True))
        for equation in jaxpr.eqns:
            operands = [_read(known, one) for one in equation.invars]
            made = self.equation(equation, operands, about | _about(equation, about))
            known.update(zip(equation.outvars, made, strict=True))
        return [_read(known, one) for one in jaxpr.outvars]

    def equation(self, equation: Any, operands: list[Any], about: dict[str, Any]) -> Sequence[Any]:
        """Do one equation."""
        name, params = equation.primitive.name, equation.params
        if name in INLINED:
            jaxpr, constants = _opened(params[INLINED[name]])
            return self.equations(jaxpr, constants, operands, about)
        if name == "cond":
            index = int(_value(operands[0]))
            jaxpr, constants = _opened(params["branches"][min(max(index, 0), len(params["branches"]) - 1)])
            return self.equations(jaxpr, constants, operands[1:], about)
        if name == "scan" and params["length"] <= self.max_steps:
            return self.scan(params, operands, about)
        if name == "while":
            return self.loop(params, operands, about)
        kind = ByTranspose if _is_for_reverse_only(equation) else Products
        made = self.apply(_called(equation), _bound(equation), operands, about, kind)
        return made if equation.primitive.multiple_results else [made]

    def apply(
        self,
        op: str,
        compute: Callable[..., Any],
        operands: list[Any],
        about: dict[str, Any],
        kind: type[Products] = Products,
    ) -> Any:
        """Compute something of operands: a node where it moves with one, else a constant."""
        values = list(map(_value, operands))
        value = compute(*values)
        if isinstance(value, list | tuple):
            if len(value) == 1:
                return [self.apply(op, partial(_only, compute), operands, about, kind)]
            value = tuple(value)
        places = [place for place, one in enumerate(operands) if isinstance(one, _Node)]
        several = isinstance(value, tuple)
        if not places or not any(map(can_move, value if several else [value])) or op == "stop_gradient":
            return value
        nodes = tuple([operands[place].position for place in places])
        node = self.note(op, value, nodes, kind(compute, values, places, value, op, about.get("line")), about)
        return [self.member(node, place, about) for place in range(len(value))] if several else node

    def member(self, node: _Node, place: int, about: dict[str, Any]) -> Any:
        """Return one of several results."""
        value = node.value[place]
        if not can_move(value):
            return value
        return self.note(f"result {place}", value, (node.position,), Member(place, len(node.value)), about)

    def scan(self, params: Mapping[str, Any], operands: list[Any], about: dict[str, Any]) -> list[Any]:
        """Do the turns of a scan one by one."""
        jaxpr, constants = _opened(params["jaxpr"])
        n_fixed, n_carried = params["num_consts"], params["num_carry"]
        fixed, carried = operands[:n_fixed], operands[n_fixed : n_fixed + n_carried]
        turns = range(params["length"])
        rows: list[list[Any]] = []
        for step in reversed(turns) if params["reverse"] else turns:
            now = about | {"step": step}
            parts = [self.apply("row", _row, [one, step], now) for one in operands[n_fixed + n_carried :]]
            made = self.equations(jaxpr, constants, [*fixed, *carried, *parts], now)
            carried = made[:n_carried]
            rows.append(made[n_carried:])
        if params["reverse"]:
            rows.reverse()
        stacked = [self.apply("stack", _stacked, list(column), about) for column in zip(*rows, strict=True)]
        if not rows:
            shapes = [variable.aval for variable in jaxpr.outvars[n_carried:]]
            stacked = [jnp.zeros((0, *shape.shape), shape.dtype) for shape in shapes]
        return [*carried, *stacked]

    def loop(self, params: Mapping[str, Any], operands: list[Any], about: dict[str, Any]) -> list[Any]:
        """Do the turns of a while loop, which has no derivative in reverse otherwise."""
        self.has_while = True
        test, test_constants = _opened(params["cond_jaxpr"])
        body, body_constants = _opened(params["body_jaxpr"])
        n_test, n_body = params["cond_nconsts"], params["body_nconsts"]
        tested, fixed, carried = operands[:n_test], operands[n_test : n_test + n_body], operands[n_test + n_body :]
        asks = core.jaxpr_as_fun(core.ClosedJaxpr(test, test_constants))
        step = 0
        while bool(asks(*map(_value, [*tested, *carried]))[0]):
            if step == self.max_steps:
                raise LimitError(
                    f"a while loop goes round more than {step:,} times",
                    Remedy(Keyword("limits", {"steps": 10 * step}), "unrolls more"),
                )
            carried = self.equations(body, body_constants, [*fixed, *carried], about | {"step": step})
            step += 1
        return carried

    def operations(self) -> list[Operation]:
        """Return what was done, each by a name of its own: of an input or output, else its scope and what it does."""
        bases = [
            (self.names[number], False) if number in self.names else (_base(op, about), True)
            for number, (op, _, _, _, about) in enumerate(self.rows)
        ]
        names = distinct_names(bases, self.names)
        return [Operation(name, *row) for name, row in zip(names, self.rows, strict=True)]


def _base(op: str, about: Mapping[str, Any]) -> str:
    return f"{about['module']}.{op}" if "module" in about else op


def _read(known: Mapping[Any, Any], one: Any) -> Any:
    return one.val if isinstance(one, core.Literal) else known[one]


def _value(one: Any) -> Any:
    return one.value if isinstance(one, _Node) else one


def _held(constant: Any) -> Any:
    """Return a constant of a jaxpr as JAX's own array, for numpy's cannot be indexed by what moves."""
    return jnp.asarray(constant) if isinstance(constant, np.ndarray) else constant


def _bound(equation: Any) -> Callable[..., Any]:
    """Return what does an equation, of its operands."""
    bound = equation.primitive.get_bind_params(equation.params)
    functions, bound = bound if isinstance(bound, tuple) else ((), bound)  # JAX has had both
    return partial(equation.primitive.bind, *functions, **bound)


def _is_for_reverse_only(equation: Any) -> bool:
    """Tell whether an equation is, or holds, one with a rule of its own for reverse (``custom_vjp``)."""
    if equation.primitive.name.startswith("custom_vjp_call"):
        return True
    held = [one for value in equation.params.values() for one in (value if isinstance(value, tuple) else (value,))]
    inside = [_opened(one)[0] for one in held if isinstance(one, core.ClosedJaxpr | core.Jaxpr)]
    return any(_is_for_reverse_only(one) for jaxpr in inside for one in jaxpr.eqns)


def _only(compute: Callable[..., Any], *operands: Any) -> Any:
    return compute(*operands)[0]


def _row(array: Any, step: int) -> Any:
    return jax.lax.dynamic_index_in_dim(array, step, keepdims=False)


def _stacked(*rows: Any) -> Any:
    return jnp.stack(rows)


def _opened(jaxpr: Any) -> tuple[Any, Sequence[Any]]:
    return (jaxpr.jaxpr, jaxpr.consts) if isinstance(jaxpr, core.ClosedJaxpr) else (jaxpr, ())


def _called(equation: Any) -> str:
    """Return what an equation does: of one with a rule of its own the name of the function."""
    inside = equation.params.get("call_jaxpr")
    if inside is None:
        return str(equation.primitive.name)
    return str(inside.jaxpr.debug_info.func_name or equation.primitive.name)


#: What is done for many at a time is where it is for one.
_VMAP = re.compile(r"vmap\(([^()]*)\)")


def _about(equation: Any, outer: Mapping[str, Any]) -> dict[str, Any]:
    """Return where an equation is: its scopes (`jax.named_scope`), within those around it, and the user's line."""
    stack = _VMAP.sub(r"\1", str(equation.source_info.name_stack))
    scopes = [part for part in stack.split("/") if part and "()" not in part]
    module = ".".join([*([outer["module"]] if "module" in outer else []), *scopes])
    about: dict[str, Any] = {"module": module} if module else {}
    frames = getattr(equation.source_info.traceback, "frames", ())
    users = next((frame for frame in frames if not is_library(frame.file_name)), None)
    return about if users is None else about | {"line": users.line_num, "file": users.file_name}


def trace_jax(
    program: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], *, steps: int = MAX_STEPS
) -> Operations:
    """Return the operations of a function of JAX; see `graphdiff.trace`.

    Raises
    ------
    TraceError
        If JAX cannot trace it, in its words.
    UsageError
        If the function cannot be called so, or an input is complex.
    LimitError
        If a while loop takes more steps than are unrolled.
    """
    names, leaves, call = _flat(program, args, kwargs)
    closed, shape = _jaxpr(program, call, leaves)
    run = _Run(steps)
    nodes = [run.input(name, jnp.asarray(leaf)) for name, leaf in zip(names, leaves, strict=True)]
    made = run.equations(closed.jaxpr, closed.consts, nodes, {})
    outputs = list(_outputs(run, made, shape))
    operations = run.operations()
    titles = tuple([operations[position].name for position in outputs])

    def again(values: Mapping[str, Array]) -> Operations:
        other = [values.get(name, leaf) for name, leaf in zip(names, leaves, strict=True)]
        bound = call(other)
        return trace_jax(program, bound.args, bound.kwargs, steps=steps)

    def reference(cotangents: Mapping[str, Array]) -> Mapping[str, Array]:
        floats = [place for place, leaf in enumerate(leaves) if is_float(jnp.asarray(leaf))]

        def of_floats(*given: Any) -> list[Any]:
            whole = list(leaves)
            for place, one in zip(floats, given, strict=True):
                whole[place] = one
            bound = call(whole)
            returned = jax.tree_util.tree_leaves(program(*bound.args, **bound.kwargs))
            by_title = dict(zip(titles, returned, strict=True))  # what is returned twice counts once
            return [by_title[title] for title in cotangents]

        _, back = jax.vjp(of_floats, *[jnp.asarray(leaves[place]) for place in floats])
        adjoints = back(list(cotangents.values()))
        return {names[place]: adjoint for place, adjoint in zip(floats, adjoints, strict=True)}

    called = getattr(program, "__name__", type(program).__name__)
    own = None if run.has_while else reference  # JAX has none of it in reverse
    return Operations(operations, tuple(names), (), titles, JAX, called, own, again)


Call = Callable[[Sequence[Any]], inspect.BoundArguments]

#: That of what tells none, as some functions of C do.
_ANY = inspect.signature(lambda *args, **kwargs: None)


def _flat(program: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[list[str], list[Any], Call]:
    """Return the names and values of all leaves of the arguments that are arrays, and what calls with others."""
    if not callable(program):
        raise UsageError(f"JAX traces a function, not {type(program).__name__}")
    try:
        bound = _signature(program).bind(*args, **kwargs)
    except TypeError as error:
        raise UsageError(f"the function cannot be called so: {error}") from None
    titles = list(bound.arguments)
    paths, tree = jax.tree_util.tree_flatten_with_path(list(bound.arguments.values()))
    places = [place for place, (_, leaf) in enumerate(paths) if not _stays(leaf)]
    names: list[str] = []
    for place in places:
        path = paths[place][0]
        names.append(_free(titles[path[0].idx] + "".join(_part(key, 1) for key in path[1:]), names))

    def call(given: Sequence[Any]) -> inspect.BoundArguments:
        leaves = [leaf for _, leaf in paths]
        for place, one in zip(places, given, strict=True):
            leaves[place] = one
        arguments = dict(zip(titles, jax.tree_util.tree_unflatten(tree, leaves), strict=True))
        return inspect.BoundArguments(bound.signature, arguments)

    return names, [paths[place][1] for place in places], call


def _signature(program: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(program)
    except ValueError:
        return _ANY


def _stays(leaf: Any) -> bool:
    """Tell whether an argument is handed on as it is: whole numbers and texts, which choose, and functions."""
    return isinstance(leaf, int | str | bytes) or callable(leaf)


def _free(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken."""
    while name in taken:
        name += "_"
    return name


def _part(key: Any, place: int) -> str:
    """Return a part of a leaf's name: ``params``, ``.w``, ``[0]``."""
    name = getattr(key, "key", getattr(key, "name", None))
    if isinstance(name, str):
        return f".{name}" if place else name
    return f"[{getattr(key, 'idx', name)}]"


def _jaxpr(program: Any, call: Call, leaves: Sequence[Any]) -> tuple[Any, Any]:
    def of_leaves(*given: Any) -> Any:
        bound = call(given)
        return program(*bound.args, **bound.kwargs)

    try:
        return jax.make_jaxpr(of_leaves, return_shape=True)(*leaves)  # type: ignore[no-any-return]
    except (TypeError, ValueError, IndexError, NotImplementedError) as error:
        frame_and_place = users_frame(error)
        if frame_and_place is not None and is_raised(*frame_and_place[:2]):
            raise
        place = NOWHERE if frame_and_place is None else place_at(frame_and_place[0].f_code, frame_and_place[1])
        where = f"{place}: " if place.line else ""
        said = f"{where}JAX cannot trace {getattr(program, '__name__', 'the function')}: {first_line(error)}"
        raise TraceError(said, line=place.line) from error


def _outputs(run: _Run, made: Sequence[Any], shape: Any) -> Iterator[int]:
    """Yield where the outputs are, and call those by their places that are no inputs."""
    paths, _ = jax.tree_util.tree_flatten_with_path(shape)
    if not any(isinstance(one, _Node) for one in made):
        raise TraceError("nothing that the function returns follows of an input that holds floats")
    for (path, _), one in zip(paths, made, strict=True):
        name = "".join(_part(key, place) for place, key in enumerate(path))
        node = one if isinstance(one, _Node) else run.note("const", one, (), None, {})
        if node.position not in run.names:
            called = name if name and not name.startswith("[") else f"out{name}"
            run.names[node.position] = _free(called, run.names.values())
        yield node.position
