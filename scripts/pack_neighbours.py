"""Pack the two networks of the landing page: python -m scripts.pack_neighbours

Takes the weights that `gn-edu train --recipe neighbours --norm bn --weights` (and gn) left in
gn_edu/results/neighbours, rounds them to 4 or 6 bits a weight with one scale a filter, writes the accuracy after
rounding into the two records, draws the pictures and stores all of it in gn_edu/widgets/neighbours.json. Needs
CIFAR-10 (GN_EDU_DATA), which stays out of the file: a picture is taken when both networks, tested alone in evaluation
mode, name it right; the first two drawings of each class that pass. scripts/record_pairs.py comes after it.
"""

import json
from dataclasses import replace
from itertools import count, islice

import torch

from gn_edu.augment import PIXEL_MEAN, PIXEL_STD, to_input
from gn_edu.data import CLASSES, load_cifar10
from gn_edu.nets import Conv3x3, SmallNet, build
from gn_edu.records import read_records, write_record
from gn_edu.training.evaluation import evaluate
from gn_edu.widgets.neighbours import ALPHABET
from scripts.draw_pictures import scene
from scripts.paths import ROOT

RUNS = ROOT / "gn_edu" / "results" / "neighbours"
TARGET = ROOT / "gn_edu" / "widgets" / "neighbours.json"


def text(values: torch.Tensor) -> str:
    """One letter a number from 0 to 63: compresses better than bytes in base64."""
    return "".join(ALPHABET[v] for v in values.flatten().int().tolist())


def rounded(weight: torch.Tensor) -> tuple[torch.Tensor, dict]:
    """The weight after rounding, and its stored form: whole numbers times one scale a filter.

    The numbers go from -31 to 31, in the two large last layers from -7 to 7, which packs smaller.
    """
    largest = 7 if weight.numel() > 10_000 else 31
    scale = weight.abs().flatten(1).amax(1) / largest
    scale = torch.tensor([float(f"{s:.6g}") for s in scale])
    broad = scale.view(-1, *[1] * (weight.dim() - 1))
    whole = (weight / broad).round()
    stored = {"weights": text(whole + 32), "scale": short(scale)}
    return whole * broad, stored


def short(values: torch.Tensor) -> list[float]:
    return [float(f"{v:.6g}") for v in values.tolist()]


@torch.no_grad()
def pack(net: SmallNet, norm: str, groups: int) -> dict:
    """Round the network in place and return its stored form; weight standardization is already applied in it."""
    blocks: list[dict] = []
    for layer in net.features:
        if isinstance(layer, Conv3x3):
            weight = layer.standardized()
            layer.ws = False
            layer.weight.copy_(weight)
            layer.weight[:], stored = rounded(layer.weight)
            blocks.append({"out": layer.out_channels, "stride": layer.stride[0], "pool": False, **stored})
        elif isinstance(layer, torch.nn.MaxPool2d):
            blocks[-1]["pool"] = True
        elif not isinstance(layer, torch.nn.ReLU):
            names = {"gamma": "weight", "beta": "bias"}
            if norm == "bn":
                names |= {"mean": "running_mean", "var": "running_var"}
            numbers = {key: getattr(layer, name) for key, name in names.items()}
            for key, tensor in numbers.items():
                blocks[-1][key] = short(tensor)
                tensor.copy_(torch.tensor(blocks[-1][key]))
    net.head.weight[:], head = rounded(net.head.weight)
    head["bias"] = short(net.head.bias)
    net.head.bias.copy_(torch.tensor(head["bias"]))
    return {
        "norm": norm,
        "groups": groups,
        "pixel_mean": short(PIXEL_MEAN.flatten()),
        "pixel_std": short(PIXEL_STD.flatten()),
        "blocks": blocks,
        "head": head,
    }


@torch.no_grad()
def named_right(nets: list[SmallNet], label: int):
    """Drawings of a class that all networks name right, alone and in evaluation mode."""
    for seed in count():
        image = torch.from_numpy(scene(label, seed)).permute(2, 0, 1).contiguous()
        if all(net.eval()(to_input(image[None])).argmax() == label for net in nets):
            yield image


def main() -> None:
    data = load_cifar10(synthetic=False)
    stored: dict[str, dict] = {}
    nets: list[SmallNet] = []
    for path, record in zip(sorted(RUNS.glob("*.json")), read_records(RUNS), strict=True):
        network = record.config.network
        net = build(network, record.config.seed)
        assert isinstance(net, SmallNet), f"a landing page's network is small, got {network.net!r}"
        net.load_state_dict(torch.load(path.with_suffix(".pt"), weights_only=True))
        stored[network.norm] = pack(net, network.norm, network.groups)
        accuracy = evaluate(net, data.test_images, data.test_labels)
        write_record(replace(record, result=replace(record.result, accuracy_rounded=round(accuracy, 4))), path)
        print(f"{network.norm}: test accuracy {record.result.accuracy:.2f} %, after rounding {accuracy:.2f} %")
        nets.append(net)
    pictures = [
        # Each letter is the step from the value before it, modulo 64: smooth pictures pack smaller.
        {"label": label, "pixels": text(torch.diff(image.flatten().int() // 4, prepend=torch.tensor([0])) % 64)}
        for label in range(10)
        for image in islice(named_right(nets, label), 2)
    ]
    packed = {"classes": CLASSES, "pictures": pictures, "nets": stored}
    TARGET.write_text(json.dumps(packed, separators=(",", ":")) + "\n")
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
