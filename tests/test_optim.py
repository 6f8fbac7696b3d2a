"""Settings, step sizes, networks and layer statistics: what is refused, what steps, what decays, what is measured."""

import pytest
import torch
from torch import nn

from gn_edu import nets
from gn_edu.config import NORMS, SCHEDULES, SETTINGS, DataConfig, NetConfig, RunConfig
from gn_edu.recipes import RECIPES, stem
from gn_edu.training import optim
from gn_edu.training.layer_statistics import MEASURES, layer_statistics


@pytest.mark.parametrize("shape", SCHEDULES)
def test_schedule_rises_to_1_then_falls_or_stays(shape):
    factors = [optim.schedule(k / 1000, shape, warm_up=0.2) for k in range(1001)]
    assert factors[0] == 0 and factors[100] == pytest.approx(0.5) and max(factors) == pytest.approx(1)
    assert factors[:200] == sorted(factors[:200])
    assert factors[200:] == sorted(factors[200:], reverse=True)
    assert factors[-1] == (1 if shape == "constant" else pytest.approx(0, abs=1e-9))
    assert optim.schedule(0.0, shape, warm_up=0.0) == pytest.approx(1)


def test_linear_rule_is_the_papers():
    assert optim.linear_rule(0.1, 32, 32) == 0.1
    assert optim.linear_rule(0.1, 2, 32) == pytest.approx(0.1 * 2 / 32)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_parameter_has_one_optimizer(recipe):
    config = RECIPES[recipe]
    model = nets.build(config.network)
    stepped = [p for o in optim.optimizers(model, config.optim) for group in o.param_groups for p in group["params"]]
    assert len(stepped) == len(set(stepped)) == len(list(model.parameters()))


@pytest.mark.parametrize("decay_norm", [False, True])
def test_gamma_and_beta_decay_on_request(decay_norm):
    config = RECIPES["resnet"].replace(decay_norm=decay_norm)
    model = nets.build(config.network)
    (optimizer,) = optim.optimizers(model, config.optim)
    for group in optimizer.param_groups:
        for p in group["params"]:
            assert (group["weight_decay"] > 0) == (p.dim() > 1 or decay_norm)


def test_muon_steps_are_about_orthogonal_and_filters_keep_their_norm():
    torch.manual_seed(0)
    for shape in ((16, 8, 3, 3), (64, 4, 3, 3)):
        values = torch.linalg.svdvals(optim.orthogonal(torch.randn(shape)).reshape(shape[0], -1))
        assert 0.3 < values.min() and values.max() < 1.5
    bank = nn.Parameter(5 * torch.randn(16, 8, 3, 3))
    bank.grad = torch.zeros_like(bank)
    optim.Muon([bank], lr=0.1).step()
    assert bank.norm().item() == pytest.approx(4)  # the square root of 16 filters


def test_muon_goes_on_from_its_state():
    torch.manual_seed(0)
    grads = torch.randn(4, 8, 4, 3, 3)
    ends = []
    for stop in (None, 2):
        p = nn.Parameter(torch.ones(8, 4, 3, 3))
        muon = optim.Muon([p], lr=0.1)
        for k, grad in enumerate(grads):
            if k == stop:
                kept, muon = muon.state_dict(), optim.Muon([p], lr=0.1)
                muon.load_state_dict(kept)
            p.grad = grad.clone()
            muon.step()
        ends.append(p.detach().clone())
    assert torch.equal(*ends)


# A change of the resnet recipe, and what the refusal says: the rule and what came.
REFUSED = [
    ({"experiment": "a/b"}, ["name of a folder", "'a/b'"]),
    ({"experiment": ".."}, ["name of a folder", "'..'"]),
    ({"recipe": "resnext"}, ["one of first,", "'resnext'"]),
    ({"norm": "xx"}, ["one of bn, gn,", "'xx'"]),
    ({"net": "vgg"}, ["one of small, vgg16,", "'vgg'"]),
    ({"optimizer": "sdg"}, ["one of sgd,", "'sdg'"]),
    ({"schedule": "step"}, ["one of linear,", "'step'"]),
    ({"precision": "half"}, ["one of float32,", "'half'"]),
    ({"groups": -1}, ["groups=-1", "at least 1"]),
    ({"groups": 0}, ["groups=0", "at least 1"]),
    ({"groups": 3}, ["groups=3 with width=16", "divide", "choose one of [1, 2, 4, 8, 16]"]),
    ({"groups": 32}, ["groups=32 with width=16", "choose one of [1, 2, 4, 8, 16]"]),
    ({"groups": 2.0}, ["groups must be int", "2.0"]),
    ({"group_size": 4}, ["net='airbench'", "'resnet' takes groups"]),
    ({"net": "airbench", "group_size": 3}, ["divide width=16", "3"]),
    ({"net": "airbench", "group_size": -1}, ["at least 0", "-1"]),
    ({"ws": 1}, ["ws must be bool", "1"]),
    ({"width": 0}, ["width must be at least 1", "0"]),
    ({"batch": 0}, ["batch must be at least 1", "0"]),
    ({"batch": 64, "n_train": 40}, ["between 1 and n_train=40", "64"]),
    ({"lr": 0.0}, ["lr must be above 0", "0.0"]),
    ({"lr": float("nan")}, ["lr must be above 0", "nan"]),
    ({"lr": float("inf")}, ["finite", "inf"]),
    ({"lr": "0.1"}, ["lr must be float", "'0.1'"]),
    ({"epochs": 0}, ["epochs must be at least 1", "0"]),
    ({"epochs": 1.5}, ["epochs must be int", "1.5"]),
    ({"epochs": True}, ["epochs must be int", "True"]),
    ({"seed": -1}, ["seed must be at least 0", "-1"]),
    ({"seed": 2**40}, ["seed must be", "below"]),
    ({"n_train": -1}, ["n_train must be at least 0", "-1"]),
    ({"optimizer": "muon", "weight_decay": 0.0}, ["lr_head=0.0 and lr_norm=0.0", "above 0"]),
    ({"optimizer": "muon", "lr_head": 1.0, "lr_norm": 1.0}, ["weight_decay=0.0001", "set it to 0"]),
    ({"lr_head": -1.0}, ["lr_head must be at least 0", "-1.0"]),
    ({"warm_up": 1.0}, ["warm_up must be at least 0 and below 1", "1.0"]),
    ({"warm_up": -0.1}, ["warm_up must be at least 0 and below 1", "-0.1"]),
    ({"weight_decay": -1e-4}, ["weight_decay must be at least 0", "-0.0001"]),
    ({"smoothing": 1.0}, ["smoothing must be at least 0 and below 1", "1.0"]),
    ({"shift": -1}, ["shift must be at least 0 and below 32", "-1"]),
    ({"shift": 32}, ["shift must be at least 0 and below 32", "32"]),
    ({"net": "small", "zero_gamma": True}, ["zero_gamma needs residual blocks", "'small'"]),
    ({"norm": "none", "zero_gamma": True}, ["has a gamma", "'none'"]),
    ({"budget": -1.0}, ["budget must be at least 0", "-1.0"]),
    ({"budget": float("inf")}, ["budget must be", "finite", "inf"]),
    ({"threads": 0}, ["threads must be at least 1", "0"]),
    ({"threads": 2, "budget": 5.0}, ["threads=2 with budget=5.0", "Set threads to 1"]),
    ({"compile": "yes"}, ["compile must be bool", "'yes'"]),
    ({"fast_norm": True, "compile": True}, ["compile or fast_norm"]),
    ({"fast_norm": True, "norm": "bn"}, ["fast_norm computes group norm", "norm='bn'"]),
    ({"norm_batch": 2}, ["norm_batch is for norm='bn'", "norm_batch=2", "norm='gn'"]),
    ({"norm": "bn", "norm_batch": 3}, ["divide batch=32", "3"]),
    ({"norm": "bn", "norm_batch": -2}, ["norm_batch must be at least 0", "-2"]),
    ({"reestimate": 31}, ["at least batch=32", "31"]),
    ({"n_train": 64, "reestimate": 65}, ["at most n_train=64", "65"]),
    ({"held_aside": 40, "n_train": 400}, ["held_aside=40 needs n_train", "reestimate=0"]),
    ({"look_back": 65, "n_train": 64}, ["look_back must be at most n_train=64", "65"]),
    ({"frozen_after": 0.5}, ["frozen_after is for norm='bn'", "norm='gn'"]),
    ({"stages": 3, "net": "small"}, ["stages is for net='resnet'", "'small'"]),
]


@pytest.mark.parametrize("change, said", REFUSED, ids=lambda value: str(value)[:40])
def test_settings_that_cannot_run_or_have_no_effect_are_refused_at_once(change, said):
    with pytest.raises(ValueError) as caught:
        RECIPES["resnet"].replace(**change)
    for words in said:
        assert words in str(caught.value)


def test_every_setting_has_a_refusal():
    free = {"decay_norm"}  # yes or no, and any answer runs
    assert {name for change, _ in REFUSED for name in change} | free == set(SETTINGS)


@pytest.mark.parametrize("part, change", [(NetConfig, {"groups": 2.0}), (DataConfig, {"batch": 64, "n_train": 40})])
def test_a_part_refuses_by_itself(part, change):
    with pytest.raises(ValueError, match="groups must be int|between 1 and n_train=40"):
        part(**change)


def test_a_setting_is_found_in_its_part_by_its_name():
    config = RunConfig()
    assert len(SETTINGS) == len(config.settings()) and not set(SETTINGS) & set(SETTINGS.values())
    for recipe in RECIPES.values():
        assert config.replace(**recipe.settings()) == recipe and hash(recipe)
    with pytest.raises(ValueError, match="there is no setting 'normm'; the settings are experiment, .*threads"):
        config.replace(normm="bn")


def test_groups_take_the_place_of_a_group_size():
    network = RECIPES["main"].replace(groups=4).network
    assert (network.groups, network.group_size) == (4, 0)


def test_file_name_says_what_differs_from_the_recipe():
    assert stem(RECIPES["resnet"].replace(zero_gamma=True, seed=2)) == "gn4_ws_b32_lr0.05_e1_zero_gamma-True_s2"


@pytest.mark.parametrize("shape, warm_up", [("step", 0.2), ("linear", 1.0), ("linear", -0.1)])
def test_a_schedule_that_cannot_be_meant_is_refused(shape, warm_up):
    for done in (0.0, 0.5, 1.0):
        with pytest.raises(ValueError, match="schedule must be one of|warm_up must be at least 0 and below 1"):
            optim.schedule(done, shape, warm_up)


# ---- networks


def test_vgg16_has_the_parameters_of_the_page_that_the_book_grew_from():
    assert nets.count_parameters(nets.build(RECIPES["vgg16"].network)) == 14_728_266


def test_resnet_has_the_parameters_that_its_docstring_says():
    assert nets.count_parameters(nets.build(RECIPES["resnet"].network)) == 308_826


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("ws", [False, True])
def test_the_norm_is_one_argument_everywhere(recipe, norm, ws):
    def trunk(network):
        shapes = {n: tuple(p.shape) for n, p in nets.build(network).named_parameters()}
        return {n: s for n, s in shapes.items() if len(s) > 1}

    usual = RECIPES[recipe].network
    network = RECIPES[recipe].replace(norm=norm, ws=ws).network
    assert trunk(network) == trunk(usual)
    model = nets.build(network)
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 10)
    assert sum(isinstance(m, nn.BatchNorm2d) for m in model.modules()) == (
        sum(isinstance(m, nn.GroupNorm) for m in nets.build(usual).modules()) if norm == "bn" else 0
    )


def test_with_zero_gamma_a_block_starts_as_its_shortcut():
    x = torch.randn(2, 8, 6, 6).relu()
    for zero in (False, True):
        block = nets.ResidualBlock(8, 8, "gn", 4, True, stride=1, zero_gamma=zero)
        assert torch.equal(block(x), x) == zero


def test_stem_whitens_its_patches():
    net = nets.Airbench()
    x = torch.randn(200, 3, 32, 32)
    x[:, 1:] += 3 * x[:, :1]
    net.fit_stem(x)
    half = net.stem[: net.PATCHES]
    y = torch.nn.functional.conv2d(x, half, stride=net.SIDE).transpose(0, 1).flatten(1)
    torch.testing.assert_close(y @ y.T / y.shape[1], torch.eye(net.PATCHES), atol=0.02, rtol=0)
    assert torch.equal(net.stem[net.PATCHES :], -half)


# ---- statistics by layer


def test_layer_statistics_see_dead_and_saturated_channels():
    net = nets.build(NetConfig(ws=False))
    norms = [m for m in net.modules() if isinstance(m, nn.GroupNorm)]
    x = torch.randn(20, 3, 32, 32)
    with torch.no_grad():
        norms[1].bias[:8], norms[1].bias[8:16] = -100, 100
    found = layer_statistics(net, x)
    assert len(found) == 6 and all(len(line) == len(MEASURES) for line in found)
    named = dict(zip(MEASURES, found[1], strict=True))
    assert named["dead"] == 0.25 and named["always on"] == 0.25
    assert named["level"] > 0.9  # the channels' means are all there is
    net.features[1] = nn.Identity()
    before = net.features[0](x).std(correction=0).item()
    assert layer_statistics(net, x)[0][0] == pytest.approx(before, abs=1e-4)
    assert not any(module._forward_hooks for module in net.modules())
