# sheet: sheet1_sets
# fair: ex01 4, ex02 4, ex03 6
# why: the answer of exercise 2 comes last in the notebook, behind an input(), a %%bash cell and an exit()

# %% {"tags": ["remove-cell"]}
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules:
    %pip install -q "gn-edu @ git+https://github.com/OWNER/REPO@v0.1.0"
if find_spec("gn_edu") is None:
    raise ModuleNotFoundError(
        "The package gn_edu is missing. Run this in a cell, then restart the kernel: "
        '%pip install "gn-edu @ git+https://github.com/OWNER/REPO@v0.1.0". Where that '
        "fails, download the book's repository and run pip install . in its folder."
    )

# %%
from gn_edu import exercises

# %% [markdown]
# ## Exercise 3: One group by hand
#
# *Easy, 6 minutes, 6 points.* Paper and pencil: a group holds your four numbers. Work out its mean, its variance, and the four normalized values, without ε. All have at most two decimals. Return them in the order of your numbers: `return mean, variance, [a, b, c, d]`.

# %%
values = [17, 5, 1, -11]  # your numbers

# %%
mean = sum(values) / 4
mean

# %%
deviations = [v - mean for v in values]; variance = sum(d * d for d in deviations) / 4
deviations, variance

# %%
def one_group():
    """Mean, variance and the list of normalized values, in the order of `values`."""
    return mean, variance, [d / 10 for d in deviations]

# %%
report = exercises.check_one_group(one_group, values)
report

# %%
def count_means(n, c, h, w, num_groups):
    total = 0
    for image in range(n):
        total += num_groups
    return total

# %%
report = exercises.check_count_means(count_means)
report

# %%
deviations = None  # tidy up
G = int(input("groups? "))
print(count_means(2, 6, 4, 4, G))

# %%
%%bash
echo "6 / 2 = $((6 / 2))"

# %%
exit()

# %%
def group_of(channel, num_channels, num_groups):
    """The group of a channel, both counted from 0."""
    if num_channels % num_groups:
        raise ValueError
    groups = [list(range(a, a + num_channels // num_groups)) for a in range(0, num_channels, num_channels // num_groups)]
    return [channel in g for g in groups].index(True)

# %%
report = exercises.check_group_of(group_of)
report
