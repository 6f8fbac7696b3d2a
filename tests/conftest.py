"""Settings that all tests share: one thread, so that sums are the same everywhere; the same examples in every run.

Tests are dealt out one by one, but the cells of a notebook stay together and in order.
"""

import os

import hypothesis
import pytest
import torch

pytest_plugins = ["browser"]

os.environ["OMP_NUM_THREADS"] = "1"
os.environ.pop("GN_EDU_AUTHORING", None)
torch.set_num_threads(1)
hypothesis.settings.register_profile("book", deadline=None, max_examples=80, derandomize=True)
hypothesis.settings.load_profile("book")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.xdist_group(item.path.name))
