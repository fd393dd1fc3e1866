"""Find a Chromium for the browser tests; run as a program, install one if there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find() -> str | None:
    """Return the path of a Chromium or Chrome that works, or None."""
    for path in (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), str(MAC)):
        if path and works(path):
            return path
    path = playwrights_own()
    return path if works(path) else None


def works(path: str) -> bool:
    """Tell whether the program starts (Ubuntu has a stub that only asks for a snap)."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_own() -> str:
    """Return where Playwright keeps its own Chromium, whether or not it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def install() -> None:
    """Install from the system's packages if we may, else let Playwright fetch its own."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "chromium"],
        ):
            subprocess.run(
                command, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            )
        if find():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """See to it that there is a Chromium, and say which."""
    if not find():
        install()
    path = find()
    if path is None:
        print(
            "no Chromium was found and none could be installed; install Chromium or Chrome, "
            "or set CHROMIUM to its path",
            file=sys.stderr,
        )
        return 1
    print(f"browser tests use {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
