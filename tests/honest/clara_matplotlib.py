# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: much matplotlib: style.use, rcParams, subplots, imshow, hist with unpacked results, an animation, savefig; plotting in the cells of answers

# %%
%matplotlib inline
%config InlineBackend.figure_format = "retina"
import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
from IPython.display import HTML
import torch
from gn_edu import exercises

plt.style.use("seaborn-v0_8-whitegrid")
plt.rcParams["figure.figsize"] = (6, 3)
mpl.rcParams.update({"font.size": 11, "axes.grid": False})

# %%
def normalize(x, eps=1e-5):
    y = x - x.mean()
    return y / (y.pow(2).mean() + eps).sqrt()

fig, (left, right) = plt.subplots(1, 2, sharey=True)
counts, edges, patches = left.hist(torch.randn(1000).numpy(), bins=30)
n, bins, _ = right.hist(normalize(3 + 2 * torch.randn(1000)).numpy(), bins=edges)
left.set_title("before"), right.set_title("after");

# %%
report = exercises.check_normalize(normalize)
report

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    y = x.reshape(x.shape[0], num_groups, -1)
    y = y - y.mean(-1, keepdim=True)
    y = y / (y.pow(2).mean(-1, keepdim=True) + eps).sqrt()
    return y.reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
fig, axs = plt.subplots(2, 4, figsize=(8, 4))
pics = torch.rand(1, 4, 12, 12)
for ax, before, after in zip(axs.T, pics[0], group_norm_4d(pics, 2)[0]):
    ax[0].imshow(before, cmap="gray", vmin=0, vmax=1); ax[0].axis("off")
    im = ax[1].imshow(after); ax[1].axis("off")
plt.colorbar(im, ax=axs)
plt.tight_layout()
plt.savefig("figures/groups.png", dpi=200)

# %%
fig, ax = plt.subplots()
line, = ax.plot([], [])
ani = FuncAnimation(fig, lambda i: line.set_data(range(10), normalize(torch.arange(10.) ** (i / 20))), frames=60)
HTML(ani.to_jshtml())

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps) * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

with plt.xkcd():
    plt.plot(group_norm_affine(pics, 2, torch.ones(4), torch.zeros(4)).flatten()); plt.show()

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
