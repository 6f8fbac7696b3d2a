"""Pack the two photographs: python -m scripts.pack_photo

The tiles': takes scikit-learn's china.jpg (by danielbuechele, CC BY 2.0, https://www.flickr.com/photos/danielbuechele/6061409035/),
cuts out the columns 40 to 589 and the rows 0 to 329, makes them 320 x 192 pixels and stores them as WebP, with the
sums over each column that the widget computes from, in gn_edu/widgets/tile_seams.json.

The cat of chapter 10: takes scikit-image's chelsea.png (by Stefan van der Walt, CC0), cuts out the columns 120 to 419,
makes them 64 x 64 grey pixels from 0 to 255, and stores them as PNG and as numbers in gn_edu/cat.json.
"""

import base64
import io
import json

import numpy as np
from PIL import Image, ImageOps
from skimage.data import chelsea
from sklearn.datasets import load_sample_image

from scripts.paths import ROOT

TARGET = ROOT / "gn_edu" / "widgets" / "tile_seams.json"
CROP, SIZE, QUALITY = (40, 0, 590, 330), (320, 192), 60
CAT, CAT_CROP, CAT_SIZE = ROOT / "gn_edu" / "cat.json", (120, 0, 420, 300), (64, 64)


def decoded(webp: bytes) -> np.ndarray:
    """Rows x columns x 3 whole numbers from 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(webp)).convert("RGB")).astype(np.int64)


def column_sums(pixels: np.ndarray) -> dict[str, list[int]]:
    """Of each column: sum, sum of squares, least and most of its values, and the squared steps to the next column."""
    columns = pixels.transpose(1, 0, 2).reshape(pixels.shape[1], -1)
    return {
        "sum": columns.sum(1).tolist(),
        "squares": (columns**2).sum(1).tolist(),
        "steps": (np.diff(columns, axis=0) ** 2).sum(1).tolist(),
        "least": columns.min(1).tolist(),
        "most": columns.max(1).tolist(),
    }


def cat() -> dict[str, str]:
    grey = Image.fromarray(chelsea()).convert("L").crop(CAT_CROP).resize(CAT_SIZE, Image.Resampling.LANCZOS)
    grey = ImageOps.autocontrast(grey)  # from 0 to 255
    stored = io.BytesIO()
    grey.save(stored, "PNG", optimize=True)
    data = {"png": stored.getvalue(), "pixels": grey.tobytes()}
    return {name: base64.b64encode(of).decode() for name, of in data.items()}


def main() -> None:
    CAT.write_text(json.dumps(cat()) + "\n", encoding="utf-8")
    print(f"{CAT.relative_to(ROOT)}: {CAT.stat().st_size} bytes")
    photo = Image.fromarray(load_sample_image("china.jpg")).crop(CROP).resize(SIZE, Image.Resampling.LANCZOS)
    stored = io.BytesIO()
    photo.save(stored, "WEBP", quality=QUALITY, method=6)
    webp = stored.getvalue()
    packed = {"webp": base64.b64encode(webp).decode(), **column_sums(decoded(webp))}
    TARGET.write_text(json.dumps(packed, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {len(webp)} bytes of WebP")


if __name__ == "__main__":
    main()
