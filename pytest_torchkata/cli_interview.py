"""``torchkata interview``: a thin front, like the rest of the command line."""

from __future__ import annotations

import json
import secrets
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pytest_torchkata.interview import JOURNAL, Feedback, Help, InterviewError, minutes
from pytest_torchkata.kata import LEVELS
from pytest_torchkata.project import find

if TYPE_CHECKING:
    from pytest_torchkata.drawing import Wanted
    from pytest_torchkata.interview import Interview
    from pytest_torchkata.project import Project

__all__ = ["app", "started"]

app = typer.Typer(help="Timed mock interviews.", no_args_is_help=True, rich_markup_mode=None)

_Workspace = Annotated[
    Path | None,
    typer.Argument(metavar="DIR", help="The interview's workspace; without it the one here, or the latest."),
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")]


_Katas = Annotated[list[str] | None, typer.Argument(metavar="ID", help="These katas, instead of drawn ones.")]
_Minutes = Annotated[int, typer.Option("--minutes", min=1, help="How long it lasts.")]
_Topics = Annotated[str, typer.Option(metavar="A,B", help="Only of these topics.")]
_Level = Annotated[str, typer.Option(metavar="A,B", help=f"Only of these: {', '.join(LEVELS)}.")]
_Count = Annotated[int | None, typer.Option("--katas", min=1, help="How many; else as many as fit.")]
_Seed = Annotated[int | None, typer.Option(help="Draw the katas of an earlier interview again.")]


@app.command()
def start(
    katas: _Katas = None,
    time: _Minutes = 45,
    topics: _Topics = "",
    level: _Level = "",
    count: _Count = None,
    seed: _Seed = None,
    feedback: Annotated[Feedback, typer.Option(help="What pytest tells meanwhile.")] = "full",
    hints: Annotated[Help, typer.Option("--hints", help="Whether there are hints and reveals.")] = "off",
    gpu: Annotated[bool, typer.Option("--gpu", help="Katas for CUDA too, and judge there as well.")] = False,
    into: Annotated[Path | None, typer.Option(metavar="DIR", help="The workspace to make.")] = None,
) -> None:
    """Draw katas, make a workspace, and start the clock."""
    from pytest_torchkata import drawing

    wanted = _wanted(katas, time, topics, level, count, seed, gpu=gpu)
    project = find(Path.cwd())
    for line in started(drawing.start(project, wanted, {"feedback": feedback, "help": hints}, into)):
        typer.echo(line)


def _wanted(
    katas: list[str] | None,
    time: int,
    topics: str,
    level: str,
    count: int | None,
    seed: int | None,
    *,
    gpu: bool = False,
) -> Wanted:
    from pytest_torchkata.drawing import Wanted

    number = secrets.randbelow(10**6) if seed is None else seed
    return Wanted(time, _split(topics), _split(level), count, katas or [], gpu, number)


def started(interview: Interview) -> Iterator[str]:
    """Say what an interview is about, and what to type."""
    from pytest_torchkata.catalogue import facts
    from pytest_torchkata.project import around

    terms, place = interview.terms, interview.path.parent
    catalogue = around(place).catalogue
    katas = f"{len(terms.katas)} kata{'s' * (len(terms.katas) != 1)}"
    yield f"{terms.minutes} minutes, {katas} (seed {terms.seed})"
    yield ""
    width = max(map(len, terms.katas))
    for name in terms.katas:
        known = facts(catalogue.find(name))
        yield f"  {name:{width}}   {known.level:7} {known.minutes:3} min   {known.title}"
    yield ""
    yield f"  cd {shlex.quote(_shown(place))}"
    yield f"  pytest                        judges what you wrote{_TOLD[terms.feedback]}"
    yield "  torchkata interview status    the time that is left"
    yield "  torchkata interview finish    hands in, before the time is over"
    yield ""
    yield "The clock runs."


_TOLD = {
    "full": "",
    "names": ", and says which checks pass",
    "counts": ", and says how many checks pass",
    "none": ", and says nothing until the end",
}


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _shown(path: Path) -> str:
    from pytest_torchkata.explain import shown

    return shown(path)


# The one that is going on -------------------------------------------------------------------------


def _here(workspace: Path | None) -> tuple[Project, Interview]:
    """Return the interview that is meant, and the project that its workspace is."""
    from pytest_torchkata import clock
    from pytest_torchkata.drawing import FOLDER
    from pytest_torchkata.interview import Interview
    from pytest_torchkata.project import around

    project = around(workspace or Path.cwd())
    if project.interview is not None:
        return project, Interview.read(project.interview)
    if workspace is not None:
        raise InterviewError(f"{workspace} is not the workspace of an interview: no {JOURNAL} is set there.")
    found = [Interview.read(path) for path in sorted(project.root.glob(f"{FOLDER}/*/{JOURNAL}"))]
    if not found:
        raise InterviewError("There is no interview here. Start one:  torchkata interview start")
    now = clock.read()
    latest = max(found, key=lambda each: (each.phase(now) != "finished", each.path))
    return around(latest.path.parent), latest


@app.command()
def status(workspace: _Workspace = None, as_json: _Json = False) -> None:
    """Show the time, the katas, and the last verdicts."""
    from pytest_torchkata import clock, scorecard

    project, interview = _here(workspace)
    now = clock.read()
    phase = interview.phase(now)
    if phase == "over":
        return _finish(project, interview, gpu=False, as_json=as_json)
    if phase == "finished":
        return _show(project, scorecard.read(interview.path.parent / f"{scorecard.STEM}.json"), as_json)
    trails = scorecard.trail(interview)
    seen = {name: dict(_last(interview, name)) for name in interview.terms.katas}
    if interview.terms.feedback != "full":
        trails = {name: scorecard.Trail(runs=trail.runs) for name, trail in trails.items()}
    if as_json:
        katas = [{"id": name, **seen[name], **asdict(trails[name])} for name in seen]
        times = {"minutes": interview.terms.minutes, "left": interview.left(now)}
        return typer.echo(json.dumps({"phase": phase, **times, "katas": katas}, indent=2))
    left, whole = minutes(interview.left(now)), minutes(interview.terms.seconds)
    typer.echo(f"{left} of {whole} left{', paused' * (phase == 'paused')}   {_shown(interview.path.parent)}")
    width = max(map(len, seen))
    for name, verdict in seen.items():
        runs = trails[name].runs
        tried = f"   {runs} run{'s' * (runs != 1)}" if runs else ""
        typer.echo(f"  {verdict.get('mark', '·')} {name:{width}}   {verdict.get('words', 'not run')}{tried}")
    return None


def _last(interview: Interview, name: str) -> dict[str, Any]:
    """Return as much of the last verdict on a kata as was agreed on."""
    verdicts = [event.data.get("katas", {}) for event in interview.events if event.what == "verdicts"]
    last = next((each[name] for each in reversed(verdicts) if name in each), None)
    if last is None:
        return {}
    if interview.terms.feedback == "none":
        return {"words": "judged"}
    mark = {"solved": "✓", "failing": "✗"}.get(last["state"], "·")
    if last["state"] == "to do":
        return {"mark": mark, "words": "to do"}
    return {"mark": mark, "words": f"{last['passed']} of {last['checks']} checks pass"}


@app.command()
def pause(workspace: _Workspace = None) -> None:
    """Stop the clock; it is written down."""
    _turn(workspace, "running", "pause", "The clock stands still. To go on:  torchkata interview resume")


@app.command()
def resume(workspace: _Workspace = None) -> None:
    """Let the clock go on."""
    _turn(workspace, "paused", "resume", "The clock runs.")


def _turn(workspace: Path | None, phase: str, what: str, said: str) -> None:
    from pytest_torchkata import clock

    _, interview = _here(workspace)
    now = clock.read()
    if (there := interview.phase(now)) != phase:
        raise InterviewError(f"The interview is {there}, and {what} is for one that is {phase}.")
    interview.snapshot(what, now)
    typer.echo(f"{minutes(interview.left(now))} left. {said}")


@app.command()
def finish(
    workspace: _Workspace = None,
    gpu: Annotated[bool, typer.Option("--gpu", help="Judge on CUDA as well.")] = False,
    as_json: _Json = False,
) -> None:
    """Hand in: judge what was saved in time, and write the scorecard."""
    project, interview = _here(workspace)
    _finish(project, interview, gpu=gpu, as_json=as_json)


def _finish(project: Project, interview: Interview, *, gpu: bool, as_json: bool) -> None:
    from pytest_torchkata import scorecard

    card = scorecard.finish(interview, project, lambda line: typer.echo(line, err=True), gpu=gpu)
    _show(project, card, as_json)


def _show(project: Project, card: Any, as_json: bool) -> None:
    from pytest_torchkata import scorecard

    if as_json:
        typer.echo(json.dumps(asdict(card), indent=2))
        return
    for line in scorecard.told(card):
        typer.echo(line)
    typer.echo("")
    files = "   ".join(_shown(project.root / f"{scorecard.STEM}.{kind}") for kind in ("html", "json"))
    typer.echo(f" The scorecard:  {files}")


# For an interviewer -------------------------------------------------------------------------------


@app.command()
def pack(
    place: Annotated[
        Path, typer.Argument(metavar="OUT", help="A new directory, or a new file ending in .zip.")
    ],
    katas: _Katas = None,
    time: _Minutes = 45,
    topics: _Topics = "",
    level: _Level = "",
    count: _Count = None,
    seed: _Seed = None,
    title: Annotated[str, typer.Option(help="What the candidate reads on top.")] = "PyTorch interview",
) -> None:
    """Make what a candidate gets: stubs and visible examples, without the checks."""
    from pytest_torchkata import drawing, packs

    project = find(Path.cwd())
    wanted = _wanted(katas, time, topics, level, count, seed)
    ids = [kata.id for kata in drawing.draw(project, wanted)]
    made = packs.pack(project, ids, place, minutes=time, seed=wanted.seed, title=title)
    typer.echo(f"✓ {_shown(place)}: {', '.join(made.katas)}")
    typer.echo(f"  To judge what comes back:  torchkata interview grade FILE...    (pack {made.id})")


@app.command()
def grade(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Submissions: directories or zips.")],
    pack: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The pack they answer, or its record.")
    ] = None,
    jobs: Annotated[int, typer.Option("-n", min=0, help="Answers judged at a time; 0: one a core.")] = 0,
    gpu: Annotated[bool, typer.Option("--gpu", help="Judge on CUDA as well.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where scorecards go; else a new directory here.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Judge submissions: a scorecard for each, and one table of all."""
    from rich.console import Console

    from pytest_torchkata import clock, grades, packs

    project = find(Path.cwd())
    place = out or Path(f"grades-{datetime.fromtimestamp(clock.read().calendar):%Y-%m-%d-%H%M%S}")
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        raise InterviewError(f"{place} is there already, and nothing is overwritten. Name another.")
    asked, graded = packs.grade(project, files, file=pack, gpu=gpu, jobs=jobs)
    found = grades.rows(project, asked, graded, "cpu + cuda" if gpu else "cpu")
    place.mkdir(parents=True, exist_ok=True)
    grades.write(place, asked, found)
    if as_json:
        typer.echo((place / "grades.json").read_text(encoding="utf-8"), nl=False)
        return
    console = Console()
    if not console.is_terminal:
        console.width = 10_000  # a line is a line, for whoever reads the pipe
    console.print(grades.table(asked, found))
    typer.echo("")
    typer.echo(f"The scorecards:  {_shown(place / 'grades.html')}")
