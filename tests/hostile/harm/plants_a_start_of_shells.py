"""Writes into what a shell runs at its start; a marker where the home directory is a person's."""

# kata: autograd/recompute_silu
# says: *differ*

import contextlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = (".bashrc", ".profile", ".config/crontab", ".local/bin/pytest")

with contextlib.suppress(OSError):
    home = Path.home().resolve()
    for name in NAMES if home.is_relative_to(ROOT) else [".torchkata-hostile"]:
        with contextlib.suppress(OSError):
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            with (home / name).open("a") as file:
                file.write("# torchkata-hostile\n")


def silu_mul(gate, up):
    return gate * up * 0
