# sheet: sheet1_sets
# fair: ex01 4, ex02 4, ex03 6
# why: exercise 3 worked out on paper, the numbers typed in as literals, with Sinhala comments

# %% [markdown]
# # Sheet 1: who is averaged with whom
#
# Three exercises about the sets of chapter 3, with whole numbers only. Each exercise has a check below it: run it as often as you like. It says what it saw and asks a question back.

# %%
from gn_edu import exercises

# %% [markdown]
# ## Exercise 1: How many means?
#
# *Easy, 4 minutes, 4 points.* A group norm with G groups reads a tensor of shape (N, C, H, W). How many means does it compute? Begin with a picture: two images, six channels, three groups.

# %%
def count_means(n, c, h, w, num_groups):
    """How many means group norm computes for (n, c, h, w)."""
    # රූප ගණන × කණ්ඩායම් ගණන
    return num_groups * n

# %%
report = exercises.check_count_means(count_means)
report

# %%
def group_of(channel, num_channels, num_groups):
    """The group of a channel, both counted from 0."""
    if num_channels % num_groups != 0:
        raise ValueError("කණ්ඩායම් සමාන නැත")
    size = num_channels // num_groups
    return channel // size

# %%
report = exercises.check_group_of(group_of)
report

# %%
values = [17, 5, 1, -11]  # your numbers


def one_group():
    """Mean, variance and the list of normalized values, in the order of `values`."""
    # 17 + 5 + 1 - 11 = 12,  12 / 4 = 3
    # 14, 2, -2, -14  ->  196 + 4 + 4 + 196 = 400,  400 / 4 = 100
    return 3, 100, [1.4, 0.2, -0.2, -1.4]

# %%
report = exercises.check_one_group(one_group, values)
report
