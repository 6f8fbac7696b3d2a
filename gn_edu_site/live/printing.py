"""Tensors as torch prints them, up to the breaks of long lines."""

from .types import bool_, float32, int64


def _numbers(values, kind):
    """The texts of the numbers, all of one width."""
    if kind is bool_:
        texts = ["True" if x else "False" for x in values]
    elif kind is int64:
        texts = [str(x) for x in values]
    else:
        sizes = [abs(x) for x in values if x and x - x == 0]
        most, least = (max(sizes), min(sizes)) if sizes else (0.0, 1.0)
        if all(x == int(x) for x in values if x - x == 0):
            form = "{:.4e}" if most / least > 1000 or most > 1e8 else "{:.0f}."
        else:
            form = "{:.4e}" if most / least > 1000 or most > 1e8 or least < 1e-4 else "{:.4f}"
        texts = [form.format(x) if x - x == 0 else str(x) for x in values]
    width = max([0] + [len(one) for one, x in zip(texts, values) if x - x == 0])
    return [" " * (width - len(one)) + one for one in texts]


def _block(texts, shape, indent):
    if not shape:
        return texts[0].strip()
    if len(shape) == 1:
        return "[" + ", ".join(texts) + "]"
    size = len(texts) // max(shape[0], 1)
    parts = [_block(texts[k * size : (k + 1) * size], shape[1:], indent + 1) for k in range(shape[0])]
    return "[" + ("," + "\n" * (len(shape) - 1) + " " * (indent + 1)).join(parts) + "]"


def text(tensor):
    """tensor([...], dtype=...)"""
    body = _block(_numbers(tensor._values(), tensor.dtype), tensor.shape, 7) if tensor.numel() else "[]"
    if 0 in tensor.shape and len(tensor.shape) > 1:
        body += f", size={tensor.shape}"
    usual = tensor.dtype in (bool_, float32) or tensor.dtype is int64 and tensor.numel()
    return f"tensor({body})" if usual else f"tensor({body}, dtype={tensor.dtype})"
