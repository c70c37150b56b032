"""A token of SoftHSM in a folder of its own: a real PKCS #11 module, for tests of key services."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

PIN = "4711-kept-apart"
# One library reads one configuration in one process, so the folder is made once and tokens are told apart by label.
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)  # fmt: skip


@dataclass(frozen=True)
class Module:
    """Where the tokens lie and the library that reads them."""

    folder: Path
    library: str

    def token(self, label: str) -> Path:
        """Make a token; the file that tells a key service how to reach it."""
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "9" * 8]
        subprocess.run(command, check=True, capture_output=True)
        pin, told = self.folder / f"{label}.pin", self.folder / f"{label}.toml"
        for file, text in (
            (pin, PIN + "\n"),
            (told, f'module = "{self.library}"\ntoken = "{label}"\npin_file = "{pin}"\n'),
        ):
            file.touch(mode=0o600)
            file.write_text(text)
        return told


@contextmanager
def softhsm(folder: Path) -> Iterator[Module]:
    """The module over this empty folder. AssertionError says what to install."""
    library = next((each for each in _MODULES if Path(each).is_file()), None)
    assert library is not None and which("softhsm2-util"), "install SoftHSM: apt-get install softhsm2"
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    try:
        yield Module(folder, library)
    finally:
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before
