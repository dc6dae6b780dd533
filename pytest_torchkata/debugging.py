"""Under --pdb and --trace the answer runs in the pytest process, where a debugger can reach it."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from _pytest.debugging import pytestPDB

from pytest_torchkata import observe, transport
from pytest_torchkata.child import INTERPRETING, load
from pytest_torchkata.kata import ANSWER, SCAN, Job, Run
from pytest_torchkata.sandbox import Sandbox, understand

__all__ = ["InProcess"]


class InProcess:
    """Runs answers here, without limits or isolation, and everything else in the sandbox."""

    def __init__(self, sandbox: Sandbox, trace: bool) -> None:
        self._sandbox = sandbox
        self._trace = trace

    def run(self, job: Job) -> Run:
        """Run a job; an exception of the answer's own code passes through, for the debugger."""
        if job.subject != ANSWER or job.check == SCAN or job.traced:
            return self._sandbox.run(job)
        stopping = _stopping_in(job.kata.stub) if self._trace else contextlib.nullcontext()
        with _as_in_a_child(job), stopping:
            message = observe.observe(dataclasses.replace(job, again=False), reraise=True)
        reply = {"how": "exit", "status": 0, "result": transport.encode(message), "stack": []}
        return understand(reply, job)


@contextlib.contextmanager
def _as_in_a_child(job: Job) -> Iterator[None]:
    """Let Triton interpret where a child would, and this process be as before afterwards."""
    before = os.environ.get(INTERPRETING)
    load((), job.device)
    try:
        yield
    finally:
        os.environ.pop(INTERPRETING, None)
        if before is not None:
            os.environ[INTERPRETING] = before


@contextlib.contextmanager
def _stopping_in(path: Path) -> Iterator[None]:
    """Break at the first line of every function of a file; one that does not parse has none."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        yield
        return
    debugger = pytestPDB._init_pdb("runcall")
    debugger.reset()
    debugger.botframe = sys._getframe()  # "continue" means: from here on, to the next breakpoint
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            debugger.set_break(str(path), node.body[0].lineno)
    debugger.set_continue()
    before = sys.gettrace()
    sys.settrace(debugger.trace_dispatch)
    try:
        yield
    finally:
        sys.settrace(before)
