"""CIFAR-10 from a local folder, from the user's cache or by download; and a made-up set where there is none.

Krizhevsky (2009): 50,000 training and 10,000 test images of 32 x 32 pixels in ten classes.
"""

import hashlib
import math
import os
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FOLDER = "cifar-10-batches-bin"
ARCHIVE = "cifar-10-binary.tar.gz"
ARCHIVE_URL = f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}"
ARCHIVE_SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
# SHA-256 of the files in the official archive.
OFFICIAL_SHA256 = {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}
# SHA-256 of the label bytes alone, file by file in the order above.
LABELS_SHA256 = "3edb456524d5918aefded81f5aef7c32efab2a788211df998a4eb0c8957baa1f"
RECORD_BYTES = 1 + 3 * 32 * 32
RECORDS_PER_FILE = 10_000


@dataclass(frozen=True)
class Cifar10:
    """Images and labels of both splits.

    Images are uint8, (n, 3, 32, 32), 0 to 255; labels are int64, (n,), indices into `classes`. `fingerprint` says
    which pixels these are: "official", "stand-in" (the same pictures after one lossy JPEG step) or "synthetic".
    """

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    classes: tuple[str, ...]
    fingerprint: str

    @property
    def mirrors(self) -> bool:
        """Whether a picture keeps its label in a mirror. Stripes don't: label k turns into 10 - k."""
        return self.fingerprint != "synthetic"

    def subset(self, n_train: int, n_test: int) -> "Cifar10":
        """The first n_train training and n_test test images."""
        return Cifar10(
            self.train_images[:n_train],
            self.train_labels[:n_train],
            self.test_images[:n_test],
            self.test_labels[:n_test],
            self.classes,
            self.fingerprint,
        )


def load_cifar10(*, download: bool = False, synthetic: bool | None = None) -> Cifar10:
    """Load CIFAR-10.

    Looks in the folder named by GN_EDU_DATA, then in the user's cache, then, if `download` is true, fetches the
    official archive (170 MB) into that cache.

    Args:
        download: allow the download when no local copy is found.
        synthetic: True makes the made-up set at once; None makes it where no data is found, or where GN_EDU_DATA is
            the word "synthetic"; False never does.

    Returns:
        A Cifar10, whose `fingerprint` says which data it is.

    Raises:
        FileNotFoundError: no data was found and synthetic is False, or GN_EDU_DATA names a folder without the data.
        ValueError: a file is damaged, or is neither official nor declared a stand-in.
    """
    named = os.environ.get("GN_EDU_DATA")
    if synthetic or (synthetic is None and named == "synthetic"):
        return synthetic_cifar10()
    if named:
        return read_cifar10(Path(named) / FOLDER)
    cached = cache_folder() / FOLDER
    if not cached.is_dir() and download:
        download_cifar10()
    if cached.is_dir():
        return read_cifar10(cached)
    if synthetic is None:
        return synthetic_cifar10()
    raise FileNotFoundError(
        f"CIFAR-10 was not found: GN_EDU_DATA is not set and {cached} does not exist. Set GN_EDU_DATA to the folder "
        f"that holds {FOLDER}/, or allow the download with load_cifar10(download=True)"
    )


def cifar10_is_here() -> bool:
    """Whether load_cifar10 finds pictures without a download: GN_EDU_DATA says where, or the cache holds them."""
    return bool(os.environ.get("GN_EDU_DATA")) or (cache_folder() / FOLDER).is_dir()


def cache_folder() -> Path:
    """Where the download is kept."""
    import pooch

    return Path(pooch.os_cache("gn_edu"))


def download_cifar10(url: str = ARCHIVE_URL) -> Path:
    """Fetch the official archive into the cache, check its SHA-256 and unpack it whole or not at all."""
    import pooch

    cache = cache_folder()
    archive = pooch.retrieve(url, known_hash=f"sha256:{ARCHIVE_SHA256}", fname=ARCHIVE, path=cache, progressbar=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        with tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
        shutil.rmtree(cache / FOLDER, ignore_errors=True)
        os.replace(Path(scratch) / FOLDER, cache / FOLDER)
    return cache / FOLDER


def read_cifar10(folder: Path | str) -> Cifar10:
    """Read the official binary layout: per image one label byte, then the red, green and blue planes of 32 x 32.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: a file has the wrong size or content.
    """
    folder = Path(folder)
    parts, official = [], True
    for name, sha256 in OFFICIAL_SHA256.items():
        path = folder / name
        if not path.is_file():
            raise FileNotFoundError(
                f"{path} is missing. CIFAR-10's binary version is a folder {FOLDER}/ with {len(OFFICIAL_SHA256)} "
                ".bin files; point GN_EDU_DATA at the folder above it, or unset it and download"
            )
        data = path.read_bytes()
        if len(data) != RECORD_BYTES * RECORDS_PER_FILE:
            raise ValueError(
                f"{path} must be {RECORD_BYTES * RECORDS_PER_FILE:,} bytes, is {len(data):,}: an incomplete copy? "
                "Remove it and copy or download it again"
            )
        official &= hashlib.sha256(data).hexdigest() == sha256
        parts.append(np.frombuffer(data, np.uint8).reshape(RECORDS_PER_FILE, RECORD_BYTES))
    if not official:
        _check_stand_in(folder, parts)
    train, test = (
        (torch.from_numpy(split[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(split[:, 0].astype(np.int64)))
        for split in (np.concatenate(parts[:5]), parts[5])
    )
    return Cifar10(*train, *test, CLASSES, "official" if official else "stand-in")


def _check_stand_in(folder: Path, parts: list[np.ndarray]) -> None:
    labels = b"".join(part[:, 0].tobytes() for part in parts)
    if not (folder / "STAND_IN.txt").is_file():
        raise ValueError(
            f"the files in {folder} are not the official CIFAR-10: their SHA-256 differs, and no STAND_IN.txt says "
            "that this is on purpose. Remove the folder and download again"
        )
    if hashlib.sha256(labels).hexdigest() != LABELS_SHA256:
        raise ValueError(f"the labels in {folder} are not those of CIFAR-10: make or copy the stand-in again")


def synthetic_cifar10(n_train: int = 2000, n_test: int = 500, seed: int = 0) -> Cifar10:
    """Ten classes of coloured stripes, made by formula, for machines without CIFAR-10.

    Two waves of stripes lie over each other, and the label is the direction of the stronger one; the other is 0.8 times
    as strong and runs anywhere. Returns a Cifar10 with n_train and n_test images, fingerprint "synthetic". Same seed,
    same images.
    """
    generator = torch.Generator().manual_seed(seed)
    n = n_train + n_test
    labels = torch.arange(n) % 10
    rows, columns = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")

    def stripes(angle: torch.Tensor) -> torch.Tensor:
        frequency = 0.45 + 0.35 * torch.rand(n, generator=generator)
        phase = 2 * math.pi * torch.rand(n, generator=generator)
        across = columns * angle.cos()[:, None, None] + rows * angle.sin()[:, None, None]
        return torch.sin(frequency[:, None, None] * across + phase[:, None, None])[:, None]

    strong = stripes(labels * math.pi / 10 + 0.05 * torch.randn(n, generator=generator))
    weak = stripes(math.pi * torch.rand(n, generator=generator))
    colour = 0.3 + 0.7 * torch.rand(n, 3, 1, 1, generator=generator)
    noise = 0.15 * torch.randn(n, 3, 32, 32, generator=generator)
    images = (0.5 + 0.2 * (strong + 0.8 * weak) * colour + noise).clamp(0, 1).mul(255).to(torch.uint8)
    classes = tuple(f"stripes at {18 * k} degrees" for k in range(10))
    return Cifar10(images[:n_train], labels[:n_train], images[n_train:], labels[n_train:], classes, "synthetic")


def hand_tensor() -> Tensor:
    """The tensor that is small enough for a sheet of paper: float32, (2, 4, 1, 2).

    With two groups the first group of the first image is (2, 2, 6, 6): mean 4, standard deviation 2. All means and
    standard deviations of group norm (2 groups) and of batch norm are whole numbers (at eps = 0).
    """
    values = [2, 2, 6, 6, 0, 2, 2, 8, 0, 8, 8, 0, 2, 8, 8, 2]
    return torch.tensor(values, dtype=torch.float32).view(2, 4, 1, 2)
