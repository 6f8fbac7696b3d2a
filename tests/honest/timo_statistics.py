# sheet: sheet1_sets
# fair: ex01 4, ex02 4, ex03 6
# why: the statistics module, Fraction and numpy, lambdas, a check imported by name, and pandas for a table

# %%
import statistics as st
from fractions import Fraction
import numpy as np
import pandas as pd
from gn_edu.exercises import check_count_means, check_group_of, check_one_group
from gn_edu import exercises

# %%
count_means = lambda n, c, h, w, num_groups: n * num_groups
check_count_means(count_means)

# %%
def group_of(channel, num_channels, num_groups):
    if (Fraction(num_channels, num_groups)).denominator > 1:
        raise ValueError(
            "%d Kanäle lassen sich nicht in %d gleich große Gruppen teilen"
            % (num_channels, num_groups)
        )
    return int(np.repeat(np.arange(num_groups), num_channels // num_groups)[channel])

check_group_of(group_of)

# %%
pd.DataFrame({"channel": range(6), "group": [group_of(k, 6, 2) for k in range(6)]})

# %%
values = [17, 5, 1, -11]  # your numbers


def one_group():
    mean, variance = st.fmean(values), st.pvariance(values)
    return mean, float(variance), [(v - mean) / st.pstdev(values) for v in values]

report = check_one_group(one_group, values); report
