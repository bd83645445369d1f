"""Asking memory for a number some time before it is needed, which machine code can and plain Python need not.

numba has no function for it, and lets one name the instruction of LLVM.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from numpy.typing import NDArray


def prefetch(values: Sequence[Any] | NDArray[Any], place: int) -> None:
    """Have ``values[place]`` brought near; nothing waits for it. In plain Python it does nothing.

    Examples
    --------
    >>> prefetch([0.5], 0)
    """


@cache
def known_to_numba() -> None:
    """Tell numba what `prefetch` is, once and before the first kernel is compiled.

    References
    ----------
    LLVM Language Reference Manual, ``llvm.prefetch``: an address, 1 for writing, 3 for keeping, 1 for data.
    """
    from llvmlite import ir
    from numba import types
    from numba.extending import lower_builtin, type_callable

    def returns_nothing(_: Any) -> Callable[..., Any]:
        return lambda values, place: types.void

    def instruction(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        flag = ir.IntType(32)
        address = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(8).as_pointer())
        shape = ir.FunctionType(ir.VoidType(), [address.type, flag, flag, flag])
        call = builder.module.declare_intrinsic("llvm.prefetch", (address.type,), shape)
        builder.call(call, [address, flag(1), flag(3), flag(1)])
        return context.get_dummy_value()

    type_callable(prefetch)(returns_nothing)
    lower_builtin(prefetch, types.Array, types.Integer)(instruction)
