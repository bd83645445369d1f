"""Two callers of one function whose calls are not alike: for b it works 1 part in c and 4 in e, for d the other way.

    python -m cProfile -o trap.prof trap.py
    py-spy record --rate 250 --format raw -o trap.folded -- python trap.py
"""

from time import perf_counter


def c(n):
    end = perf_counter() + n * STEP
    while perf_counter() < end:
        pass


def e(n):
    end = perf_counter() + n * STEP
    while perf_counter() < end:
        pass


def a(first, second):
    c(first)
    e(second)


def b():
    a(1, 4)


def d():
    a(4, 1)


def main():
    for _ in range(10):
        b()
        d()


STEP = 0.01
main()
