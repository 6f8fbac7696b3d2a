"""The record of pairs holds what torch and JavaScript compute, and its readers in both languages read the same."""

from dataclasses import asdict

import pytest
import torch
from browser import run_module

from gn_edu.nets import replace_layers
from gn_edu.widgets.base import STATIC
from gn_edu.widgets.neighbours import networks, pairs, recorded_pairs
from scripts.record_pairs import in_torch, photographs, pixels, probabilities_alone, probabilities_of_pairs

SOURCES = STATIC.parent / "src"


@pytest.fixture(scope="module")
def images():
    return photographs()


@pytest.fixture(scope="module")
def of_pairs(images):
    return probabilities_of_pairs(in_torch(networks()["nets"]["bn"]), images)


def percent(probabilities):
    return [round(100 * p) for p in probabilities]


def same(answer, probabilities):
    """Ten rounded probabilities, and the class that is named is the most probable one, not only after rounding."""
    assert list(answer.percent) == percent(probabilities)
    assert answer.top == max(range(10), key=lambda k: probabilities[k])
    assert answer.percent[answer.top] == max(answer.percent)


def test_the_record_is_torch(images, of_pairs):
    for row, wanted in zip(pairs().batch_norm, of_pairs.tolist(), strict=True):
        for answer, probabilities in zip(row, wanted, strict=True):
            same(answer, probabilities)
    nets = {name: in_torch(stored) for name, stored in networks()["nets"].items()}
    for answers, net in ((pairs().batch_norm_evaluation, nets["bn"]), (pairs().group_norm, nets["gn"])):
        for answer, probabilities in zip(answers, probabilities_alone(net, images).tolist(), strict=True):
            same(answer, probabilities)


def test_group_norm_does_not_depend_on_the_companion(images):
    by_pair = probabilities_of_pairs(in_torch(networks()["nets"]["gn"]), images)
    torch.testing.assert_close(by_pair, by_pair[:, :1].expand_as(by_pair), atol=1e-12, rtol=0)


def test_the_record_is_the_network_in_javascript():
    photos = [pixels(picture["pixels"]).flatten().tolist() for picture in networks()["pictures"]]
    script = (
        "(() => { const bn = w.load(d.nets.bn), gn = w.load(d.nets.gn);"
        " const say = (net, batch, training) => w.run(net, batch, training).logits[0];"
        " return { batch_norm: d.photos.map((a) => d.photos.map((b) => say(bn, [a, b], true))),"
        " batch_norm_evaluation: d.photos.map((a) => say(bn, [a], false)),"
        " group_norm: d.photos.map((a) => say(gn, [a], true)) }; })()"
    )
    got = run_module(SOURCES / "neighbours" / "network.js", script, nets=networks()["nets"], photos=photos)
    record = pairs()
    for name in ("batch_norm_evaluation", "group_norm"):
        for answer, logits in zip(getattr(record, name), got[name], strict=True):
            same(answer, torch.tensor(logits, dtype=torch.float64).softmax(0).tolist())
    for row, found in zip(record.batch_norm, got["batch_norm"], strict=True):
        for answer, logits in zip(row, found, strict=True):
            same(answer, torch.tensor(logits, dtype=torch.float64).softmax(0).tolist())


def test_javascript_reads_the_record_as_python_does():
    got = run_module(SOURCES / "shared" / "pairs.js", "w.readPairs(d.recorded)", recorded=recorded_pairs())
    want = asdict(pairs())
    assert got.keys() == want.keys()
    for name, answers in want.items():
        flat = [answer for row in answers for answer in (row if isinstance(row, list) else [row])]
        found = [answer for row in got[name] for answer in (row if isinstance(row, list) else [row])]
        assert found == [{"top": answer["top"], "percent": list(answer["percent"])} for answer in flat]


def test_batch_norm_is_wrong_in_73_of_the_380_pairs_and_group_norm_in_none():
    labels = [picture["label"] for picture in networks()["pictures"]]
    record = pairs()
    wrong = [(i, j) for i in range(20) for j in range(20) if i != j and record.batch_norm[i][j].top != labels[i]]
    assert len(wrong) == 73
    assert [answer.top for answer in record.group_norm] == labels
    assert [answer.top for answer in record.batch_norm_evaluation] == labels


def test_with_an_exact_copy_batch_norm_is_instance_norm(images, of_pairs):
    def instance_norm(layer):
        return torch.nn.InstanceNorm2d(layer.num_features, affine=True, track_running_stats=True).double()

    net = in_torch(networks()["nets"]["bn"])
    replace_layers(net, torch.nn.BatchNorm2d, instance_norm)
    with torch.no_grad():
        alone = net.train()(images).softmax(1)
    copies = of_pairs[torch.arange(20), torch.arange(20)]
    torch.testing.assert_close(copies, alone, atol=1e-9, rtol=0)
    assert not torch.allclose(of_pairs[0, 1], alone[0], atol=1e-3)  # another companion: not instance norm
