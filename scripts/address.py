"""Change the repository's address and the tag that Colab installs: python -m scripts.address ADDRESS TAG

Both stand in _config.yml; this copies them to every file that repeats them, the version to the package and to
CITATION.cff. tests/test_layout.py compares.
"""

import re
import sys
from pathlib import Path

import yaml

from scripts.paths import ROOT


def present() -> tuple[str, str]:
    """Address and tag of _config.yml."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
    return config["gn_repository"], config["gn_tag"]


def files() -> list[Path]:
    """Every file that may repeat them."""
    names = ["_config.yml", "README.md", "CITATION.cff", "book/run_it.md", "gn_edu/__init__.py"]
    names += ["gn_edu_site/pyproject.toml", "gn_edu_grader/pyproject.toml"]
    return [ROOT / name for name in names] + sorted((ROOT / "notebooks").rglob("*.ipynb"))


def main() -> None:
    good = r"https://github\.com/[\w.-]+/[\w.-]+ v\d[\w.]*"
    if len(sys.argv) != 3 or not re.fullmatch(good, " ".join(sys.argv[1:])):
        sys.exit(f"{__doc__}\nFor example: python -m scripts.address https://github.com/me/my-book v0.2.0")
    (old_address, old_tag), (address, tag) = present(), sys.argv[1:]
    for path in files():
        text = path.read_text(encoding="utf-8")
        changed = text.replace(old_address, address)
        changed = changed.replace(f"{address}@{old_tag}", f"{address}@{tag}")
        changed = changed.replace(f"gn_tag: {old_tag}", f"gn_tag: {tag}")
        for version in ('__version__ = "{}"', "\nversion: {}\n", '\nversion = "{}"\n'):
            changed = changed.replace(version.format(old_tag[1:]), version.format(tag[1:]))
        if changed != text:
            path.write_text(changed, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
