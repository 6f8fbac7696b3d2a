# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: plotly figures, ipywidgets with interact as decorator that redefines a name, display and clear_output

# %%
import torch

from gn_edu import exercises

# %%
import plotly.express as px
import plotly.graph_objects as go
import ipywidgets as widgets
from ipywidgets import interact, interactive, fixed, FloatLogSlider
from IPython.display import display, Markdown, Latex, clear_output

display(Markdown(r"$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}$"))

# %%
def normalize(x, eps=1e-5):
    mu = x.mean()
    sigma2 = (x - mu).square().mean()
    return (x - mu) / (sigma2 + eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
@interact(eps=FloatLogSlider(value=1e-5, min=-8, max=0), n=(2, 50))
def show(eps=1e-5, n=10):
    clear_output(wait=True)
    display(px.line(y=normalize(torch.linspace(0, 1, n), eps).numpy()))

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    mu, sigma2 = None, None
    rows = x.reshape(x.shape[0], num_groups, -1)
    mu = rows.mean(2, keepdim=True)
    sigma2 = (rows - mu).square().mean(2, keepdim=True)
    return ((rows - mu) / (sigma2 + eps).sqrt()).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
fig = go.FigureWidget(data=go.Heatmap(z=group_norm_4d(torch.rand(1, 4, 8, 8), 2)[0, 0].numpy()))
fig.update_layout(title="first channel", width=400)
button = widgets.Button(description="new numbers")
button.on_click(lambda _: fig.data[0].update(z=torch.rand(8, 8).numpy()))
widgets.VBox([button, fig])

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    x_hat = group_norm_4d(x, num_groups, eps)
    return x_hat * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
