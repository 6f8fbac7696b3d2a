"""What the landing page's networks say for every pair of its pictures: python -m scripts.record_pairs

Writes gn_edu/widgets/neighbours_pairs.json from the packed networks in gn_edu/widgets/neighbours.json, in float64.
Every answer is ten whole numbers, the per cent of each class; where two round to the same largest number, a star marks
the class that is named. Answers are parted by commas.

batch_norm: 20 lines of 20 answers. Answer j of line i is the answer for picture i in training mode when its only
    companion is picture j; on the diagonal that is an exact copy.
batch_norm_evaluation, group_norm: 20 answers, one a picture; they depend on no companion.
"""

import json

import torch
from torch import Tensor, nn

from gn_edu.augment import PIXEL_MEAN, PIXEL_STD
from gn_edu.nets import SmallNet
from gn_edu.widgets.neighbours import ALPHABET, PAIRS, networks
from scripts.paths import ROOT


def numbers(text: str) -> Tensor:
    """The numbers from 0 to 63 that a text stores, one a letter."""
    return torch.tensor([ALPHABET.index(letter) for letter in text])


def pixels(text: str) -> Tensor:
    """A stored picture: (3, 32, 32), values from 0 to 252."""
    return (numbers(text).cumsum(0) % 64 * 4).view(3, 32, 32)


def inputs(images: Tensor) -> Tensor:
    """Images, (n, 3, 32, 32), 0 to 255, standardized by CIFAR-10's mean and standard deviation, float64."""
    return (images.double() - PIXEL_MEAN.double()) / PIXEL_STD.double()


def photographs() -> Tensor:
    """The page's pictures as inputs of the networks: (20, 3, 32, 32)."""
    return inputs(torch.stack([pixels(picture["pixels"]) for picture in networks()["pictures"]]))


def in_torch(stored: dict) -> SmallNet:
    """The packed network as a SmallNet in float64, its weights read from the stored text."""
    net = SmallNet(stored["norm"], stored["groups"], ws=False, widths=(16, 32, 64)).double()
    convolutions = [layer for layer in net.features if isinstance(layer, nn.Conv2d)]
    norms = [layer for layer in net.features if isinstance(layer, nn.BatchNorm2d | nn.GroupNorm)]
    with torch.no_grad():
        for layer, where in [*zip(convolutions, stored["blocks"], strict=True), (net.head, stored["head"])]:
            weight = layer.get_parameter("weight")
            scale = torch.tensor(where["scale"]).double().view(-1, *[1] * (weight.dim() - 1))
            weight.copy_((numbers(where["weights"]) - 32).view(weight.shape) * scale)
        net.head.bias.copy_(torch.tensor(stored["head"]["bias"]).double())
        for layer, block in zip(norms, stored["blocks"], strict=True):
            names = {"weight": "gamma", "bias": "beta", "running_mean": "mean", "running_var": "var"}
            for name in set(names) & set(layer.state_dict()):
                layer.state_dict()[name].copy_(torch.tensor(block[names[name]]).double())
    return net


@torch.no_grad()
def probabilities_of_pairs(net: nn.Module, images: Tensor) -> Tensor:
    """(n, n, 10): what net says in training mode for image i when image j is its only companion."""
    net.train()
    rows = [[net(torch.stack([image, other]))[0].softmax(0) for other in images] for image in images]
    return torch.stack([torch.stack(row) for row in rows])


@torch.no_grad()
def probabilities_alone(net: nn.Module, images: Tensor) -> Tensor:
    """(n, 10): what net says in evaluation mode."""
    return net.eval()(images).softmax(1)


def written(probabilities: Tensor) -> str:
    """Answers, (n, 10), as a text."""
    answers = []
    for row in probabilities:
        percent = (100 * row).round().int().tolist()
        named, tie = int(row.argmax()), percent.count(max(percent)) > 1
        answers.append(" ".join(f"{p}*" if tie and k == named else str(p) for k, p in enumerate(percent)))
    return ",".join(answers)


def main() -> None:
    images = photographs()
    nets = {name: in_torch(stored) for name, stored in networks()["nets"].items()}
    evaluation = written(probabilities_alone(nets["bn"], images))  # before training mode moves the stored statistics
    record = {
        "batch_norm": [written(row) for row in probabilities_of_pairs(nets["bn"], images)],
        "batch_norm_evaluation": evaluation,
        "group_norm": written(probabilities_alone(nets["gn"], images)),
    }
    PAIRS.write_text(json.dumps(record, indent=0) + "\n")
    print(f"{PAIRS.relative_to(ROOT)}: {PAIRS.stat().st_size / 1000:.1f} kB")


if __name__ == "__main__":
    main()
