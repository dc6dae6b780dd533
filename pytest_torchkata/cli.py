"""``torchkata``: a thin front. Each command reads its arguments and shows what another module found.

What takes long to import is imported by the command that needs it: a list has to come at once.
"""

from __future__ import annotations

import errno
import json
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from typer.core import TyperGroup

from pytest_torchkata import cli_interview
from pytest_torchkata.catalogue import KataError, closest, facts
from pytest_torchkata.history import all_rows, counted
from pytest_torchkata.kata import KINDS, LEVELS, Kata, State
from pytest_torchkata.progress import ProgressError, Standing
from pytest_torchkata.project import Project, ProjectError, find

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["app", "main"]

_STATES = {state.replace(" ", "-"): state for state in get_args(State)}
"""The states as they are typed, without a space."""
_MARKS = {"solved": "✓", "failing": "✗", "to do": "·", "fine": "✓", "advice": "!", "broken": "✗"}
_STYLES = {"✓": "green", "✗": "bold red", "!": "yellow"}


class _Commands(TyperGroup):
    """The commands, with one way to say what is wrong."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (KataError, ProjectError, ProgressError) as error:
            message = str(error)
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read the output has seen enough
                raise
            message = str(error)
        _console(error=True).print(f"Error: {message}", **_PLAIN)
        raise typer.Exit(2)


app = typer.Typer(
    cls=_Commands,
    help="Practise PyTorch katas, and write them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help is read in pipes as well, and frames do not survive one
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.add_typer(cli_interview.app, name="interview")


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a mark gets a question mark
    app(prog_name="torchkata")


# Arguments ----------------------------------------------------------------------------------------


def _known(start: str, names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(start)]


def _katas_here() -> list[Kata]:
    """Return the katas to complete; none where there is no project."""
    try:
        return find(Path.cwd()).catalogue.all()
    except (ProjectError, OSError):
        return []


def _complete_id(incomplete: str) -> list[str]:
    return _known(incomplete, (kata.id for kata in _katas_here()))


def _complete_topic(incomplete: str) -> list[str]:
    return _known(incomplete, (kata.topic for kata in _katas_here()))


def _complete_track(incomplete: str) -> list[str]:
    from pytest_torchkata import tracks

    try:
        return _known(incomplete, (track.name for track in tracks.tracks(find(Path.cwd()).catalogue)))
    except (KataError, ProjectError, OSError):
        return []


def _completing(choices: Sequence[str]) -> Any:
    def complete(incomplete: str) -> list[str]:
        return _known(incomplete, choices)

    return complete


_Id = Annotated[str, typer.Argument(metavar="ID", help="A kata: topic/name.", autocompletion=_complete_id)]
_Track = Annotated[
    str | None, typer.Option(help="Only the katas of a track, in its order.", autocompletion=_complete_track)
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")]


def _chosen(wanted: str | None, known: Iterable[str], option: str) -> str | None:
    """Return the value of a filter; raise for one that no kata can have, with what it may have meant."""
    choices = list(dict.fromkeys(known))
    if wanted is None or wanted in choices:
        return wanted
    near = closest(wanted, choices)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Choose from {', '.join(choices)}."
    raise typer.BadParameter(f"there is no {wanted!r}. {hint}", param_hint=option)


# Output -------------------------------------------------------------------------------------------

_PLAIN: dict[str, Any] = {"markup": False, "highlight": False, "emoji": False, "soft_wrap": True}


def _console(*, error: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=error)
    if not console.is_terminal:
        console.width = 10_000  # a line is a line, for whoever reads the pipe
    return console


def _say(lines: Iterable[str]) -> None:
    """Print lines as they come, those that begin with a mark in its colour."""
    console = _console()
    for line in lines:
        console.print(line, style=_STYLES.get(line.lstrip()[:1]), **_PLAIN)


def _dump(data: object) -> None:
    """Print data as JSON."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _typed(path: Path) -> str:
    """Return a path as it is typed in a command."""
    from pytest_torchkata.explain import shown

    return shlex.quote(shown(path))


def _description(kata: Kata, standing: Standing) -> dict[str, Any]:
    """Return what is known of a kata, for JSON."""
    about: dict[str, Any] = {"id": kata.id, "topic": kata.topic, "name": kata.name}
    try:
        known = facts(kata)
    except KataError as error:
        about["error"] = str(error)
    else:
        about |= {name: getattr(known, name) for name in ("title", "kind", "level", "minutes", "tags")}
    about |= {"state": standing.state, "due": standing.is_due(), "due_at": standing.due_at}
    about |= {name: getattr(standing, name) for name in ("attempts", "hints", "revealed", "solved_at")}
    return about | {"last_at": standing.last_at, "stub": str(kata.stub)}


def _what_to_type(kata: Kata, standing: Standing) -> list[str]:
    """Return the commands that go with a kata."""
    if not kata.stub.is_file():
        return [f"  Its stub is not here.  torchkata reset {kata.id}  brings it back."]
    stub = _typed(kata.stub)
    hints = len(facts(kata).hints)
    return [
        f"  Open    {stub}",
        f"  Run     pytest {stub}    or  torchkata watch {stub}",
        f"  Stuck?  torchkata hint {kata.id}    ({standing.hints} of {hints} hints taken)",
    ]


def _standing(standing: Standing) -> str:
    """Say how the learner stands with a kata."""
    tried = f"{standing.attempts} attempt{'s' * (standing.attempts != 1)}"
    if standing.state == "failing":
        text = f"{_MARKS['failing']} failing after {tried}"
        text += f": {standing.passed} of {standing.checks} checks pass"
        text += f"; first to fail: {standing.failing}" if standing.failing else ""
    elif standing.state == "solved":
        text = f"{_MARKS['solved']} solved" + (f" after {tried}" if standing.attempts else "")
    else:
        text = f"{_MARKS['to do']} to do"
    if standing.revealed:
        text += ", revealed"
    if standing.due_at:
        text += ", due for review" if standing.is_due() else f", to review on {standing.due_at:%Y-%m-%d}"
    return text


# Practising ---------------------------------------------------------------------------------------


def _here() -> Project:
    """Return the project around; what can be read of a damaged record is saved first, and that is told."""
    project = find(Path.cwd())
    if rescued := project.store.rescue():
        _console(error=True).print(rescued, **_PLAIN)
    return project


def _show_version(wanted: bool) -> None:
    if wanted:
        from pytest_torchkata.practice import version

        typer.echo(f"torchkata {version() or '(not installed)'}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty directory.")],
) -> None:
    """Make a practice directory from the installed katas."""
    from pytest_torchkata import practice

    count = practice.init(directory)
    lines = [f"✓ {count} katas to practise are in {_typed(directory)}. What to type next:", ""]
    if directory.absolute() != Path.cwd():
        lines.append(f"  cd {_typed(directory)}")
    _say(
        [
            *lines,
            "  torchkata next     what to begin with",
            "  torchkata watch    a verdict each time you save",
        ]
    )


@app.command()
def watch(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Stubs, folders or ids.", autocompletion=_complete_id),
    ] = None,
    track: _Track = None,
) -> None:
    """Judge a kata each time its file is saved."""
    from pytest_torchkata import watch as watching

    raise typer.Exit(watching.watch(find(Path.cwd()), paths or [], track))


@app.command()
def next(track: _Track = None, as_json: _Json = False) -> None:  # noqa: A001 (the command's name)
    """Say what to do now, and why."""
    from pytest_torchkata import review

    project = _here()
    standings = project.store.standings()
    katas = [kata for kata in _katas(project, track) if kata.stub.is_file()]
    advice = review.advise(katas, standings, in_order=track is not None)
    if advice is None:
        dates = [each.due_at for kata in katas if (each := standings.get(kata.id)) and each.due_at]
        if as_json:
            return _dump({"kata": None, "why": None, "due_at": min(dates, default=None)})
        when = f" The next review is due on {min(dates):%Y-%m-%d}." if dates else ""
        which = f"every kata of {track}" if track else "every kata"
        return _say([f"Nothing: {which} is solved, and none is due.{when}"])
    standing = standings.get(advice.kata.id, Standing())
    if as_json:
        return _dump({"kata": _description(advice.kata, standing), "why": advice.why})
    known = facts(advice.kata)
    why = {
        "failing": "It fails, and you have begun:",
        "due": "It is due for review. Begin again from the stub:",
        "to do": f"It comes next in {track}:" if track else "It is the easiest that is to do:",
    }
    again = [f"  Again   torchkata reset {advice.kata.id}    (keeps what you wrote)"]
    _say(
        [
            f"{advice.kata.id}   {known.kind} · {known.level} · {known.minutes} min",
            known.title,
            "",
            why[advice.why],
            *([f"  {_standing(standing)}"] if standing.attempts else []),
            "",
            *(again if standing.closed else []),
            *_what_to_type(advice.kata, standing),
        ]
    )
    return None


@app.command("list")
def list_katas(
    topic: Annotated[
        str | None, typer.Option(help="Only this topic.", autocompletion=_complete_topic)
    ] = None,
    level: Annotated[
        str | None, typer.Option(help=f"{', '.join(LEVELS)}.", autocompletion=_completing(LEVELS))
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help=f"{', '.join(KINDS)}.", autocompletion=_completing(KINDS))
    ] = None,
    state: Annotated[
        str | None, typer.Option(help=f"{', '.join(_STATES)}.", autocompletion=_completing([*_STATES]))
    ] = None,
    minutes: Annotated[int | None, typer.Option(min=1, help="Only katas of at most so many.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only what is due for review.")] = False,
    track: _Track = None,
    as_json: _Json = False,
) -> None:
    """Show the katas; filters combine."""
    project = _here()
    katas, standings = _katas(project, track), project.store.standings()
    wanted = {
        "topic": _chosen(topic, (kata.topic for kata in katas), "--topic"),
        "level": _chosen(level, LEVELS, "--level"),
        "kind": _chosen(kind, KINDS, "--kind"),
        "state": _STATES[typed] if (typed := _chosen(state, _STATES, "--state")) else None,
    }
    rows = [_description(kata, standings.get(kata.id, Standing())) for kata in katas if kata.stub.is_file()]
    rows = [
        row
        for row in rows
        if all(value is None or row.get(name) == value for name, value in wanted.items())
        and (minutes is None or row.get("minutes", 0) <= minutes)
        and (row["due"] or not due)
    ]
    if as_json:
        _dump(rows)
    elif rows:
        _tabulate(rows)
        for row in rows:
            if "error" in row:
                _console(error=True).print(f"Error: {row['error']}", **_PLAIN)
    else:
        _say(["No kata is like that." if katas else "There are no katas yet.  torchkata new topic/name"])
    if absent := [kata.id for kata in katas if not kata.stub.is_file()]:
        note = f"Without a stub here: {len(absent)}, such as {absent[0]}. What to do:  torchkata doctor"
        _console(error=True).print(note, **_PLAIN)


def _katas(project: Project, track: str | None) -> Sequence[Kata]:
    """Return the katas of a track, or all."""
    from pytest_torchkata import tracks

    return tracks.named(project.catalogue, track).katas if track else project.catalogue.all()


@app.command("tracks")
def list_tracks(as_json: _Json = False) -> None:
    """Show the tracks: ways through the katas."""
    from pytest_torchkata import tracks

    project = _here()
    known, standings = tracks.tracks(project.catalogue), project.store.standings()
    if as_json:
        return _dump([{**vars(each), "katas": [kata.id for kata in each.katas]} for each in known])
    if not known:
        return _say([f"There are no tracks: no file {_typed(project.catalogue.solutions / tracks.FILE)}."])
    for each in known:
        solved = sum(standings.get(kata.id, Standing()).state == "solved" for kata in each.katas)
        minutes = sum(facts(kata).minutes for kata in each.katas)
        size = f"{solved} of {len(each.katas)} katas solved · {minutes / 60:.1f} hours in all"
        _say([f"{each.name}   {size}", f"  {each.title}. {each.about}", ""])
    return _say([f"  torchkata next --track {known[0].name}    pytest --track {known[0].name}"])


def _tabulate(rows: Iterable[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in ("kata", "level", "kind", "min", "state"):
        table.add_column(name, justify="right" if name == "min" else "left", no_wrap=True, overflow="fold")
    for row in rows:
        mark, state = _MARKS[row["state"]], row["state"]
        if "error" in row:
            mark, state = "!", "broken"
        elif row["due"]:
            state = f"{state}, due"
        about = [str(row.get(name, "")) for name in ("id", "level", "kind", "minutes")]
        table.add_row(*about, Text(f"{mark} {state}", "yellow" if row["due"] else _STYLES.get(mark, "")))
    _console().print(table)


@app.command()
def show(kata_id: _Id, as_json: _Json = False) -> None:
    """Show a kata's statement, and how you stand with it."""
    from pytest_torchkata import practice

    project = _here()
    kata = project.catalogue.find(kata_id)
    known, standing = facts(kata), project.store.standing(kata.id)
    statement = practice.statement(project, kata)
    if as_json:
        return _dump({**_description(kata, standing), "statement": statement})
    return _say(
        [
            f"{kata.id}   {' · '.join([known.kind, known.level, f'{known.minutes} min', *known.tags])}",
            "",
            *statement.splitlines(),
            "",
            f"  {_standing(standing)}",
            "",
            *_what_to_type(kata, standing),
        ]
    )


@app.command()
def hint(kata_id: _Id) -> None:
    """Show the next hint for a kata."""
    from pytest_torchkata import aids

    project = _here()
    _say(aids.hint(project.catalogue.find(kata_id), project))


@app.command()
def reveal(kata_id: _Id) -> None:
    """Show a kata's solution; if it is not solved, it is given up."""
    from pytest_torchkata import aids

    project = _here()
    _say(aids.reveal(project.catalogue.find(kata_id), project))


@app.command()
def reset(kata_id: _Id) -> None:
    """Put a stub back as it was handed out, and keep what you wrote."""
    from pytest_torchkata import practice

    project = _here()
    kata = project.catalogue.find(kata_id)
    kept = practice.reset(project, kata)
    _say([f"✓ {_typed(kata.stub)} is as it was handed out."])
    if kept:
        _say([f"  What was there is kept in {_typed(kept)}"])


@app.command()
def status(as_json: _Json = False) -> None:
    """Show in one screen how far you are."""
    project = _here()
    if as_json:
        from pytest_torchkata.summary import summarise

        return _dump(summarise(project).data()["katas"])
    from pytest_torchkata import aids

    return _say(aids.progress(project))


@app.command()
def report(
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page to look at.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit's XML.")] = None,
    badge: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a badge, as SVG.")] = None,
    as_json: _Json = False,
) -> None:
    """Write your progress as a page, a badge or data."""
    project = _here()
    wanted = {name: path for name, path in (("html", html), ("junit", junit), ("badge", badge)) if path}
    if not (wanted or as_json):
        from pytest_torchkata import aids

        return _say(aids.progress(project))
    from pytest_torchkata import export
    from pytest_torchkata.summary import summarise

    summary = summarise(project)
    for name, path in wanted.items():
        export.write(path, getattr(export, name)(summary))
    if as_json:
        return _dump(summary.data())
    return _say(f"✓ {_typed(path)}" for path in wanted.values())


@app.command("export")
def export_record(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; - for standard output.")],
) -> None:
    """Write the record as JSON, for a copy or another machine."""
    from pytest_torchkata import exchange, practice

    history = _here().store.history()
    content = exchange.exported(history)
    if str(file) == "-":
        return typer.echo(content, nl=False)
    practice.write_new(Path.cwd(), {str(file): content})
    return _say([f"✓ {counted(history)} written to {_typed(file)}"])


@app.command("import")
def import_record(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What was exported, or a record itself.")],
) -> None:
    """Add what another record has and this one lacks."""
    from pytest_torchkata import exchange

    store = _here().store
    theirs = exchange.imported(file)
    added = store.merge(theirs)
    known = len([*all_rows(theirs)]) - len([*all_rows(added)])
    if any(added):
        _say([f"✓ {counted(added)} added; {known} {'was' if known == 1 else 'were'} here already"])
    else:
        _say([f"✓ Nothing to add: all of {counted(theirs)} were here already"])


@app.command()
def update() -> None:
    """Bring new katas and changed stubs into this practice directory."""
    from pytest_torchkata import practice

    changes = practice.update(find(Path.cwd()))
    page = practice.is_page  # pages about katas are brought too, but nobody resets one
    lines = [f"✓ {name} is new" for name in changes.added]
    lines += [f"✓ {name} has a new {'text' if page(name) else 'stub'}" for name in changes.replaced]
    lines += [
        f"! {name} has a new statement;  torchkata reset {name}  takes it and keeps yours"
        for name in changes.differing
        if not page(name)
    ]
    lines += [
        f"· {name} was deleted here, and stays so;  torchkata reset {name}  brings it back"
        for name in changes.deleted
        if not page(name)
    ]
    lines += [
        f"· {name} is no longer a kata of pytest-torchkata; your file was left"
        for name in changes.gone
        if not page(name)
    ]
    if changes.is_guess:
        lines.append("! What had been handed out was not known, so whatever differs was left as it is")
    _say(lines or ["✓ Every stub is up to date."])


@app.command()
def doctor(as_json: _Json = False) -> None:
    """Say what this machine has and lacks, and what to do."""
    from pytest_torchkata import doctor as examining

    findings = []
    for finding in examining.examine(Path.cwd()):
        findings.append(finding)
        if not as_json:
            _say([f"{_MARKS[finding.state]} {finding.what:20} {finding.found}"])
            _say([f"  {'':20} → {finding.to_do}"] if finding.to_do else [])
    if as_json:
        _dump([asdict(finding) for finding in findings])
    raise typer.Exit(int(any(finding.state == "broken" for finding in findings)))


# Writing katas ------------------------------------------------------------------------------------


@app.command()
def new(kata_id: Annotated[str, typer.Argument(metavar="ID", help="A new kata: topic/name.")]) -> None:
    """Write the skeleton of a new kata."""
    from pytest_torchkata import author

    made = author.new(Path.cwd(), kata_id)
    _say([f"✓ {_typed(path)}" for path in made])
    _say(["", f"  torchkata proof {kata_id}    says what is left to write"])


@app.command()
def proof(
    kata_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Katas; all if none is named.", autocompletion=_complete_id),
    ] = None,
    gpu: Annotated[bool, typer.Option("--gpu", help="Run their checks on CUDA as well.")] = False,
    seed: Annotated[
        int | None,
        typer.Option("--kata-seed", metavar="N", help="Draw an earlier proof's inputs again."),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Say what is wrong with katas, for their author."""
    project = find(Path.cwd())
    if project.is_practice:
        raise ProjectError(
            f"{project.root} is a practice directory. Katas are proved where their solutions are: in a "
            "clone, or in an author's own directory."
        )
    from pytest_torchkata.proof import NotRun, prove

    katas = [project.catalogue.find(each) for each in kata_ids or []] or project.catalogue.all()
    problems: dict[str, list[str]] = {}
    options = [*(["--gpu"] if gpu else []), *([f"--kata-seed={seed}"] if seed is not None else [])]
    for kata in katas:
        unrun = ""
        untried: dict[str, list[str]] = {}
        try:
            problems[kata.id] = prove(kata, *options, untried=untried)
        except NotRun as reason:
            problems[kata.id], unrun = [], str(reason)
        if not as_json:
            _say(_proved(kata, problems[kata.id], unrun, untried))
    if as_json:
        _dump(problems)
    raise typer.Exit(int(any(problems.values())))


def _proved(
    kata: Kata, problems: Sequence[str], unrun: str, untried: Mapping[str, Sequence[str]]
) -> Iterable[str]:
    """Tell what proof found of one kata."""
    if problems:
        yield f"✗ {kata.id}"
        yield from (
            f"    {line}" for each in problems for line in each.removeprefix(f"{kata.id}: ").splitlines()
        )
    elif unrun:
        yield f"✓ {kata.id}  as far as it can be read; its checks were not run: {unrun}"
    else:
        yield f"✓ {kata.id}"
        for reason, names in untried.items():
            yield f"    not tried here: {', '.join(names)}; what would reject them {reason}"
