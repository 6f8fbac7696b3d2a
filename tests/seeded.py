"""The widgets' random numbers in Python: mulberry32, and sums of twelve. Exactly the numbers of random.js."""

import numpy as np


def uniform(seed: int, count: int) -> np.ndarray:
    """The first `count` numbers of the stream, in [0, 1)."""
    with np.errstate(over="ignore"):
        a = np.uint32(seed) + np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
        t = (a ^ (a >> 15)) * (a | np.uint32(1))
        t = (t + (t ^ (t >> 7)) * (t | np.uint32(61))) ^ t
        return (t ^ (t >> 14)).astype(np.float64) / 2**32


def normal(seed: int, count: int) -> np.ndarray:
    return uniform(seed, 12 * count).reshape(count, 12).sum(1) - 6
