# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: long %-formatted messages broken before the operator as black does, lines that begin with % or an operator, in and outside of the answers

# %%
import torch

from gn_edu import exercises

# %%
def normalize(x, eps=1e-5):
    """x: (m,), eine Gruppe. Gibt x_hat zurück, (m,)."""
    assert x.dim() == 1, (
        "x soll genau eine Achse haben, hat aber %d Achsen und die Form %s"
        % (x.dim(), tuple(x.shape))
    )
    mittel = x.sum() / len(x)
    varianz = (
        (x - mittel).pow(2).sum()
        / len(x)
    )
    return (
        (x - mittel)
        / (
            varianz
            + eps
        ).sqrt()
    )

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    """Gruppen benachbarter Kanäle, Bild für Bild."""
    rest = (
        x.shape[1]
        % num_groups
    )
    if rest:
        raise ValueError(
            "Die Kanäle gehen nicht in den Gruppen auf: %d Kanäle, %d Gruppen, Rest %d"
            % (x.shape[1], num_groups, rest)
        )
    zeilen = x.reshape(x.shape[0], num_groups, -1)
    mittel = zeilen.mean(2, keepdim=True)
    varianz = (zeilen - mittel).pow(2).mean(2, keepdim=True)
    return ((zeilen - mittel) / (varianz + eps).sqrt()).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    gewicht = weight.view(1, -1, 1, 1)
    return (
        group_norm_4d(x, num_groups, eps)
        * gewicht
        + bias.view(1, -1, 1, 1)
    )

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
x = torch.randn(3, 8, 5, 5)
y = group_norm_4d(x, 4)
print(
    "Mittelwert der ersten Gruppe: %.3e, Standardabweichung: %.5f (soll 1 sein, bis auf eps)"
    % (y[0, :2].mean(), y[0, :2].std(unbiased=False))
)
print(
    "Abweichung von torch: %.2e"
    % (y - torch.nn.functional.group_norm(x, 4)).abs().max()
)
