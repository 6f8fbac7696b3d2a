"""Settings that all tests share: one thread, so that sums are the same everywhere; the same examples in every run."""

import os

import hypothesis
import torch

pytest_plugins = ["browser"]

os.environ["OMP_NUM_THREADS"] = "1"
os.environ.pop("GN_EDU_AUTHORING", None)
torch.set_num_threads(1)
hypothesis.settings.register_profile("book", deadline=None, max_examples=80, derandomize=True)
hypothesis.settings.load_profile("book")
