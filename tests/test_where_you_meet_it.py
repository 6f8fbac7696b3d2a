"""Chapter 11: what its scenes claim holds, for its own cells and on other numbers."""

from functools import partial

import pytest
import torch
from chapter_cells import cells_of_chapter, left_by
from torch import nn
from torch.nn import functional as F

from gn_edu import two_processes
from gn_edu.exercises import ch11_where_you_meet_it as ch11

CELLS = cells_of_chapter("ch11_where_you_meet_it")


@pytest.fixture
def scene():
    return partial(left_by, CELLS)


def random(*shape, seed=7):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_a_token_at_a_time_no_step_hears_the_future_and_over_time_every_one_does(scene):
    found = scene("heads-code")
    x = random(2, 6, 8)
    for t in range(6):
        later = x.clone()
        later[:, t, 3] += 2
        alone = (found["a_token_at_a_time"](later) - found["a_token_at_a_time"](x)).abs().amax((0, 2))
        assert alone[t] > 0.1 and alone[torch.arange(6) != t].eq(0).all()
        heard = (found["over_time"](later) - found["over_time"](x)).abs().amax((0, 2))
        assert heard.gt(1e-3).all()


def test_who_hears_the_future_is_better_in_training_and_worse_as_it_writes(scene):
    found = scene("heads-code", "flips-code")
    chance = 0.6931  # ln 2
    training, writing = found["learned"](found["over_time"])
    assert training < chance - 0.2 and writing > chance + 0.1
    training, writing = found["learned"](found["a_token_at_a_time"])
    assert abs(training - chance) < 0.08 and abs(writing - chance) < 0.08


def test_dividing_by_8_is_64_times_eps(scene):
    found = scene("heads-code", "eps-code")
    assert (found["divided"] - found["scaled"]).abs().max() < 1e-6


def test_padded_equals_unpadded_only_with_a_mask(scene):
    moved = {int(zeros): float(by) for zeros, by in scene("padding-code")["lines"]}
    assert 0 < moved[50] < 0.05 and moved[600] > 5 * moved[50]
    x = random(3, 4, 7) + 1
    for groups in (1, 2, 4):
        padded, mask = F.pad(x, (0, 5)), F.pad(torch.ones(3, 1, 7, dtype=x.dtype), (0, 5))
        y = ch11.MASKED.right(padded, mask, groups, 1e-5)
        torch.testing.assert_close(y[..., :7], F.group_norm(x, groups), rtol=0, atol=1e-12)
        assert y[..., 7:].eq(0).all()


def test_scale_and_shift_are_each_channels_own_and_minus_one_leaves_the_shift():
    x, scale, shift = random(2, 8, 3, 3), random(2, 8, seed=1), random(2, 8, seed=2)
    scale[1, 5] = -1
    y = ch11.MODULATED.right(x, scale, shift, 4, 1e-5)
    for image in range(2):
        want = F.group_norm(x[image : image + 1], 4, 1 + scale[image], shift[image])
        torch.testing.assert_close(y[image : image + 1], want, rtol=0, atol=1e-12)
    assert y[1, 5].eq(shift[1, 5]).all()


def test_the_block_takes_its_step_and_its_norm_is_finite_where_squares_are_not(scene):
    found = scene("unet-code")
    assert found["gap"] > 0.05
    assert found["loud"].square().max().isinf() and found["by_hand"].eq(0).all()
    torch.testing.assert_close(found["cast"], F.group_norm(found["loud"].double(), 32).half(), rtol=1e-2, atol=1e-2)


def test_statistics_shared_over_tiles_leave_no_seam_and_own_ones_do(scene):
    found = scene("tiles-code", "tiles-table")
    found["convs"] = [conv.double() for conv in found["convs"]]
    for seed in range(3):
        latent = random(1, 8, 16, 32, seed=seed) + torch.linspace(-2, 2, 32, dtype=torch.float64)
        found["found"].clear()
        whole = found["decode"](latent, found["measured"])
        torch.testing.assert_close(whole, found["decode"](latent, lambda x: F.group_norm(x, 2)), rtol=0, atol=1e-12)
        layers = iter(2 * found["found"])
        left, right = found["in_tiles"](latent, lambda x, layers=layers: found["normalized"](x, *next(layers)))
        shared = torch.cat([left[..., :16], right[..., 8:]], dim=3)
        assert (shared - whole).abs().max() < 1e-12
        left, right = found["in_tiles"](latent, lambda x: F.group_norm(x, 2))
        apart = (left[..., 12:20] - right[..., 4:12]).abs().mean()  # where no convolution sees a tile's end
        assert apart > 0.1 * whole.std()


def test_batch_norm_takes_what_regions_of_one_image_share_in_training_only_and_group_norm_never(scene):
    found = scene("boxes-code")
    lines = {name: [float(value) for value in values] for name, *values in found["lines"]}
    training, evaluation, moved = lines["batch norm"]
    assert training == 0 and evaluation > 1.5 and moved > 0.3
    training, evaluation, moved = lines["group norm, G = 8"]
    assert training == evaluation > 0.3 and moved == 0


@pytest.mark.parametrize("processes", [1, 2])
def test_processes_together_are_one_under_group_norm(processes):
    images = random(8, 16, 6, 6)
    together = two_processes.averaged_gradients(images, processes)
    for name, norm in two_processes.NORMS.items():
        alone = two_processes.gradient(norm, images)
        apart = (together[name] - alone).norm() / alone.norm()
        assert (apart < 1e-12) == (processes == 1 or name == "group norm"), (name, apart)


def test_images_that_cannot_be_dealt_out_are_refused():
    with pytest.raises(ValueError, match=r"7 images for 2 processes"):
        two_processes.averaged_gradients(random(7, 16, 6, 6))


def test_one_gradient_a_sample_and_only_under_group_norm_do_they_make_the_batchs(scene):
    images = random(8, 16, 6, 6)
    found = scene("processes-run", "private-code") | {"images": images}
    weights = random(16, 16, 3, 3, seed=3)
    for name, norm in two_processes.NORMS.items():
        each = [found["grad"](found["loss"])(weights, images[k : k + 1], norm) for k in range(8)]
        batch = found["grad"](found["loss"])(weights, images, norm)
        apart = (torch.stack(each).mean(0) - batch).norm() / batch.norm()
        assert (apart < 1e-12) == (name == "group norm"), (name, apart)


def test_averaged_weights_fit_no_running_statistics_but_measured_ones(scene):
    found = scene("averages-code")
    average, data = found["average"], found["data"]
    assert abs(found["after"].eval()(data).std() - 1) < 0.02
    assert average.eval()(data).std() < 0.8
    torch.optim.swa_utils.update_bn([data] * 3, average)
    assert abs(average.eval()(data).std() - 1) < 0.02
    assert abs(nn.GroupNorm(4, 16)(average[0](data)).std() - 1) < 0.02
