"""A small torch and NumPy in plain Python, for code that runs in the page: CPython and MicroPython both run it.

It computes what torch computes, with torch's types, rounding, strides and sentences, for tensors of a few hundred
numbers. It is no torch: it has no autograd, nn or functional, a shape is a plain tuple, an error with several causes
may name another one first, rand and randn draw other numbers, and nothing is fast. rewriting.py and stand_ins.py give
what MicroPython itself has not.
"""
