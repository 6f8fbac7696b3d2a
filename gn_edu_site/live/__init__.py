"""A small torch and NumPy in plain Python, for code that runs in the page: CPython and MicroPython both run it.

It computes what torch computes, with torch's types, rounding, strides and sentences, for tensors of a few hundred
numbers. It is no torch: there is no autograd, no nn and no functional, numbers are lists, and nothing is fast.
In MicroPython `x /= 2` makes a new tensor, `1 < x` is no comparison of x, and a shape is a plain tuple.
"""
