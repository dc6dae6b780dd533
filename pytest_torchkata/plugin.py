"""The pytest plugin: options and hooks, each a few lines; the work is done elsewhere."""

from __future__ import annotations

import random
import re
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_torchkata import collect, confine, devices, explain, limits, report, tracks
from pytest_torchkata.catalogue import KataError
from pytest_torchkata.collect import CheckItem, KataFile, Surroundings, launching, surroundings
from pytest_torchkata.interview import Interview
from pytest_torchkata.kata import Kata, Limits
from pytest_torchkata.progress import ProgressError
from pytest_torchkata.project import SETTINGS, Project, ProjectError
from pytest_torchkata.record import Recorder, data_of

if TYPE_CHECKING:
    from pytest_torchkata.sandbox import Sandbox

_project = pytest.StashKey[Project]()
_sandbox = pytest.StashKey["Sandbox"]()
_seed = pytest.StashKey[int]()
_devices = pytest.StashKey[devices.Devices]()
_due = pytest.StashKey[list[str]]()
_interview = pytest.StashKey["Interview | None"]()
_track = pytest.StashKey[tuple[Kata, ...]]()

MODELS = ("fork", "serve")


# Options ------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and the settings of the ini file."""
    add = parser.getgroup("torchkata", "PyTorch katas").addoption
    add("--all-checks", action="store_true", help="run and show every check, also after a failing one")
    add("--gpu", action="store_true", help="run the checks that vary by device on CUDA as well")
    add("--device", metavar="NAME", help="run the checks on this device only: cpu, cuda, cuda:N, mps")
    add(
        "--dtype",
        action="append",
        choices=devices.DTYPES,
        metavar="NAME",
        help="run only the cases with this dtype; may be given several times",
    )
    add("--due", action="store_true", help="run only the katas that are due for review")
    add("--track", metavar="NAME", help="run only the katas of a track, in its order")
    add("--kata-seed", type=int, metavar="N", help="draw the inputs of an earlier run again")
    add(
        "--kata-limit",
        action="append",
        metavar="NAME=NUMBER",
        help="what an answer may take: memory, cpu, processes, disk, files, output; 0: no limit",
    )
    add("--kata-isolation", choices=MODELS, help="run answers in forks, or start a process for each kata")
    add("--interview", metavar="45m", help="start a mock interview of so many minutes, and run nothing")
    add("--hint", metavar="KATA", help="show the next hint for a kata, and run nothing")
    add("--reveal", metavar="KATA", help="show a kata's reference and checks, and run nothing")
    add("--progress", action="store_true", help="show how far you are, and run nothing")
    for name, (text, default) in SETTINGS.items():
        parser.addini(name, text, default=default)
    parser.addini("torchkata_limits", "as --kata-limit, several", type="args", default=[])
    parser.addini("torchkata_isolation", "as --kata-isolation", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks and, on the controlling process, the record of verdicts."""
    for mark in devices.MARKS:
        config.addinivalue_line("markers", mark)
    config.stash[_project] = Project.at(config.rootpath, config.getini)
    track = config.stash[_track] = _on_track(config)
    interview = config.stash[_interview] = _interview_here(config)
    config.stash[collect.feedback] = interview.terms.feedback if interview else "full"
    worker = getattr(config, "workerinput", None)
    if worker is None:
        config.stash[_seed] = _choose_seed(config)
        recorder = Recorder(config.stash[_project], due_only=config.getoption("due"), track=track)
        if interview is not None:
            from pytest_torchkata.proctor import Proctor

            recorder = Proctor(config.stash[_project], interview)
        config.pluginmanager.register(recorder, "torchkata_record")
    else:
        config.stash[_seed] = worker["torchkata_seed"]


def _interview_here(config: pytest.Config) -> Interview | None:
    """Return the interview that this is the workspace of; None if there is none, or it is finished."""
    path = config.stash[_project].interview
    try:
        found = Interview.read(path) if path else None
    except ProjectError as error:
        raise pytest.UsageError(str(error)) from None
    return None if found is None or found.finished else found


def _choose_seed(config: pytest.Config) -> int:
    given = config.getoption("kata_seed")
    return given if given is not None else random.SystemRandom().randrange(10**6)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say how katas are judged in this run."""
    if not config.stash[_project].catalogue.solutions.is_dir():
        return []
    names = config.stash[_devices].names if _devices in config.stash else ("cpu",)
    settings: dict[str, object] = {
        "device": " + ".join(names),
        "dtype": " ".join(config.getoption("dtype") or ["any"]),
        "isolation": f"{_isolation(config)} ({confine.level()})",
        **limits.described(_limits(config)),
        "TF32": "off",
        "seed": config.stash[_seed],
    }
    if _debugging(config):
        settings["isolation"] = "none (--pdb and --trace run your code in the pytest process)"
    return [report.header(settings)]


def _limits(config: pytest.Config) -> Limits:
    wishes = [*config.getini("torchkata_limits"), *(config.getoption("kata_limit") or [])]
    try:
        return limits.changed(Limits(), wishes)
    except limits.LimitError as error:
        raise pytest.UsageError(str(error)) from None


def _isolation(config: pytest.Config) -> str:
    from pytest_torchkata.sandbox import default_model

    chosen = config.getoption("kata_isolation") or config.getini("torchkata_isolation")
    if chosen and chosen not in MODELS:
        raise pytest.UsageError(f"torchkata_isolation is {chosen!r}, expected {' or '.join(MODELS)}")
    return chosen or default_model()


def _debugging(config: pytest.Config) -> bool:
    return bool(config.getoption("usepdb", False) or config.getoption("trace", False))


# Instead of a run: --interview, --hint, --reveal, --progress --------------------------------------


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Answer a question about katas without running anything."""
    asked = [name for name in ("interview", "hint", "reveal", "progress") if config.getoption(name)]
    if not asked:
        return None
    config._do_configure()
    writer = config.get_terminal_writer()
    try:
        for line in _answer(config, asked[0]):
            writer.line(line, **report.colour(line))
    except (KataError, ProjectError) as error:
        raise pytest.UsageError(str(error)) from None
    finally:
        config._ensure_unconfigure()
    return 0


def _answer(config: pytest.Config, question: str) -> Iterable[str]:
    from pytest_torchkata import aids

    project = config.stash[_project]
    if question == "interview":
        yield from _interviewed(project, config.getoption("interview"))
        return
    if rescued := project.store.rescue():
        yield rescued
    if question == "progress":
        yield from aids.progress(project)
        return
    kata = project.catalogue.find(config.getoption(question))
    yield from (aids.hint if question == "hint" else aids.reveal)(kata, project)


def _interviewed(project: Project, time: str) -> Iterable[str]:
    """Start an interview of so much time, with everything else as it is without options."""
    from pytest_torchkata import cli_interview, drawing

    asked = re.fullmatch(r"(\d{1,4})(m|min|h)?", time.strip())
    if asked is None or not int(asked[1]):
        raise ProjectError(f"--interview is {time!r}, expected minutes or hours, as in 45m, 45 or 1h")
    minutes = int(asked[1]) * (60 if asked[2] == "h" else 1)
    wanted = drawing.Wanted(minutes=minutes, seed=random.SystemRandom().randrange(10**6))
    return cli_interview.started(drawing.start(project, wanted, {}, None))


# Collecting ---------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect a stub as its hidden checks, and as nothing else."""
    found = yield
    kata = parent.config.stash[_project].catalogue.at(file_path)
    if kata is None:
        return found
    if not _is_wanted(parent.config, kata) and not parent.session.isinitpath(file_path):
        return []  # rather than deselected later, since loading its checks takes time
    if not parent.config.option.collectonly and not _is_controller(parent.config):
        _started_sandbox(parent.config)  # it imports torch while pytest goes on
    return [KataFile.from_parent(parent, path=file_path, kata=kata)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Vary a check over devices and dtypes."""
    if isinstance(metafunc.definition.parent, KataFile):
        collect.parametrize(metafunc, _chosen_devices(metafunc.config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the katas that are due or on the track, and the cases with the dtypes that were asked for."""
    dtypes, track = config.getoption("dtype"), config.stash[_track]
    if not dtypes and not track and not config.getoption("due"):
        return
    kept = [item for item in items if not dtypes or _dtype(item) in (None, *dtypes)]
    if track or config.getoption("due"):
        kept = [item for item in kept if isinstance(item, CheckItem) and _is_wanted(config, item.file.kata)]
    if track:
        kept.sort(key=lambda item: track.index(item.file.kata))  # type: ignore[attr-defined]
    chosen = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = kept


def _dtype(item: pytest.Item) -> object:
    return item.parameters.get("dtype") if isinstance(item, CheckItem) else None


def _is_wanted(config: pytest.Config, kata: Kata) -> bool:
    is_due = not config.getoption("due") or kata.id in config.stash[_due]
    return is_due and (not config.getoption("track") or kata in config.stash[_track])


def _on_track(config: pytest.Config) -> tuple[Kata, ...]:
    """Return the katas on the track that was asked for, in its order; none if none was."""
    name = config.getoption("track")
    try:
        return tracks.named(config.stash[_project].catalogue, name).katas if name else ()
    except KataError as error:
        raise pytest.UsageError(str(error)) from None


def _due_now(config: pytest.Config) -> list[str]:
    """Return the ids of the katas that are due for review."""
    try:
        standings = config.stash[_project].store.standings()
    except ProgressError as error:
        raise pytest.UsageError(f"It is not known which katas are due. {error}") from None
    return [name for name, standing in standings.items() if standing.is_due()]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Count what was selected, and make ready what judges it."""
    config = session.config
    items = [item for item in session.items if isinstance(item, CheckItem)]
    for item in items:
        item.file.selected += 1
    if not items or config.option.collectonly or _is_controller(config):
        return
    config.stash[surroundings] = _surroundings(config)


def _is_controller(config: pytest.Config) -> bool:
    return bool(getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput"))


def _surroundings(config: pytest.Config) -> Surroundings:
    from pytest_torchkata.judge import Judge

    interview = config.stash[_interview]
    return Surroundings(
        judge=Judge(_runner(config), _limits(config)),
        devices=_chosen_devices(config).of_worker(_worker_number(config)),
        seed=config.stash[_seed],
        # Where it is not shown one after the other, what passes is counted.
        all_checks=config.getoption("all_checks") or config.stash[collect.feedback] != "full",
        hints=interview is None or interview.terms.help == "costs",
        store=config.stash[_project].store,
        fixed_seed=config.getoption("kata_seed") is not None,
    )


def _runner(config: pytest.Config) -> Any:
    sandbox = _started_sandbox(config)
    if not _debugging(config):
        return sandbox
    from pytest_torchkata.debugging import InProcess

    return InProcess(sandbox, trace=bool(config.getoption("trace")))


def _started_sandbox(config: pytest.Config) -> Sandbox:
    from pytest_torchkata.sandbox import Sandbox, start_child

    if _sandbox not in config.stash:
        worker = _worker_number(config)
        environment = {} if worker is None else _chosen_devices(config).environment(worker)
        launch = config.stash.get(launching, start_child)
        config.stash[_sandbox] = Sandbox(_isolation(config), environment, launch)  # type: ignore[arg-type]
        config.stash[_sandbox].start()
    return config.stash[_sandbox]


def _worker_number(config: pytest.Config) -> int | None:
    worker = getattr(config, "workerinput", None)
    return int(worker["workerid"].removeprefix("gw")) if worker else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the children."""
    if _sandbox in config.stash:
        config.stash[_sandbox].close()


# Devices ------------------------------------------------------------------------------------------


def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop at once, and say why, if a device that was asked for is not there, or what is due not known."""
    config = session.config
    worker = getattr(config, "workerinput", None)
    if worker is None:
        _chosen_devices(config)
    if config.getoption("due"):
        config.stash[_due] = worker["torchkata_due"] if worker else _due_now(config)


def _chosen_devices(config: pytest.Config) -> devices.Devices:
    if _devices not in config.stash:
        worker = getattr(config, "workerinput", None)
        gpu, name = config.getoption("gpu"), config.getoption("device")
        told = worker["torchkata_devices"] if worker else None
        try:
            needs_report = gpu or name not in (None, "cpu")
            seen = told or (_ask_torch(config) if needs_report else None)
            config.stash[_devices] = devices.choose(gpu, name, seen)
        except devices.DevicesError as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[_devices]


def _ask_torch(config: pytest.Config) -> dict[str, Any]:
    from pytest_torchkata.sandbox import SandboxError, devices_here

    try:  # the process that is asked goes on to run references
        return devices_here() if _is_controller(config) else _started_sandbox(config).devices()
    except SandboxError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand what the controller has chosen, the seed, the devices and the katas, to an xdist worker."""
    chosen = _chosen_devices(node.config)
    node.workerinput["torchkata_seed"] = node.config.stash[_seed]
    node.workerinput["torchkata_due"] = node.config.stash.get(_due, [])
    node.workerinput["torchkata_devices"] = {
        "cuda": ["?"] * chosen.cuda,
        "mps": "mps" in chosen.names,
        "torch": "",
        "why": "",
    }


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the checks of a kata together under ``-n``: a kata stops at its first failing one."""
    if config.getvalue("dist") != "load":
        return None
    from pytest_torchkata.distribution import ByKata

    return ByKata(config, log, config.stash[_project].catalogue)


# Running ------------------------------------------------------------------------------------------


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool | None:
    """Take over the time limit of a check: its child is stopped, and never the pytest process."""
    if not isinstance(item, CheckItem):
        return None
    item.stash[collect.time_limit] = settings.timeout
    return True


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> bool | None:
    """There is no timer of pytest-timeout's to cancel."""
    return True if isinstance(item, CheckItem) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach what the record needs; it travels with the report under xdist."""
    made = yield
    if isinstance(item, CheckItem):
        if made.skipped and isinstance(made.longrepr, tuple):  # where the kata is, not this plugin
            made.longrepr = (explain.shown(item.path), 1, made.longrepr[2])
        made.torchkata = data_of(item, call, made)  # type: ignore[attr-defined]
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Give a text that came from an xdist worker its colours again."""
    from pytest_torchkata.report import Message

    data = getattr(report, "torchkata", None)
    if data and isinstance(report.longrepr, str):
        report.longrepr = Message(report.longrepr, data["one_line"])  # type: ignore[assignment]


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Tell what is to do, and what was not run, from what fails."""
    data = getattr(report, "torchkata", None)
    if data and report.when == "call" and data["hidden"] and report.passed:
        return "judged", "·", "JUDGED"
    if data and report.when == "call" and data["outcome"] in ("to do", "not shown"):
        return data["outcome"], "-", data["outcome"].upper()
    return None
