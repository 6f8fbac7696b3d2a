"""Chromium without a window: where it is looked for, its flags, how it is started. For tools and tests."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
MISSING = "Chromium is missing: apt install chromium, or set GN_EDU_CHROMIUM to its path"


def find_chromium() -> str:
    """Its path: what GN_EDU_CHROMIUM says, or a program on the path; "" where there is none."""
    return os.environ.get("GN_EDU_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""


@contextmanager
def open_chromium(*flags: str) -> Iterator:
    """Playwright's browser, with more flags; ends the program where there is no Chromium."""
    from playwright.sync_api import sync_playwright

    path = find_chromium() or sys.exit(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()
