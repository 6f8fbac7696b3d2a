"""The landing page's network with other numbers of groups: python -m scripts.record_turn_g

Takes the packed network with group norm in gn_edu/widgets/neighbours.json, which was trained with G = 8, in float64,
and turns G in all of its layers; its weights stay. Writes gn_edu/results/turn_g.json. Needs CIFAR-10 (GN_EDU_DATA).

runs: for each G
    groups: G. It divides every width of the network.
    right: how many of the test pictures are named right.
    gained, lost: how many of them are named right here and wrong with the G of the training, and the other way round.
        Their difference over the number of pictures is the difference of the accuracies, paired over the pictures.
    named: the class that each of the page's 20 pictures is given.
"""

import json

import torch
from torch import Tensor, nn

from gn_edu.data import load_cifar10
from gn_edu.nets import replace_layers
from gn_edu.training.provenance import processor, provenance
from gn_edu.widgets.neighbours import networks
from gn_edu.widgets.turn_g import GROUPS
from scripts.paths import ROOT
from scripts.record_pairs import in_torch, inputs, photographs

TARGET = ROOT / "gn_edu" / "results" / "turn_g.json"


def turned(num_groups: int) -> nn.Module:
    """The page's network, float64, in evaluation mode, with num_groups groups in every layer and the same weights."""
    net = in_torch(networks()["nets"]["gn"])

    def layer(old: nn.GroupNorm) -> nn.GroupNorm:
        return nn.GroupNorm(num_groups, old.num_channels, eps=old.eps).double()

    return replace_layers(net, nn.GroupNorm, layer).eval()


@torch.no_grad()
def names(net: nn.Module, images: Tensor, batch: int = 500) -> Tensor:
    """(n,): the class that the network names for each of its inputs, (n, 3, 32, 32)."""
    return torch.cat([net(part).argmax(1) for part in images.split(batch)])


def main() -> None:
    stored, data = networks()["nets"]["gn"], load_cifar10(synthetic=False)
    torch.set_num_threads(1)
    images, labels = inputs(data.test_images), data.test_labels
    right = {groups: names(turned(groups), images) == labels for groups in GROUPS}
    trained = right[stored["groups"]]
    runs = [
        {
            "groups": groups,
            "right": int(found.sum()),
            "gained": int((found & ~trained).sum()),
            "lost": int((trained & ~found).sum()),
            "named": names(turned(groups), photographs()).tolist(),
        }
        for groups, found in right.items()
    ]
    record = {
        "trained": stored["groups"],
        "channels": [block["out"] for block in stored["blocks"]],
        "pictures": len(labels),
        "runs": runs,
        **provenance(processor(), "torch"),
        "precision": "float64",
        "data": data.fingerprint,
    }
    TARGET.write_text(json.dumps(record, separators=(",", ":")) + "\n")
    for run in runs:
        print({key: value for key, value in run.items() if key != "named"})


if __name__ == "__main__":
    main()
