"""What a batch norm network is measured with besides its running statistics, and what else a record keeps."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gn_edu.config import RunConfig
from gn_edu.data import synthetic_cifar10
from gn_edu.nets import GhostBatchNorm2d, SmallNet
from gn_edu.recipes import RECIPES
from gn_edu.training import evaluation, filters
from gn_edu.training.device import forget_peak_memory, peak_memory_mb
from gn_edu.training.loop import Trainer, train


@pytest.fixture(scope="module")
def pictures():
    return synthetic_cifar10(200, 60)


@pytest.fixture
def layer():
    torch.manual_seed(0)
    layer = nn.BatchNorm2d(4).double()
    layer(3 * torch.randn(6, 4, 5, 5, dtype=torch.float64) + 2)
    nn.init.uniform_(layer.weight)
    nn.init.uniform_(layer.bias)
    return layer.eval()


@torch.no_grad()
def test_no_share_is_evaluation_and_the_whole_share_is_instance_norm(layer):
    x = torch.randn(3, 4, 5, 5, dtype=torch.float64) * 2 - 1
    plain, alone = layer(x), F.instance_norm(x, weight=layer.weight, bias=layer.bias, eps=layer.eps)
    torch.testing.assert_close(evaluation.mixed_batch_norm(x, layer, 0), plain, atol=1e-5, rtol=0)
    torch.testing.assert_close(evaluation.mixed_batch_norm(x, layer, 1), alone, atol=1e-5, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("others", [1, 3])
def test_a_share_is_that_of_the_values_of_a_whole_batch(layer, others):
    """If the running statistics are those of the other pictures, the mixture is batch norm over all of them."""
    x = torch.randn(1 + others, 4, 5, 5) * torch.rand(1 + others, 4, 1, 1) + torch.randn(1 + others, 4, 1, 1)
    layer = layer.float()
    layer.running_mean = x[1:].mean((0, 2, 3))
    layer.running_var = x[1:].var((0, 2, 3), correction=0)
    together = F.batch_norm(x, None, None, layer.weight, layer.bias, training=True, eps=layer.eps)[:1]
    mixed = evaluation.mixed_batch_norm(x[:1], layer, 1 / (1 + others))
    torch.testing.assert_close(mixed, together, atol=1e-5, rtol=1e-5)


def test_the_network_is_as_before_once_the_share_is_gone(pictures):
    torch.manual_seed(0)
    net = SmallNet("bn", widths=(8, 8)).eval()
    images, labels = pictures.test_images, pictures.test_labels
    before = evaluation.measure(net, images, labels)
    with evaluation.own_statistics(net, 0.5):
        assert evaluation.measure(net, images, labels) != before
    assert evaluation.measure(net, images, labels) == before
    with evaluation.own_statistics(net, 0.0):
        assert evaluation.measure(net, images, labels) == pytest.approx(before, abs=1e-4)


def test_the_best_share_has_the_smallest_loss(pictures):
    torch.manual_seed(0)
    net = SmallNet("bn", widths=(8, 8))
    images, labels = pictures.test_images, pictures.test_labels
    losses = {}
    for share in (0.0, 0.5, 1.0):
        with evaluation.own_statistics(net, share):
            losses[share] = evaluation.measure(net, images, labels)[1]
    assert evaluation.best_share(net, images, labels, shares=tuple(losses)) == min(losses, key=losses.__getitem__)


def test_whole_batches_give_what_batch_norm_without_slices_has():
    levels = torch.randint(0, 256, (80, 3, 1, 1), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    images = levels.expand(80, 3, 32, 32)

    def measured(norm_batch, whole):
        torch.manual_seed(0)
        layer = GhostBatchNorm2d(3, norm_batch) if norm_batch else nn.BatchNorm2d(3)
        assert evaluation.reestimate(nn.Sequential(layer), images, 40, whole=whole)
        assert not norm_batch or layer.norm_batch == norm_batch
        return layer.running_var

    plain = measured(0, False)
    torch.testing.assert_close(measured(2, True), plain)
    assert (measured(2, False) < 0.7 * plain).all()  # two pictures differ less than forty: by half, on average


def test_after_its_share_a_frozen_batch_norm_stands_still_and_gamma_learns_on(pictures):
    config = RECIPES["first"].replace(norm="bn", ws=False, width=8, batch=50, frozen_after=0.5, epochs=2)
    trainer = Trainer(config, pictures)
    norm = evaluation.batch_norms(trainer.model)[0]
    kept = []
    for k, (x, y) in enumerate(list(trainer.batches()) * 2):
        trainer.step(x, y, (k + 0.5) / 8)
        kept.append((norm.running_mean.clone(), norm.weight.detach().clone()))
    for k in range(1, 8):
        assert torch.equal(kept[k][0], kept[k - 1][0]) == (k >= 4), k
        assert not torch.equal(kept[k][1], kept[k - 1][1])


def test_three_ways_to_ask_a_batch_norm_network_are_recorded(pictures, tmp_path):
    small = RECIPES["first"].replace(width=8, groups=4, batch=20, epochs=1, n_train=120, reestimate=80, held_aside=40)
    bn = train(small.replace(norm="bn", norm_batch=2), pictures, tmp_path, progress=False).result
    assert None not in (bn.accuracy_reestimated, bn.accuracy_whole, bn.accuracy_mixed)
    assert bn.own_share in evaluation.SHARES
    gn = train(small.replace(norm="gn"), pictures, tmp_path, progress=False).result
    assert gn.accuracy_reestimated is gn.accuracy_whole is gn.accuracy_mixed is gn.own_share is None
    with pytest.raises(ValueError, match="held_aside=100"):
        Trainer(small.replace(held_aside=100), pictures)


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"held_aside": 5000, "n_train": 45000}, "needs n_train, after which they lie, and reestimate"),
        ({"frozen_after": 0.5, "norm": "gn"}, "no other norm has running statistics"),
        ({"frozen_after": 1.5, "norm": "bn"}, "frozen_after must be at least 0"),
        ({"look_back": 200, "n_train": 150}, "look_back must be at most n_train=150, got 200"),
    ],
)
def test_what_does_not_fit_together_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        RunConfig().replace(**wrong)


def test_training_pictures_are_looked_at_as_they_are(pictures, tmp_path):
    config = RECIPES["first"].replace(width=8, groups=4, batch=20, epochs=2, n_train=100, look_back=40)
    trainer = Trainer(config, pictures)
    while not trainer.finished:
        trainer.run_epoch()
    result = trainer.record().result
    accuracy, loss = evaluation.measure(trainer.model, pictures.train_images[:40], pictures.train_labels[:40])
    assert result.train_error_by_epoch[-1] == pytest.approx(100 - accuracy)
    assert result.train_loss_by_epoch[-1] == pytest.approx(loss, abs=1e-3)
    assert [len(v) for v in (result.train_error_by_epoch, result.test_loss_by_epoch, result.error_by_epoch)] == [2] * 3
    assert trainer.test_cpu_s > 0 and trainer.clock.cpu_s > 0  # the record has tenths, and so small a run may take none
    assert (result.test_cpu_s, result.cpu_s) == (round(trainer.test_cpu_s, 1), round(trainer.clock.cpu_s, 1))
    kept = [filters.unpacked(text) for text in result.filters]
    for matrix, true in zip(kept, filters.filter_correlations(trainer.model), strict=True):
        torch.testing.assert_close(matrix, true, atol=0.00501, rtol=0)
    without = Trainer(config.replace(look_back=0), pictures)
    while not without.finished:
        without.run_epoch()
    assert without.record().result.train_error_by_epoch is without.record().result.filters is None
    assert without.error_by_epoch == result.error_by_epoch  # looking changes nothing


def test_filters_are_correlated_as_flat_vectors():
    torch.manual_seed(0)
    net = SmallNet("gn", groups=4, widths=(8, 8))
    net.features[0].weight.data[1] = -2 * net.features[0].weight.data[0] + 3
    net.features[0].weight.data[2] = 0.5
    first = filters.filter_correlations(net)[0]
    true = torch.corrcoef(net.features[0].weight.flatten(1)).nan_to_num(0)
    torch.testing.assert_close(first, true, atol=1e-6, rtol=0)
    assert first[0, 1] == pytest.approx(-1) and first[2, 3] == 0


def test_peak_memory_counts_from_where_it_was_told_to():
    cpu = torch.device("cpu")
    if peak_memory_mb(cpu) is None:
        pytest.skip("the system does not say how much memory a process had")
    torch.ones(2**27)  # 512 MiB, given back at once
    high = peak_memory_mb(cpu)
    forget_peak_memory(cpu)
    assert peak_memory_mb(cpu) < high - 300
