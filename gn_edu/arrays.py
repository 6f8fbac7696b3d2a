"""Shape aliases: what a tensor is called and how it is laid out. They document; nothing checks them at run time."""

from typing import Annotated, TypeAlias

from torch import Tensor

Images: TypeAlias = Annotated[Tensor, "n c *rest"]
PerChannel: TypeAlias = Annotated[Tensor, "c"]
