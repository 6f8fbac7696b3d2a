# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: strings that hold code and definitions, docstrings with lines that begin with % or !, raw strings, very long lines, tabs, semicolons, empty cells

# %%

# %%
import torch

from gn_edu import exercises

# %%
# only comments here
# def normalize(x, eps=1e-5):
#     return x
# report = exercises.check_normalize(normalize)

# %%
OLD = """
def normalize(x, eps=1e-5):
    return x - x.mean()

def group_norm_4d(x, num_groups, eps=1e-5):
    raise NotImplementedError()
%timeit normalize(x)
!rm old.txt
"""

def normalize(x, eps=1e-5):
	r"""x: (m,), one group: \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}.

%timeit normalize(torch.randn(100))   says 12 µs
!python -c "print('not a command')"
?what
	"""
	d = x - x.mean(); return d / ((d * d).mean() + eps).sqrt()  # 'one' "line"

# %%
report = exercises.check_normalize(normalize)
report

# %%

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    '''x: (n, c, h, w). Returns a tensor like x.

    50 % of the work is the reshape:
%%time
    def inner(): pass
    """ quotes """
    '''
    d = x.reshape(x.shape[0], num_groups, -1); d = d - d.mean(2, keepdim=True); v = (d * d).mean(2, keepdim=True); s = (v + eps).sqrt(); y = d / s; y = y.reshape(x.shape[0], x.shape[1], x.shape[2], x.shape[3]); assert y.shape == x.shape, f"shape {'x'.join(map(str, y.shape))!r} is not {'x'.join(str(k) for k in x.shape)}, which {'can''t'} happen, can it? " + "no " * 3; return y

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
print(f"{"nested quotes of Python 3.12"} {'\n'.join(["a", "b"])}")

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    """x: (n, c, h, w); weight, bias: (c,). Returns a tensor like x.\
 One line after a backslash."""
    y = group_norm_4d(x, num_groups, eps) \
        * weight.view(1, -1, 1, 1) \
        + bias.view(1, -1, 1, 1)
    return y

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report

# %%
exec(OLD.split("%timeit")[0].replace("def ", "def old_"))
old_normalize(torch.arange(3.0))
