# sheet: sheet2_forward
# fair: ex04 6, ex05 10, ex06 8
# why: top-level await, a thread that runs on, a ThreadPoolExecutor, a DataLoader with workers and a logger

# %%
import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset

from gn_edu import exercises

logger = logging.getLogger(__name__)
logger.addHandler(logging.FileHandler("sheet2.log"))

# %%
def normalize(x, eps=1e-5):
    offset = x - x.mean()
    return offset / offset.square().mean().add(eps).sqrt()

# %%
report = exercises.check_normalize(normalize)
report

# %%
async def slowly(f, *args):
    await asyncio.sleep(0.2)
    return f(*args)

y = await slowly(normalize, torch.arange(4.0))
a, b = await asyncio.gather(slowly(normalize, torch.ones(4)), slowly(normalize, torch.zeros(4)))
print(y, a, b)

# %%
def group_norm_4d(x, num_groups, eps=1e-5):
    offset = x.reshape(x.shape[0], num_groups, -1)
    offset = offset - offset.mean(2, keepdim=True)
    return (offset / offset.square().mean(2, keepdim=True).add(eps).sqrt()).reshape(x.shape)

# %%
report = exercises.check_group_norm_4d(group_norm_4d)
report

# %%
def heartbeat():
    while True:
        time.sleep(5)
        logger.warning("still here")

threading.Thread(target=heartbeat, daemon=True).start()
with ThreadPoolExecutor(4) as pool:
    print(sum(r.numel() for r in pool.map(lambda g: group_norm_4d(torch.randn(2, 8, 4, 4), g), (1, 2, 4, 8))))

# %%
loader = DataLoader(TensorDataset(torch.randn(64, 8, 4, 4)), batch_size=16, shuffle=True, num_workers=2)
for (batch,) in loader:
    print(group_norm_4d(batch, 4).std())

# %%
def group_norm_affine(x, num_groups, weight, bias, eps=1e-5):
    return group_norm_4d(x, num_groups, eps).mul(weight[:, None, None]).add(bias[:, None, None])

# %%
report = exercises.check_group_norm_affine(group_norm_affine)
report
