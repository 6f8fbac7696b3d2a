"""gn_edu.data: the made-up pictures, the official layout, and what it refuses."""

import hashlib
import io
import os
import shutil
import tarfile

import pytest
import torch

from gn_edu import data

SIZE = data.RECORD_BYTES * data.RECORDS_PER_FILE


def test_synthetic_is_seeded_labelled_and_learnable():
    a, b = (data.load_cifar10(synthetic=True) for _ in range(2))
    assert a.fingerprint == "synthetic" and len(a.classes) == 10
    assert a.train_images.dtype == torch.uint8 and a.train_images.shape == (2000, 3, 32, 32)
    assert torch.equal(a.train_images, b.train_images) and torch.equal(a.test_labels, b.test_labels)
    assert a.train_labels.bincount().tolist() == [200] * 10
    other = data.synthetic_cifar10(seed=1)
    assert not torch.equal(a.train_images, other.train_images)


def test_fallback_and_refusal_without_data(monkeypatch, tmp_path):
    monkeypatch.delenv("GN_EDU_DATA", raising=False)
    monkeypatch.setattr(data, "cache_folder", lambda: tmp_path)
    assert data.load_cifar10().fingerprint == "synthetic"
    with pytest.raises(FileNotFoundError, match="GN_EDU_DATA is not set.*download=True"):
        data.load_cifar10(synthetic=False)
    monkeypatch.setenv("GN_EDU_DATA", "synthetic")
    assert data.load_cifar10().fingerprint == "synthetic"


def fake_cifar10(folder, stand_in=True):
    """Six files of the right size with black pictures and made-up labels."""
    folder.mkdir(parents=True)
    for name in data.OFFICIAL_SHA256:
        (folder / name).write_bytes(bytes(SIZE))
    if stand_in:
        (folder / "STAND_IN.txt").write_text("made for a test")
    return folder


def test_missing_truncated_undeclared_and_mislabelled_files_are_refused(monkeypatch, tmp_path):
    folder = fake_cifar10(tmp_path / data.FOLDER)
    monkeypatch.setenv("GN_EDU_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="labels .* are not those of CIFAR-10"):
        data.load_cifar10()
    (folder / "STAND_IN.txt").unlink()
    with pytest.raises(ValueError, match="not the official CIFAR-10.*download again"):
        data.load_cifar10()
    (folder / "test_batch.bin").write_bytes(bytes(SIZE - 1))
    with pytest.raises(ValueError, match=r"test_batch\.bin must be 30,730,000 bytes, is 30,729,999"):
        data.load_cifar10()
    (folder / "data_batch_2.bin").unlink()
    with pytest.raises(FileNotFoundError, match=r"data_batch_2\.bin is missing"):
        data.load_cifar10()


def archive(path, names):
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            entry = tarfile.TarInfo(f"{data.FOLDER}/{name}")
            entry.size = 3
            tar.addfile(entry, io.BytesIO(b"abc"))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_broken_download_is_not_used(monkeypatch, tmp_path):
    cache = tmp_path / "cache"
    monkeypatch.delenv("GN_EDU_DATA", raising=False)
    monkeypatch.setattr(data, "cache_folder", lambda: cache)
    sha256 = archive(tmp_path / "archive.tar.gz", ["test_batch.bin"])
    monkeypatch.setattr(data, "ARCHIVE_URL", (tmp_path / "archive.tar.gz").as_uri())

    import pooch

    real = pooch.retrieve
    copy = {"downloader": lambda url, out, pooch: shutil.copyfile(tmp_path / "archive.tar.gz", out)}
    monkeypatch.setattr(pooch, "retrieve", lambda url, **k: real(url, **{**k, "progressbar": False, **copy}))
    with pytest.raises(ValueError, match="(?i)hash"):
        data.download_cifar10(data.ARCHIVE_URL)
    assert not (cache / data.FOLDER).exists()
    assert not list(cache.glob("*.gz"))

    monkeypatch.setattr(data, "ARCHIVE_SHA256", sha256)
    assert sorted(p.name for p in data.download_cifar10(data.ARCHIVE_URL).iterdir()) == ["test_batch.bin"]


@pytest.mark.data
@pytest.mark.skipif(
    os.environ.get("GN_EDU_DATA", "synthetic") == "synthetic",
    reason="CIFAR-10 is missing: set GN_EDU_DATA to its folder",
)
def test_real_pictures():
    pictures = data.load_cifar10(synthetic=False)
    assert pictures.fingerprint in ("official", "stand-in")
    assert pictures.train_images.shape == (50_000, 3, 32, 32) and pictures.test_images.shape == (10_000, 3, 32, 32)
    assert pictures.train_labels.bincount().tolist() == [5000] * 10
    assert pictures.classes[pictures.train_labels[0]] == "frog" and pictures.classes[pictures.test_labels[0]] == "cat"


def test_hand_tensor_has_whole_statistics():
    x = data.hand_tensor()
    group = x.reshape(2, 2, 4)
    assert group.mean(-1).tolist() == [[4, 3], [4, 5]]
    assert group.std(-1, correction=0).tolist() == [[2, 3], [4, 3]]
    channel = x.transpose(0, 1).reshape(4, 4)
    assert channel.mean(-1).frac().abs().max() == 0 and channel.std(-1, correction=0).frac().abs().max() == 0
