"""HOG and SIFT equal scikit-image's, in the chapter's cells, too; what a change of light does to them and to norms."""

import nbformat
import numpy as np
import pytest
import torch
from skimage import data, feature
from torch.nn import functional as F

from gn_edu import descriptors
from scripts.paths import ROOT

PICTURE = torch.from_numpy(data.astronaut()[:256:2, 128:384:2].mean(-1) / 255)


class OneScale(feature.SIFT):
    """scikit-image's SIFT without its pyramid."""

    deltas = np.array([1.0])


def of_the_chapter():
    """hog as chapter 10 builds it."""
    scope = {"torch": torch, "F": F}
    for cell in nbformat.read(ROOT / "notebooks/ch10_why_groups.ipynb", as_version=4).cells:
        if cell.source.startswith(("def cell_histograms", "def hog")):
            exec(cell.source.split("\n\n\n")[0], scope)
    return scope["hog"]


@pytest.mark.parametrize("hog", [descriptors.hog, of_the_chapter()], ids=["gn_edu", "chapter"])
@pytest.mark.parametrize("cell, bins, block", [(8, 9, 2), (8, 8, 3), (16, 9, 1), (5, 6, 2)])
def test_hog_is_that_of_scikit_image(hog, cell, bins, block):
    ours = hog(PICTURE, cell, bins, block)
    theirs = feature.hog(PICTURE.numpy(), bins, (cell, cell), (block, block), block_norm="L2", feature_vector=False)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("row, column, width", [(60, 60, 4), (40.3, 70.8, 3), (64, 20, 2.5)])
def test_sift_is_that_of_scikit_image_to_its_last_whole_number(row, column, width):
    theirs = OneScale()
    theirs.float_dtype = np.float64
    theirs.scales = theirs.octaves = np.array([0])
    theirs.positions, theirs.orientations = np.array([[row, column]]), np.array([0.0])
    theirs.sigmas = np.array([2 * width / theirs.lambda_descr])
    theirs._compute_descriptor([[slope.numpy()[..., None] for slope in descriptors.gradients(PICTURE)]])
    ours = descriptors.sift(PICTURE, row, column, width)
    assert torch.equal(
        (512 * ours).floor().clamp_max(255).flatten().int(), torch.from_numpy(theirs.descriptors[0]).int()
    )


def test_sift_has_length_1_and_was_clipped():
    found = descriptors.sift(PICTURE, 60, 60)
    assert found.shape == (4, 4, 8) and float(found.norm()) == pytest.approx(1)
    strong = torch.tensor([3.0, 4.0, 0.0, 0.0])
    assert descriptors.normalized_twice(strong).tolist() == pytest.approx([0.5**0.5, 0.5**0.5, 0, 0])


def half_in_shadow(picture):
    shade = torch.ones_like(picture)
    shade[:, picture.shape[1] // 2 :] = 0.4
    return picture * shade


def responses(picture):
    """Of two banks of eight filters, (1, 16, h, w): each bank is a group."""
    banks = descriptors.oriented_filters(sides=(5, 9), dtype=picture.dtype)
    return torch.cat([F.conv2d(picture[None, None], bank, padding=bank.shape[-1] // 2) for bank in banks], 1)


def moved(change, describe):
    """How far a description goes when the picture changes, in multiples of its own size."""
    before, after = describe(PICTURE), describe(change(PICTURE))
    return float((after - before).norm() / before.norm())


BY_GROUPS = {
    "hog": lambda picture: descriptors.hog(picture),
    "sift": lambda picture: descriptors.sift(picture, 60, 60),
    "group norm": lambda picture: F.group_norm(responses(picture), 2, eps=1e-12),
    "local group norm": lambda picture: descriptors.local_group_norm(responses(picture), 2, 15, eps=1e-12),
}


@pytest.mark.parametrize("name", BY_GROUPS)
def test_other_light_on_the_whole_picture_changes_no_description_by_groups(name):
    def inside(describe):  # where no filter sees the picture's border, on which the light ends
        return lambda picture: describe(picture)[..., 12:-12, 12:-12] if "norm" in name else describe(picture)

    assert moved(lambda picture: 0.4 * picture, BY_GROUPS[name]) < 1e-4
    if name in ("hog", "sift"):
        assert moved(lambda picture: 0.4 * picture + 0.3, inside(BY_GROUPS[name])) < 1e-4
    assert moved(lambda picture: 0.4 * picture, descriptors.cell_histograms) == pytest.approx(0.6)


def test_half_a_shadow_changes_group_norm_and_local_descriptions_but_at_its_edge():
    left = torch.arange(PICTURE.shape[1]) < PICTURE.shape[1] // 2 - 12

    def in_the_light(name):
        return lambda picture: BY_GROUPS[name](picture)[..., left]

    assert moved(half_in_shadow, in_the_light("group norm")) > 0.1
    assert moved(half_in_shadow, in_the_light("local group norm")) < 1e-4
    assert moved(half_in_shadow, lambda picture: descriptors.hog(picture)[:, :6]) < 1e-4


def test_a_window_over_the_whole_map_is_group_norm():
    x = torch.randn(2, 8, 5, 5, dtype=torch.float64) * 3 + 100
    local = descriptors.local_group_norm(x, 4, 11)
    torch.testing.assert_close(local, F.group_norm(x, 4), rtol=1e-9, atol=1e-9)


def test_filters_are_blind_to_flat_pictures_and_see_their_own_direction():
    for bank in descriptors.oriented_filters():
        torch.testing.assert_close(bank.sum((1, 2, 3)), torch.zeros(8), atol=1e-6, rtol=0)
        torch.testing.assert_close(bank[:4], -bank[4:], atol=1e-6, rtol=0)
        side = bank.shape[-1]
        to_the_right = torch.arange(side, dtype=torch.float32).expand(1, 1, side, side)
        assert F.conv2d(to_the_right, bank).flatten().argmax() == 0


@pytest.mark.parametrize(
    "groups, side, said", [(3, 5, "must divide"), (4, 4, "side must be odd"), (4, -1, "side must")]
)
def test_what_cannot_be_normalized_locally_is_refused(groups, side, said):
    with pytest.raises(ValueError, match=said):
        descriptors.local_group_norm(torch.randn(1, 8, 6, 6), groups, side)
