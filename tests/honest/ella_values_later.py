# sheet: sheet1_sets
# fair: ex01 4, ex02 4, ex03 6
# why: after the check she sets `values` to other numbers and to a string, which her function of exercise 3 would read

# %%
from gn_edu import exercises

# %%
def count_means(n, c, h, w, num_groups):
    # one mean per (image, group)
    pairs = {(image, group) for image in range(n) for group in range(num_groups)}
    print(n, c, h, w, num_groups, "->", len(pairs))
    return len(pairs)

# %%
report = exercises.check_count_means(count_means)
report

# %%
def group_of(channel, num_channels, num_groups):
    size, rest = divmod(num_channels, num_groups)
    if rest:
        raise ValueError(f"{num_channels} channels, {num_groups} groups: rest {rest}")
    group = 0
    while channel >= size:
        channel -= size
        group += 1
    return group

# %%
report = exercises.check_group_of(group_of)
report

# %%
values = [17, 5, 1, -11]  # your numbers


def one_group():
    mean = sum(values) / len(values)
    variance = sum((v - mean) ** 2 for v in values) / len(values)
    return mean, variance, [round((v - mean) / variance ** 0.5, 2) for v in values]

# %%
report = exercises.check_one_group(one_group, values)
report

# %%
# what if one number is an outlier?
values = [17, 5, 1, 1100]
one_group()

# %%
values = "17 5 1 -11".split()
one_group()
