"""Functions of single numbers that answer inf and nan where Python raises."""

import math

from .types import INF, NAN


def divide(a, b):
    if b:
        return a / b
    if b != b or a != a or not a:
        return NAN
    return math.copysign(INF, a) * math.copysign(1.0, b)


def floor_divide(a, b):
    if isinstance(a, int) and isinstance(b, int):
        if not b:
            raise RuntimeError("ZeroDivisionError")
        return a // b
    return a // b if b and a - a == 0 else divide(a, b)


def remainder(a, b):
    if isinstance(a, int) and isinstance(b, int) and not b:
        raise RuntimeError("ZeroDivisionError")
    return a % b if b and a - a == 0 else NAN


def sqrt(x):
    return math.sqrt(x) if x >= 0 else NAN


def exp(x):
    try:
        return math.exp(x)
    except (OverflowError, ValueError):
        return INF


def log(x):
    return math.log(x) if 0 < x < INF else -INF if x == 0 else x if x == INF else NAN


def power(x, y):
    if isinstance(x, int) and isinstance(y, int):
        if y < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        return x**y
    if y == 0.5:
        return sqrt(x)
    if x < 0 and y - y == 0 and y != int(y):
        return NAN
    if x == 0 and y < 0:
        return math.copysign(INF, x) if y == int(y) and int(y) % 2 else INF
    try:
        return x**y
    except OverflowError:
        return -INF if x < 0 and y % 2 == 1 else INF


def maximum(a, b):
    return a if a != a or a > b else b


def minimum(a, b):
    return a if a != a or a < b else b
