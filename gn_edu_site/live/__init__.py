"""A small torch and NumPy in plain Python, for code that runs in the page: CPython and MicroPython both run it.

It computes what torch computes, with torch's types, rounding, strides and sentences, for tensors of a few hundred
numbers. It is no torch: it has no autograd, nn or functional, a shape is a plain tuple, a tensor is no index by a mask,
an error with several causes may name another one first, rand and randn draw other numbers, and nothing is fast.
MicroPython itself takes `x /= 2` for `x = x / 2`, and refuses `1 < x` and `slice(None)`.
"""
