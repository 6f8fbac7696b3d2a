"""How many bytes code asks the memory for, counted operation by operation."""

from dataclasses import dataclass

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


@dataclass(frozen=True)
class Traffic:
    """What operations read and wrote, in bytes, and what they are called, one after the other."""

    read: int
    written: int
    operations: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.read + self.written


class _Counter(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.read, self.written, self.operations = 0, 0, []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        if func.is_view or name in ("empty", "empty_like", "detach", "_unsafe_view"):
            return result  # another look at the same numbers, or room for some
        self.read += sum(map(_bytes, _tensors((args, kwargs or {}))))
        self.written += sum(map(_bytes, _tensors(result)))
        self.operations.append(name)
        return result


def _tensors(tree) -> list[Tensor]:
    """Every tensor in there, each once."""
    return list({id(leaf): leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)}.values())


def _bytes(tensor: Tensor) -> int:
    """Those of its values in memory: a tensor that repeats a value has it once."""
    return min(tensor.numel() * tensor.element_size(), tensor.untyped_storage().nbytes())


def count(function, *args, **kwargs) -> Traffic:
    """Call the function and count, for each operation of torch's, the tensors that it takes as read and what it gives
    as written, once each. A view moves nothing. What an operation reads again within itself, what lies in a cache, and
    code that is not torch's (gn_edu.fast) are not seen. Backward passes that the function starts are counted too.

    Returns:
        The bytes read and written, and the operations' names.
    """
    with _Counter() as counter:
        function(*args, **kwargs)
    return Traffic(counter.read, counter.written, tuple(counter.operations))
