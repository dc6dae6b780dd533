"""Make a progress file of one version, by the code of that version.

The files beside this one are what learners of each version have. They were made by this script with

    git worktree add ../then COMMIT
    PYTHONPATH=../then python tests/progress/make.py tests/progress/version_N.sqlite3

where COMMIT is 9d8a5a7 for version 1, 34501bb for version 2, and the one that brought this script for
version 3. They are never made anew: a new version adds one.
"""

import sys
from datetime import UTC, datetime, timedelta

from pytest_torchkata.progress import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def tell(store):
    """Record a story with a set-back clock, a name that is not ASCII, a large seed, and a kata gone since."""

    def run(kata, state, source, *, hours, seed=7, failing=None, mistake=None):
        store.record(
            kata,
            state=state,
            passed={"solved": 5, "failing": 2, "to do": 0}[state],
            checks=5,
            seed=seed,
            source=source,
            seconds=0.25,
            failing=failing,
            mistake=mistake,
            at=NOON + timedelta(hours=hours),
        )

    run("losses/focal_loss", "failing", "a", hours=0, failing="γ = 0 is cross-entropy", mistake="Detached")
    store.hinted("losses/focal_loss", 1, at=NOON + timedelta(hours=1))
    run("losses/focal_loss", "solved", "b", hours=2)
    store.revealed("losses/focal_loss", at=NOON + timedelta(hours=3))
    run("autograd/my_relu", "failing", "c", hours=5, seed=2**64 - 1, failing="The gradient")
    run("autograd/my_relu", "solved", "d", hours=4)
    store.revealed("gone/since", at=NOON)
    if hasattr(store, "reset"):  # since version 2
        store.reset("autograd/my_relu", at=NOON + timedelta(days=40))
    if hasattr(store, "interviewed"):  # since version 3
        store.interviewed("1", {"katas": {"losses/focal_loss": "solved"}, "said": "✓"}, at=NOON)


if __name__ == "__main__":
    tell(Store(sys.argv[1]))
