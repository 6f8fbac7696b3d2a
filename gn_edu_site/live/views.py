"""Views: the same numbers in another shape, without a copy where torch needs none."""

from .shapes import (
    axis,
    inferred,
    is_contiguous,
    laid_out,
    places,
    product,
    sizes_of,
    stretched,
    viewed,
)
from .types import bool_, float16, float32, float64, int64, pack


def made(values, kind, shape, strides, like):
    """A new tensor of the values, given in the order of the shape."""
    storage = pack(values, kind)
    if strides and not is_contiguous(shape, strides):
        source, storage = storage, storage[:]
        for value, place in zip(source, places(shape, strides)):
            storage[place] = value
    return like(storage, kind, shape, strides)


class Views:
    """What a tensor does with its shape, its strides and its type."""

    def view(self, *shape):
        shape = inferred(sizes_of(shape, "view"), self.numel())
        strides = viewed(self.shape, self._strides, shape)
        if strides is None:
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one dimension spans "
                "across two contiguous subspaces). Use .reshape(...) instead."
            )
        return self._seen(shape, strides)

    def reshape(self, *shape):
        shape = inferred(sizes_of(shape), self.numel())
        strides = viewed(self.shape, self._strides, shape)
        return self.contiguous().view(shape) if strides is None else self._seen(shape, strides)

    def flatten(self, start_dim=0, end_dim=-1):
        first, last = axis(start_dim, self.ndim), axis(end_dim, self.ndim)
        if first > last:
            raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
        if not self.shape:
            return self.reshape(1)
        middle = product(self.shape[first : last + 1])
        return self.reshape(self.shape[:first] + (middle,) + self.shape[last + 1 :])

    def unflatten(self, dim, sizes):
        dim, sizes = axis(dim, self.ndim), tuple(sizes)
        known = product(size for size in sizes if size != -1)
        if -1 in sizes and known and self.shape[dim] % known == 0:
            sizes = tuple(self.shape[dim] // known if size == -1 else size for size in sizes)
        if product(sizes) != self.shape[dim] or -1 in sizes:
            raise RuntimeError(
                f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} "
                f"({self.shape[dim]}) in the input tensor"
            )
        return self.view(self.shape[:dim] + sizes + self.shape[dim + 1 :])

    def permute(self, *dims):
        dims = sizes_of(dims)
        if len(dims) != self.ndim:
            raise RuntimeError(
                "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
                f"desired ordering of dimensions i.e. input.dim() = {self.ndim} is not equal to len(dims) = {len(dims)}"
            )
        dims = [axis(dim, self.ndim) for dim in dims]
        if len(set(dims)) != len(dims):
            raise RuntimeError("permute(): duplicate dims are not allowed.")
        return self._seen(tuple(self.shape[k] for k in dims), tuple(self._strides[k] for k in dims))

    def transpose(self, dim0, dim1):
        a, b = axis(dim0, self.ndim), axis(dim1, self.ndim)
        dims = list(range(self.ndim))
        if dims:
            dims[a], dims[b] = b, a
        return self.permute(dims)

    def t(self):
        return self.T

    def movedim(self, source, destination):
        sources = [axis(k, self.ndim) for k in sizes_of((source,))][: self.ndim]
        goals = [axis(k, self.ndim) for k in sizes_of((destination,))]
        dims = [k for k in range(self.ndim) if k not in sources]
        for goal, k in sorted(zip(goals, sources)):
            dims.insert(goal, k)
        return self.permute(dims)

    def expand(self, *shape):
        return self._seen(*stretched(self.shape, self._strides, sizes_of(shape)))

    def reshape_as(self, other):
        return self.reshape(other.shape)

    broadcast_to, ravel = expand, flatten

    def view_as(self, other):
        return self.view(other.shape)

    def expand_as(self, other):
        return self.expand(other.shape)

    def unbind(self, dim=0):
        return tuple(self.movedim(dim, 0))

    def squeeze(self, dim=None):
        dims = list(range(self.ndim)) if dim is None else [axis(k, self.ndim) for k in sizes_of((dim,))]
        keep = [k for k in range(self.ndim) if k not in dims or self.shape[k] != 1]
        return self._seen(tuple(self.shape[k] for k in keep), tuple(self._strides[k] for k in keep))

    def unsqueeze(self, dim):
        dim = axis(dim, self.ndim + 1)
        step = self.shape[dim] * self._strides[dim] if dim < self.ndim else 1
        strides = self._strides[:dim] + (step,) + self._strides[dim:]
        return self._seen(self.shape[:dim] + (1,) + self.shape[dim:], strides)

    def contiguous(self, memory_format=None):
        return self if self.is_contiguous() else made(self._values(), self.dtype, self.shape, None, type(self))

    def clone(self, memory_format=None):
        return self.to(self.dtype, copy=True)

    def detach(self):
        return self.data

    def to(self, *args, dtype=None, device=None, copy=False, **more):
        kind = dtype or self.dtype
        for one in args:
            kind = one if hasattr(one, "said") else one.dtype if isinstance(one, Views) else kind
        if kind is self.dtype and not copy:
            return self
        strides = laid_out(self.shape, [self._strides])
        return made(self._values(), kind, self.shape, strides, type(self))

    def double(self):
        return self.to(float64)

    def float(self):
        return self.to(float32)

    def half(self):
        return self.to(float16)

    def long(self):
        return self.to(int64)

    def bool(self):
        return self.to(bool_)
