"""What the layers refuse: numbers that count nothing are refused by name, and the advice in a message helps."""

import numpy as np
import pytest
import torch

from gn_edu import norms


@pytest.mark.parametrize("number", [True, np.True_, 2.0, "6", None])
@pytest.mark.parametrize("name", ["GroupNorm", "BatchNorm2d", "InstanceNorm2d"])
def test_what_counts_nothing_is_refused(name, number):
    with pytest.raises(TypeError, match="must be an integer, got"):
        getattr(norms, name)(*(number, 6)[: 1 + (name == "GroupNorm")])
    if name == "GroupNorm":
        with pytest.raises(TypeError, match="num_channels"):
            norms.GroupNorm(1, number)


@pytest.mark.parametrize("length", [True, np.True_, 1.0, "1"])
def test_lengths_that_count_nothing_are_refused(length):
    for call in (norms.LayerNorm, lambda shape: norms.layer_norm(torch.randn(2, 1), shape)):
        with pytest.raises(TypeError, match="each length in normalized_shape must be an integer, got"):
            call((length,))
        with pytest.raises(TypeError, match="must be an integer, got|not iterable"):
            call(length)


LAYERS = [norms.GroupNorm(2, 6), norms.LayerNorm(4), norms.BatchNorm2d(6), norms.InstanceNorm2d(6)]
X = torch.randn(2, 6, 4, 4)
KINDS = {
    "integer": (X.int(), lambda x: [x.float()]),
    "bool": (X > 0, lambda x: [x.float()]),
    "complex": (X.to(torch.complex64), lambda x: [x.real, x.imag]),
    "NumPy": (X.numpy(), lambda x: [torch.as_tensor(x)]),
    "list": (X.tolist(), lambda x: [torch.as_tensor(x)]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_advice_about_the_input_helps(layer, kind):
    """The message names the expression that the test evaluates."""
    x, advice = KINDS[kind]
    with pytest.raises(TypeError, match="input must be a floating-point tensor, got") as caught:
        layer(x)
    words = {"complex": ["input.real", "input.imag"], "NumPy": ["torch.as_tensor(input)"], "list": ["as_tensor"]}
    assert all(word in str(caught.value) for word in words.get(kind, ["input.float()"]))
    assert all(layer(part).shape == X.shape for part in advice(x))


@pytest.mark.parametrize("x", [None, {"x": X}, (X, X), "x"], ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_no_advice_where_none_helps(layer, x):
    with pytest.raises(TypeError, match=f"input must be a floating-point tensor, got {type(x).__name__}$"):
        layer(x)


@pytest.mark.parametrize("shape, helps", [((6, 4, 4), lambda x: x[None]), ((2, 6), lambda x: x[:, :, None, None])])
def test_advice_about_the_axes_helps(shape, helps):
    x = torch.randn(shape)
    with pytest.raises(ValueError) as caught:
        norms.BatchNorm2d(6)(x)
    assert {3: "input[None]", 2: "input[:, :, None, None]"}[x.dim()] in str(caught.value)
    assert norms.BatchNorm2d(6)(helps(x)).dim() == 4
    with pytest.raises(ValueError, match=r"got shape \(2, 6, 4, 4, 1\)$"):
        norms.BatchNorm2d(6)(X[..., None])
    with pytest.raises(ValueError, match=r"got shape \(2, 6\)$"):
        norms.InstanceNorm2d(6)(X[..., 0, 0])


ONE = torch.randn(1, 6, 1, 1)
ALONE = {
    "batch": (lambda x, g: norms.batch_norm(x, None, None, training=True), {"more images", "larger maps"}),
    "instance": (lambda x, g: norms.instance_norm(x), {"larger maps"}),
    "group": (lambda x, g: norms.group_norm(x, g), {"larger maps", "fewer groups"}),
}


@pytest.mark.parametrize("name", ALONE)
def test_advice_about_a_single_value_helps(name):
    norm, advice = ALONE[name]
    with pytest.raises(ValueError, match="needs more than one value") as caught:
        norm(ONE, 6)
    changes = {"more images": ((4, 6, 1, 1), 6), "larger maps": ((1, 6, 2, 2), 6), "fewer groups": ((1, 6, 1, 1), 3)}
    for words, (shape, groups) in changes.items():
        assert (words in str(caught.value)) == (words in advice)
        if words in advice:
            assert norm(torch.randn(shape), groups).std() > 0.1


def test_only_two_arguments_can_be_swapped():
    with pytest.raises(ValueError, match="were the two arguments swapped"):
        norms.GroupNorm(6, 3)
    with pytest.raises(ValueError, match=r"choose one of \[1, 3\]"):
        norms.group_norm(torch.randn(2, 3, 4, 4), 6)
