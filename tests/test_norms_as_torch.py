"""gn_edu.norms beside torch's layers in all that surrounds the formula: statistics, checkpoints, copies, tools.

Each situation is played with torch's layer and with ours. Both must leave the same numbers, or both must refuse.
"""

import copy
import pickle
import re

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call, grad, vmap
from torch.nn.utils import skip_init
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.optim.swa_utils import update_bn

from gn_edu import norms

RUNNING = [
    ("BatchNorm2d", (6,), {}),
    ("BatchNorm2d", (6,), {"momentum": None}),
    ("BatchNorm2d", (6,), {"momentum": 1.0, "affine": False}),
    ("BatchNorm2d", (6,), {"momentum": 0, "bias": False}),
    ("BatchNorm2d", (6,), {"track_running_stats": False}),
    ("InstanceNorm2d", (6,), {}),
    ("InstanceNorm2d", (6,), {"affine": True, "track_running_stats": True}),
    ("InstanceNorm2d", (6,), {"momentum": None, "track_running_stats": True}),
]
LAYERS = [
    ("GroupNorm", (2, 6), {}),
    ("GroupNorm", (np.int64(3), np.int32(6)), {"bias": False}),
    ("GroupNorm", (torch.tensor(6), 6), {"affine": False}),
    ("LayerNorm", ((6, 5, 5),), {}),
    ("LayerNorm", (np.int64(5),), {"bias": False}),
    ("LayerNorm", ([np.int64(5), 5],), {"elementwise_affine": False}),
    ("BatchNorm2d", (np.int64(6),), {"affine": False, "track_running_stats": False}),
    *RUNNING,
]


def batches(dtype=torch.float64, scale=3.0):
    torch.manual_seed(0)
    return [(torch.randn(4, 6, 5, 5, dtype=torch.float64) * scale + 2).to(dtype) for _ in range(4)]


def make(library, case, dtype=torch.float64):
    """A layer with gamma and beta of its own; the same numbers for both libraries."""
    name, args, kwargs = case
    layer = getattr(library, name)(*args, **kwargs, dtype=dtype)
    torch.manual_seed(1)
    for p in layer.parameters():
        nn.init.normal_(p)
    return layer


def left(layer, *outputs):
    return [*outputs, *layer.state_dict().values()]


def same(situation, may_refuse=True, **tolerance):
    """situation(library) gives tensors. Unless torch may refuse, what it cannot do is skipped, for we may do more."""
    found = []
    for library in (nn, norms):
        try:
            found.append(situation(library))
        except (ValueError, TypeError, RuntimeError, torch.jit.TracingCheckError) as error:
            found.append(error)
    theirs, ours = found
    if isinstance(theirs, Exception) and not may_refuse:
        pytest.skip("torch refuses")
    assert isinstance(theirs, Exception) == isinstance(ours, Exception), (theirs, ours)
    if not isinstance(theirs, Exception):
        torch.testing.assert_close(ours, theirs, **({"rtol": 0, "atol": 1e-10, "equal_nan": True} | tolerance))


layers = pytest.mark.parametrize("case", LAYERS, ids=str)


@layers
def test_looks_like_torchs(case):
    theirs, ours = make(nn, case), make(norms, case)
    assert repr(ours) == re.sub(r"np\.int64\((\d)\)", r"\1", repr(theirs))
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert ours.state_dict()._metadata == theirs.state_dict()._metadata
    # A parameter that is switched off is there all the same, and can be registered.
    assert list(ours._parameters) == list(theirs._parameters)
    assert list(ours._buffers) == list(theirs._buffers)


# ---- running statistics

CHANGES = {
    "nothing": {},
    "tracks no more": {"track_running_stats": False},
    "tracks from now on": {"track_running_stats": True},
    "statistics are None": {"running_mean": None, "running_var": None},
    "buffers are None": {"running_mean": None, "running_var": None, "num_batches_tracked": None},
    "all is off": {"running_mean": None, "running_var": None, "track_running_stats": False},
    "count is None": {"num_batches_tracked": None},
    "mean is None": {"running_mean": None},
    "momentum is None": {"momentum": None},
    "bias is None": {"bias": None},
    "eps": {"eps": 0.5},
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("case", RUNNING, ids=str)
def test_running_statistics_after_a_change(case, change, training):
    def situation(library):
        layer, x = make(library, case), batches()
        before = layer(x[0])
        for name, value in CHANGES[change].items():
            setattr(layer, name, value)
        return left(layer.train(training), before, layer(x[1]), layer(x[2]), layer.eval()(x[3]))

    same(situation)


@pytest.mark.parametrize("reset", ["reset_running_stats", "reset_parameters"])
@pytest.mark.parametrize("case", RUNNING, ids=str)
def test_reset_forgets_what_was_seen(case, reset):
    def situation(library):
        layer, x = make(library, case), batches()
        layer(x[0] * float("nan"))
        getattr(layer, reset)()
        return left(layer, layer(x[1]), layer.eval()(x[2]))

    same(situation)


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("dtype, scale", [(torch.float16, 3), (torch.float16, 300), (torch.bfloat16, 4000)])
@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_half_precision(case, dtype, scale, mixed):
    """Statistics too: the variance of a batch may be more than float16 holds."""
    eps = 8 * torch.finfo(dtype).eps

    def situation(library):
        layer, x = make(library, case, torch.float32 if mixed else dtype), batches(dtype, scale)
        return left(layer, *map(layer, x), layer.eval()(x[0]))

    same(situation, rtol=eps, atol=eps)


def test_evaluation_in_half_precision_is_computed_in_float32():
    torch.manual_seed(0)
    x, mean, var = torch.randn(64, 6, 8, 8).half(), torch.randn(6).half(), torch.full((6,), 1e-4).half()
    y = norms.batch_norm(x, mean, var)
    assert torch.equal(y, norms.batch_norm(x.float(), mean.float(), var.float()).half())


@pytest.mark.parametrize("shape", [(0, 6, 5, 5), (3, 6, 5, 0)])
@layers
def test_empty_batch_changes_no_statistics(case, shape):
    if shape[-1] == 0 and case[0] == "LayerNorm":
        pytest.skip("not the shape that it normalizes")
    layer = make(norms, case)
    before = [(name, b.clone()) for name, b in layer.named_buffers() if name != "num_batches_tracked"]
    for mode in (True, False):
        x = torch.empty(shape, dtype=torch.float64, requires_grad=True)
        y = layer.train(mode)(x)
        y.sum().backward()
        assert y.shape == x.grad.shape == shape
    assert all(torch.equal(layer.get_buffer(name), old) for name, old in before)
    assert all(p.grad.eq(0).all() for p in layer.parameters())


# ---- checkpoints


@pytest.mark.parametrize("lost", ["num_batches_tracked", "running_mean", "weight"])
@pytest.mark.parametrize("version", [None, 1, 2])
@pytest.mark.parametrize("case", RUNNING, ids=str)
def test_old_checkpoints(case, version, lost):
    """Before version 2 nobody counted batches."""

    def situation(library):
        x, old, new = batches(), make(nn, case), make(library, case)
        old(x[0]), new(x[1]), new(x[2])
        state = old.state_dict()
        state.pop(lost, None)
        if version is None:
            state = dict(state)
        else:
            state._metadata[""]["version"] = version
        new.load_state_dict(state)
        return left(new, new(x[3]))

    same(situation)


@pytest.mark.parametrize("case", RUNNING, ids=str)
def test_checkpoint_with_statistics_for_a_layer_that_keeps_none(case):
    def situation(library):
        layer = make(library, case)
        layer.load_state_dict(dict(make(nn, ("BatchNorm2d", (6,), {})).state_dict()))
        return left(layer)

    same(situation)


@layers
def test_parameters_can_be_registered_later(case):
    def situation(library):
        layer = make(library, case)
        for name, value in (("weight", 2.0), ("bias", 3.0)):
            layer.register_parameter(name, nn.Parameter(torch.full_like(batches()[0][0, :, 0, 0], value)))
        return left(layer) if case[0] == "LayerNorm" else left(layer, layer(batches()[0]))

    same(situation)


def test_a_subclass_sets_its_own_beginning():
    class ZeroGamma(norms.GroupNorm):
        def reset_parameters(self):
            super().reset_parameters()
            nn.init.zeros_(self.weight)

    assert not ZeroGamma(2, 6).weight.any()


# ---- copies and tools


def through_meta(layer):
    layer = copy.deepcopy(layer).to("meta").to_empty(device="cpu")
    layer.reset_parameters()
    return layer


COPIES = {"deepcopy": copy.deepcopy, "pickle": lambda x: pickle.loads(pickle.dumps(x)), "meta": through_meta}


@pytest.mark.parametrize("how", COPIES)
@layers
def test_copies(case, how):
    def situation(library):
        layer, x = make(library, case), batches()
        layer(x[0])
        twin = COPIES[how](layer)
        return left(twin, *map(twin, x), twin.eval()(x[0])) + left(layer)

    same(situation)


@layers
def test_functional_call_and_gradients_of_each_image(case):
    def situation(library):
        layer, x = make(library, case), batches()
        state = {name: value + 1 for name, value in layer.state_dict().items()}
        y = functional_call(layer, state, x[0])
        weights = {name: p.detach() for name, p in layer.named_parameters()}

        def loss(weights, image):
            return functional_call(layer.eval(), weights, image[None]).square().sum()

        each = vmap(grad(loss), (None, 0))(weights, x[0])
        return left(layer, y, *state.values(), *each.values())

    same(situation)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize("training", [True, False])
@layers
def test_trace_holds_at_other_sizes(case, training):
    def situation(library):
        layer, x = make(library, case).train(training), batches()
        traced = torch.jit.trace(layer, x[0])
        other = x[1] if case[0] == "LayerNorm" else x[1].flatten(2)[..., :21].unflatten(2, (7, 3))
        return left(traced, traced(x[1]), traced(other[:3]))

    same(situation, may_refuse=False)


@pytest.mark.parametrize("training", [True, False])
@layers
def test_export_and_compile(case, training):
    def situation(library):
        torch._dynamo.reset()
        layer, x = make(library, case).train(training), batches()
        compiled = torch.compile(layer, backend="eager", fullgraph=True)
        found = left(layer, *map(compiled, x))
        sizes = {0: torch.export.Dim("batch", min=2)}
        program = torch.export.export(layer, (x[0],), dynamic_shapes=(sizes,)).module()
        return found + left(program, program(x[1]), program(x[2][:3]))

    same(situation, may_refuse=False)


@layers
def test_fx_takes_each_as_a_leaf(case):
    class Tracer(torch.fx.Tracer):
        def is_leaf_module(self, m, qualified_name):
            return isinstance(m, type(layer))

    layer = make(norms, case).eval()
    with pytest.raises(TypeError, match="got Proxy; torch.fx .* is_leaf_module of your Tracer"):
        torch.fx.symbolic_trace(layer)
    net = nn.Sequential(nn.Identity(), layer)
    traced = torch.fx.GraphModule(net, Tracer().trace(net))
    assert torch.equal(traced(batches()[0]), net(batches()[0]))


def test_skip_init_and_batch_norms_found_by_their_class():
    def situation(library):
        torch.manual_seed(2)
        x = [b.float() for b in batches()]
        net = nn.Sequential(nn.Conv2d(6, 6, 3), skip_init(library.BatchNorm2d, 6), library.BatchNorm2d(6))
        for layer in net[1:]:
            layer.reset_parameters()
        net(x[0])
        update_bn(x, net)
        found = left(net, net.eval()(x[0]))
        found.append(fuse_conv_bn_eval(net[0], net[1])(x[0]))
        synchronized = nn.SyncBatchNorm.convert_sync_batchnorm(net)
        assert [type(layer) for layer in synchronized[1:]] == 2 * [nn.SyncBatchNorm]
        return found + left(synchronized, synchronized(x[1]))

    same(situation, rtol=1e-5, atol=1e-5)
