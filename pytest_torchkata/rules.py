"""Forbidden names: in the source of an answer, while it runs, and in words for the learner.

``scan`` reads the source and knows the learner's spelling. ``watch`` notices at run time what has
no name in the source: an alias out of a dict, a computed ``getattr``, ``eval``, ``torch.ops``. Both
are help against habit and no proof, since they work in the process that runs the answer.
"""

from __future__ import annotations

import ast
import difflib
import functools
import importlib
import importlib.util
import inspect
import itertools
import os
import re
import sys
import threading
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodWrapperType, ModuleType
from typing import TYPE_CHECKING, Any, Literal

from pytest_torchkata import ward
from pytest_torchkata.kata import BrokenRule

if TYPE_CHECKING:
    from torch.overrides import TorchFunctionMode

__all__ = ["RUN_TIME", "internals", "message", "resolve", "scan", "unknown", "watch"]

RUN_TIME = "called at run time"
"""How every ``BrokenRule`` of ``watch`` begins; `` by ...`` follows where torch did the calling."""

_MISSING = object()


# Names --------------------------------------------------------------------------------------------


def resolve(name: str) -> Any:
    """Return what a dotted torch name means; raise ``ValueError`` where it means nothing."""
    return _locate(name)[1]


def unknown(forbidden: Sequence[str]) -> tuple[str, ...]:
    """Return the names that mean nothing, so that an author learns of a typo."""
    return tuple(name for name in forbidden if _find(name) is None)


@functools.cache  # what torch means by a name does not change, whatever an answer puts there
def _find(name: str) -> tuple[Any, Any] | None:
    try:
        return _locate(name)
    except ValueError:
        return None


def _locate(name: str) -> tuple[Any, Any]:
    """Find what a dotted name means, and what holds it."""
    root, *parts = name.split(".")
    if root != "torch" or not parts or not all(part.isidentifier() for part in parts):
        raise ValueError(f"{name!r} is not a dotted name of torch, such as 'torch.nn.Linear'.")
    import torch

    holder: Any = None
    found: Any = torch
    for position, part in enumerate(parts):
        holder, found = found, _member(found, part)
        if found is _MISSING:
            # Some submodules are there only once somebody has imported them.
            found = _imported(".".join([root, *parts[: position + 1]]))
        if found is _MISSING:
            raise ValueError(_nothing(name, ".".join([root, *parts[:position]]), part, holder))
    return holder, found


def _member(holder: Any, name: str) -> Any:
    """Look an attribute up in a module or class, and in nothing that might compute it."""
    if not isinstance(holder, (ModuleType, type)):
        return _MISSING
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that torch has deprecated
        try:
            return getattr(holder, name, _MISSING)
        except Exception:  # torch.classes raises its own
            return _MISSING


def _imported(module: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(module)
        except Exception:  # a submodule may ask for more than is installed, in any way it likes
            return _MISSING


def _nothing(name: str, holder: str, part: str, inside: Any) -> str:
    close = difflib.get_close_matches(part, dir(inside), n=1)
    hint = f" Did you mean {holder}.{close[0]}?" if close else ""
    return f"{name!r} does not exist: {holder} has no {part!r}.{hint}"


class _Names:
    """What is forbidden, to be recognised by its dotted name or by the object itself.

    A name that this version of torch lacks is recognised by spelling alone: the learner cannot help
    it, and the author has ``unknown``.
    """

    def __init__(self, forbidden: Sequence[str]) -> None:
        from torch._ops import OpOverload, OpOverloadPacket

        self._operators = (OpOverload, OpOverloadPacket)
        self.spelled = frozenset(forbidden)
        self.longest = max(map(len, forbidden), default=0)
        self.found = {name: found for name in forbidden if (found := _find(name)) is not None}
        self._by_id: dict[int, tuple[str, Any]] = {}  # the object too: an id outlives it
        self._by_operator: dict[str, str] = {}
        for name, (_, thing) in self.found.items():
            self.alias(name, thing)
            if not isinstance(thing, (type, ModuleType)):
                for operator in _operators(name):
                    self._by_operator.setdefault(operator, name)

    def alias(self, name: str, thing: Any) -> None:
        """Recognise ``thing`` as ``name``."""
        self._by_id.setdefault(id(thing), (name, thing))

    def methods(self) -> dict[str, str]:
        """Return the forbidden names that are attributes of a tensor, by their last part."""
        import torch

        return {
            name.rpartition(".")[2]: name
            for name, (holder, _) in self.found.items()
            if holder is torch.Tensor
        }

    def of(self, thing: Any) -> str | None:
        """Return the forbidden name of ``thing``, if it has one."""
        if isinstance(thing, MethodWrapperType):  # Tensor.data.__get__, made anew for each access
            thing = thing.__self__
        if (known := self._by_id.get(id(thing))) is not None:
            return known[0]
        if isinstance(thing, self._operators):
            space, operator, *_ = str(thing).split(".")
            # In another namespace the same word is something else, the learner's own perhaps.
            return self._by_operator.get(operator.strip("_")) if space == "aten" else None
        if isinstance(thing, BuiltinFunctionType) and _is_private(thing.__name__):
            return self._by_operator.get(thing.__name__.strip("_"))
        return None

    def is_private(self, function: Any) -> bool:
        """Say whether this is one of the functions that torch keeps behind an underscore."""
        known = isinstance(function, (BuiltinFunctionType, *self._operators))
        return known and _is_private(function.__name__)

    def code(self, name: str) -> CodeType | None:
        """Return the code of a forbidden Python function."""
        return getattr(self.found[name][1], "__code__", None)


def _operators(name: str) -> Iterator[str]:
    """Say how ATen calls what torch calls ``name``; both without outer underscores."""
    space, _, last = name.rpartition(".")
    yield last.strip("_")
    if space in {"torch.special", "torch.linalg", "torch.nested"}:
        yield f"{space.removeprefix('torch.')}_{last.strip('_')}"


# In the source ------------------------------------------------------------------------------------


_INSIDE = "looking into the process that runs it"
INTERNALS = frozenset({
    "_getframe", "_current_frames", "_current_exceptions", "currentframe", "getouterframes", "getinnerframes",
    "walk_stack", "walk_tb", "f_back", "f_locals", "f_globals", "f_builtins", "tb_frame", "gi_frame",
    "cr_frame", "ag_frame", "get_objects", "get_referrers", "get_referents", "settrace", "setprofile",
    "addaudithook",
    "__subclasses__", "__globals__", "__closure__", "__code__", "cell_contents", "meta_path", "pythonapi",
    *ward.JUDGES,
})  # fmt: skip
"""Names by which a process is looked through or changed from within; no kata's answer needs one."""
UNREADABLE = BrokenRule("a source that can be read", 0, "it could not be parsed")
PRIVATE = "private parts of torch"
"""The rule that comes with any forbidden name: behind an underscore, torch has everything a second time."""
_PRIVATE_TEXT = re.compile(r"torch(\.\w+)*\._[^\W_]\w*(\.\w+)*")


def scan(source: bytes | str, path: str, forbidden: Sequence[str]) -> tuple[BrokenRule, ...]:
    """Find the uses of forbidden names in a source, by line, without running it.

    A source that does not parse breaks no rule here: whoever loads it says what is wrong with it.
    """
    parsed = _parse(source, path) if forbidden else None
    if parsed is None:
        return ()
    tree, lines = parsed
    hits = _Reader(tree, _Names(forbidden)).hits()
    broken: dict[tuple[int, str], BrokenRule] = {}
    for name, node in sorted(hits, key=lambda hit: _line(hit[1])):
        line = _line(node)
        broken.setdefault((line, name), BrokenRule(name, line, _spelling(node, lines)))
    return tuple(broken.values())


def internals(source: bytes | str, path: str) -> tuple[BrokenRule, ...]:
    """Find the names by which a process is looked through or changed from within, by line.

    As an attribute, a variable, an import, or a text that is nothing else, as getattr takes it.
    """
    parsed = _parse(source, path)
    if parsed is None:
        return ()
    found: dict[int, BrokenRule] = {}
    for node in ast.walk(parsed[0]):
        for name in _names_in(node):
            if name in INTERNALS:
                line = getattr(node, "end_lineno" if isinstance(node, ast.Attribute) else "lineno", 0)
                found.setdefault(line, BrokenRule(_INSIDE, line, name))
    return tuple(found[line] for line in sorted(found))


def _names_in(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Constant(value=str(name)):
            return name.split(".")
        case ast.Import(names=aliases):
            return [part for alias in aliases for part in alias.name.split(".")]
        case ast.ImportFrom(names=aliases):
            return [*(node.module or "").split("."), *(alias.name for alias in aliases)]
    return ()


def _parse(source: bytes | str, path: str) -> tuple[ast.Module, list[str]] | None:
    try:
        text = importlib.util.decode_source(source) if isinstance(source, bytes) else source
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is the loader's to report
            return ast.parse(text, path), text.split("\n")
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return None


def _line(node: ast.expr) -> int:
    """Return where the forbidden word itself is: in a chain over several lines, at its end."""
    if isinstance(node, ast.Attribute):
        return node.end_lineno or node.lineno
    return node.lineno


def _spelling(node: ast.expr, lines: Sequence[str]) -> str:
    """Return the source of ``node``, or its end where that is long."""
    if isinstance(node, ast.Name):
        return node.id
    if node.lineno == node.end_lineno:
        line = lines[node.lineno - 1].encode()  # columns count bytes
        text = line[node.col_offset : node.end_col_offset].decode()
        if len(text) <= 60:
            return text
    if isinstance(node, ast.Attribute):
        return f"….{node.attr}"
    if isinstance(node, ast.Constant):
        return f'"{node.value!s}"'
    return f'getattr(…, "{_constant_getattr(node)}")'


def _constant_getattr(node: ast.AST) -> str | None:
    """Return the name in ``getattr(x, "name")``."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
            return name
    return None


@dataclass(eq=False)
class _Scope:
    """The names that a module, class, function or comprehension binds."""

    parent: _Scope | None
    is_class: bool = False
    bound: set[str] = field(default_factory=set)
    imports: dict[str, list[str]] = field(default_factory=dict)
    """The dotted names that an import may give to a name."""
    elsewhere: set[str] = field(default_factory=set)
    """Names declared global or nonlocal."""


@dataclass(frozen=True, eq=False)
class _Chain:
    """``root.a.b``, where the root is a name or any other expression."""

    root: ast.expr
    links: tuple[tuple[str, ast.expr], ...]
    """Each attribute, and the expression that ends with it."""
    scope: _Scope


_Step = tuple[ast.AST, _Scope]

# What hangs on these is the answer's own affair, as in `self.norm(x)`; a tensor among it is met at
# run time.
_OWN = frozenset({"self", "cls", "ctx"})


class _Reader:
    """One reading of a tree: first what names are bound to, then what the chains mean.

    It keeps a stack of its own, since a tree that parses may still be too deep to recurse into.
    """

    def __init__(self, tree: ast.Module, names: _Names) -> None:
        import torch

        self._names = names
        self._methods = names.methods()
        self._module = _Scope(None)
        self._stars: list[str] = []
        self._chains: list[_Chain] = []
        self._texts: list[ast.Constant] = []
        self._assigned: list[tuple[str, _Chain]] = []
        self._defined: set[str] = set()
        self._objects: dict[str, Any] = {"torch": torch}
        steps: list[_Step] = [(tree, self._module)]
        while steps:
            node, scope = steps.pop()
            steps.extend(reversed(list(self._visit(node, scope))))

    # Bindings

    def _visit(self, node: ast.AST, scope: _Scope) -> Iterable[_Step]:
        """Note what ``node`` binds and uses; return what to visit inside it."""
        match node:
            case ast.Import():
                self._visit_import(node, scope)
            case ast.ImportFrom():
                self._visit_import_from(node, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return self._visit_function(node, scope)
            case ast.ClassDef():
                return self._visit_class(node, scope)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                inner = _Scope(scope)
                return [(child, inner) for child in ast.iter_child_nodes(node)]
            case ast.Attribute() | ast.Name() | ast.Call():
                return self._visit_expression(node, scope)
            case ast.AnnAssign():
                return [(child, scope) for child in (node.target, node.value) if child]
            case ast.Constant(value=str(text)) if _PRIVATE_TEXT.fullmatch(text):  # as import_module takes it
                self._texts.append(node)
            case ast.Global() | ast.Nonlocal():
                scope.elsewhere.update(node.names)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.Attribute()):
                self._assigned.append((name, _chain(node.value, scope)))
                return [(child, scope) for child in ast.iter_child_nodes(node)]
            case _:
                if isinstance(caught := getattr(node, "name", None), str):  # `except ... as e`
                    self._bind(caught, scope)
                return [(child, scope) for child in ast.iter_child_nodes(node)]
        return ()

    def _bind(self, name: str, scope: _Scope, target: str | None = None) -> None:
        if name in scope.elsewhere:
            scope = self._module
        scope.bound.add(name)
        if target is not None:
            scope.imports.setdefault(name, []).append(target)
        elif scope.is_class:
            self._defined.add(name)

    def _visit_import(self, node: ast.Import, scope: _Scope) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self._bind(name, scope, alias.name if alias.asname else name)

    def _visit_import_from(self, node: ast.ImportFrom, scope: _Scope) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name != "*":
                self._bind(alias.asname or alias.name, scope, f"{module}.{alias.name}")
            elif _is_torch(module):
                self._stars.append(module)

    def _visit_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: _Scope
    ) -> Iterable[_Step]:
        """Enter a function, but for its annotations: to say a type is to use nothing."""
        inner, arguments = _Scope(scope), node.args
        outside: list[ast.AST] = [*arguments.defaults, *filter(None, arguments.kw_defaults)]
        for argument in ast.iter_child_nodes(arguments):
            if isinstance(argument, ast.arg):
                self._bind(argument.arg, inner)
        if isinstance(node, ast.Lambda):
            body: list[ast.AST] = [node.body]
        else:
            self._bind(node.name, scope)
            outside += node.decorator_list
            body = [*node.body]
        return [(child, scope) for child in outside] + [(child, inner) for child in body]

    def _visit_class(self, node: ast.ClassDef, scope: _Scope) -> Iterable[_Step]:
        self._bind(node.name, scope)
        inner = _Scope(scope, is_class=True)
        outside = [*node.decorator_list, *node.bases, *node.keywords]
        return [(child, scope) for child in outside] + [(child, inner) for child in node.body]

    def _visit_expression(self, node: ast.Attribute | ast.Name | ast.Call, scope: _Scope) -> Iterable[_Step]:
        chain = _chain(node, scope)
        if isinstance(node, ast.Call) and not chain.links:
            return [(child, scope) for child in ast.iter_child_nodes(node)]
        stored = isinstance(node, (ast.Attribute, ast.Name)) and not isinstance(node.ctx, ast.Load)
        if isinstance(node, ast.Name) and stored:
            self._bind(node.id, scope)
            return ()
        if isinstance(node, ast.Attribute) and stored:
            self._defined.add(node.attr)
        self._chains.append(chain)
        inside: list[_Step] = [] if isinstance(chain.root, ast.Name) else [(chain.root, scope)]
        for _, link in chain.links:
            if isinstance(link, ast.Call):  # the default of a getattr
                inside += [(child, scope) for child in link.args[2:]]
        return inside

    # Meanings

    def hits(self) -> Iterator[tuple[str, ast.expr]]:
        """Yield every forbidden name that is used, and the expression that uses it."""
        for name, chain in self._assigned:
            *_, (path, thing, _) = self._follow(chain)
            if isinstance(thing, ModuleType):  # `nn = torch.nn` is an import in other words
                self._bind(name, chain.scope, path)
        for chain in self._chains:
            hits = list(self._hits(chain))
            yield from hits or self._private(chain)
        for text in self._texts:
            yield PRIVATE, text

    def _private(self, chain: _Chain) -> Iterator[tuple[str, ast.expr]]:
        """Yield the chain if it leads from torch into something whose name begins with one underscore."""
        path = self._meaning(chain.root, chain.scope)
        if path is not None and _is_torch(path):
            names = [*path.split("."), *(name for name, _ in chain.links)]
            if any(map(_is_private, names)):
                yield PRIVATE, chain.links[-1][1] if chain.links else chain.root

    def _hits(self, chain: _Chain) -> Iterator[tuple[str, ast.expr]]:
        start = self._meaning(chain.root, chain.scope)
        if start is not None:
            for path, thing, node in self._follow(chain):
                name = path if path in self._names.spelled else self._names.of(thing)
                if name is not None:
                    yield name, node
        elif not _is_own(chain.root):
            for attribute, node in chain.links:
                # A word that the answer gives to something of its own, as micrograd's
                # `Value.backward`, says nothing here.
                if attribute in self._methods and attribute not in self._defined:
                    yield self._methods[attribute], node

    def _follow(self, chain: _Chain) -> Iterator[tuple[str, Any, ast.expr]]:
        """Yield the dotted name and the object of the root, then of each link, while known."""
        path = self._meaning(chain.root, chain.scope) or ""
        thing = self._object(path) if _is_torch(path) else _MISSING
        yield path, thing, chain.root
        for attribute, node in chain.links:
            thing = _member(thing, attribute)
            path = thing.__name__ if isinstance(thing, ModuleType) else f"{path}.{attribute}"
            yield path, thing, node
            if thing is _MISSING and len(path) > self._names.longest:
                return  # a chain of ten thousand links would make as many long names

    def _meaning(self, root: ast.expr, scope: _Scope) -> str | None:
        """Return the dotted name that an import gave to ``root``; None where it is any value."""
        if not isinstance(root, ast.Name):
            return None
        home = self._home(root.id, scope)
        if home is not None:
            targets = home.imports.get(root.id, [])
            return next(filter(_is_torch, targets), targets[0] if targets else None)
        for star in self._stars:
            if root.id in _exported(self._object(star)):
                return f"{star}.{root.id}"
        return None

    def _home(self, name: str, scope: _Scope) -> _Scope | None:
        """Return the scope whose binding of ``name`` is seen from ``scope``."""
        home: _Scope | None = scope
        while home is not None:
            visible = home is scope or not home.is_class
            if visible and name in home.bound:
                return home
            home = home.parent
        return None

    def _object(self, path: str) -> Any:
        if path not in self._objects:
            found = _find(path)
            self._objects[path] = found[1] if found else _MISSING
        return self._objects[path]


def _chain(node: ast.expr, scope: _Scope) -> _Chain:
    links: list[tuple[str, ast.expr]] = []
    while True:
        if isinstance(node, ast.Attribute):
            links.append((node.attr, node))
            node = node.value
        elif isinstance(node, ast.Call) and (name := _constant_getattr(node)) is not None:
            links.append((name, node))
            node = node.args[0]
        else:
            return _Chain(node, tuple(reversed(links)), scope)


def _is_torch(path: str) -> bool:
    return path == "torch" or path.startswith("torch.")


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def _is_own(root: ast.expr) -> bool:
    match root:
        case ast.Name(id=name):
            return name in _OWN
        case ast.Call(func=ast.Name(id="super")):
            return True
    return False


def _exported(module: Any) -> Iterable[str]:
    """Return the names that ``from module import *`` binds."""
    names = getattr(module, "__all__", None)
    if names is not None:
        return tuple(names)
    return [name for name in getattr(module, "__dict__", ()) if not name.startswith("_")]


# At run time --------------------------------------------------------------------------------------

_LIMIT = 20
_ELSEWHERE: dict[str, tuple[str, ...]] = {
    # What would be compiled is left as it is, and watched.
    "torch": ("compile",),
    "torch.jit": (
        "script", "trace", "trace_module", "script_method", "load", "jit_module_from_flatbuffer",
        "CompilationUnit",
    ),
    "torch.jit._script": ("script", "script_method"),
    "torch.jit._trace": ("trace", "trace_module"),
    "torch.jit._serialization": ("load", "jit_module_from_flatbuffer"),
    # What turns the mode off, or gives it away.
    "torch.overrides": (
        "redispatch_function", "_pop_mode", "_push_mode", "_pop_mode_temporarily",
        "_get_current_function_mode", "_get_current_function_mode_stack", "_pop_torch_function_stack",
        "_push_on_torch_function_stack",
    ),
    "torch._C": (
        "DisableTorchFunction", "DisableTorchFunctionSubclass", "_EnableTorchFunction",
        "_get_function_stack_at", "_pop_torch_function_stack", "_push_on_torch_function_stack",
        "_set_skip_next_torch_function", "_set_torch_function_state", "_skip_one_hop_torch_function",
        "_jit_get_operation",
    ),
    # Threads have modes of their own; of what another process does, nothing is seen.
    "_thread": ("start_new_thread", "start_new", "start_joinable_thread"),
    "threading": ("_start_new_thread", "_start_joinable_thread"),
    "os": ("fork", "forkpty", "posix_spawn", "posix_spawnp"),
    "subprocess": ("_fork_exec", "_execute_child"),
    "_posixsubprocess": ("fork_exec",),
}  # fmt: skip
_COMPILED = ("model", "obj", "func", "mod")
"""How the functions that compile call what they get."""
_TORCH_QUESTIONS = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")

_Origin = Literal["subject", "torch", "passes", "other"]


@contextmanager
def watch(
    forbidden: Sequence[str],
    is_subject: Callable[[str], bool],
    strict: bool = False,
    names: Sequence[str] = (),
) -> Iterator[list[BrokenRule]]:
    """Record in the list that is yielded where the subject reaches a forbidden thing, by any name.

    ``is_subject`` tells the learner's file by the file name in a code object. What a helper of
    torch does on the subject's behalf counts only if ``strict``. ``names`` are those under which the
    subject must not hand over what is forbidden, for others to call. Nothing is ever refused: the call
    goes on, and all that was put into torch is gone afterwards.
    """
    broken: list[BrokenRule] = []
    _as_it_was()
    if not forbidden:
        yield broken
        return
    with ExitStack() as undo:
        _Watch(_Names(forbidden), _Stack(is_subject, strict), broken, names).start(undo)
        yield broken


class _Stack:
    """Reads the call stack: on whose behalf does a forbidden thing run?"""

    def __init__(self, is_subject: Callable[[str], bool], strict: bool) -> None:
        import torch

        self.owns = is_subject
        self.strict = strict
        self._torch = os.path.dirname(torch.__file__) + os.sep  # noqa: PTH120
        self._python = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120
        # What only hands a call on; so does Python's own library, and what eval compiles.
        handing = ("overrides.py", "_ops.py", os.path.join("utils", "_device.py"))  # noqa: PTH118
        self._passing = {__file__, *(self._torch + file for file in handing)}
        self.operators = self._torch + "_ops.py"
        self._calling = os.path.join(self._torch, "nn", "modules", "module.py")  # noqa: PTH118
        self._origins: dict[str, _Origin] = {}
        self._work = _directory()
        self._here = threading.local()

    def origin(self, code: CodeType) -> _Origin:
        """Say whose code this is."""
        if id(code) in ward.made:  # it may say of itself what it likes
            return "subject"
        file = code.co_filename
        if file not in self._origins:
            self._origins[file] = self._judge(file)
        return self._origins[file]

    def _judge(self, file: str) -> _Origin:
        if self.owns(file):
            return "subject"
        if file in self._passing or file.startswith("<"):
            return "passes"
        if file.startswith(self._torch):
            return "torch"
        if file.startswith(self._python) and "-packages" not in file:
            return "passes"
        return "subject" if self._is_made_here(file) else "other"

    def _is_made_here(self, file: str) -> bool:
        """Say whether a file is in the directory that the job began in, and that is not a project of ours."""
        ours = [__file__, *getattr(sys.modules.get("_kata"), "__path__", ())]
        return file.startswith(self._work) and not any(path.startswith(self._work) for path in ours)

    def find(self, own: CodeType | None, word: str | None = None) -> tuple[int, str] | None:
        """Return the subject's line that asked for this, and how; None where another did.

        ``own`` is the code of the forbidden function itself, which is no helper of it. A function
        that the check gave to the subject is the check's, under ``strict`` as well. A helper whose code
        does not have the ``word`` hands on what it got, as vmap does.
        """
        frame: FrameType | None = self._outside(sys._getframe(1), own)
        helper = ""
        while frame is not None:
            code = frame.f_code
            origin = "passes" if code is own else self.origin(code)
            if origin == "subject":
                return self._line(frame), f"{RUN_TIME}{helper}"
            if origin == "other":
                return None
            if origin == "torch" and not self.strict and not self._hands_on(code, word):
                return None
            if origin == "torch" and code.co_filename != self._calling:
                helper = f" by {code.co_qualname}"  # in the end, what the subject itself called
            frame = frame.f_back
        place: tuple[int, str] | None = getattr(self._here, "place", None)
        return place

    def _hands_on(self, code: CodeType, word: str | None) -> bool:
        import torch

        if word is None or word in code.co_names or hasattr(torch.Tensor, f"__{word}__"):
            return False
        return not code.co_filename.startswith(self._torch + "_prims")

    def direct(self, through: str = "") -> tuple[int, str] | None:
        """Return the subject's line if it made this call, by Python's hand or that of one file of torch."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if (origin := self.origin(frame.f_code)) == "subject":
                return self._line(frame), RUN_TIME
            file = frame.f_code.co_filename
            if origin != "passes" or (file.startswith(self._torch) and file != through):
                return None
            frame = frame.f_back
        return None

    def _line(self, frame: FrameType) -> int:
        """Return where in the learner's file the subject is; 0 where all of it was made at run time."""
        at: FrameType | None = frame
        while at is not None:
            if self.owns(at.f_code.co_filename):
                return at.f_lineno
            at = at.f_back
        return 0

    @contextmanager
    def on_behalf(self, place: tuple[int, str]) -> Iterator[None]:
        """Take what this thread does from here on as asked for at ``place``."""
        self._here.place = place
        try:
            yield
        finally:
            del self._here.place

    def _outside(self, start: FrameType, own: CodeType | None) -> FrameType | None:
        frame: FrameType | None = start if own is not None else None
        while frame is not None and self.origin(frame.f_code) in {"torch", "passes"}:
            if frame.f_code is own:
                return frame.f_back
            frame = frame.f_back
        return start

    def inherits(self, kind: type, forbidden: type) -> int | None:
        """Return the line of the subject's class through which ``kind`` is a ``forbidden`` one."""
        for base in itertools.takewhile(lambda base: base is not forbidden, kind.__mro__):
            if self.strict or forbidden in base.__bases__:
                line = self.definition(base)
                if line is not None:
                    return line
        return None

    def definition(self, kind: type) -> int | None:
        """Return the line where the subject defines a class; None where it does not."""
        codes = [thing.__code__ for thing in vars(kind).values() if isinstance(thing, FunctionType)]
        lines = [code.co_firstlineno for code in codes if self.owns(code.co_filename)]
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        if not lines and not (file and self.owns(file)):
            return 0 if any(self.origin(code) == "subject" for code in codes) else None
        try:
            return inspect.getsourcelines(kind)[1]
        except Exception:  # made by type(), or the source is gone or changed
            return min(lines, default=0)


def _named_like(original: Any) -> Callable[[Any], Any]:
    """Give a stand-in the name and text of what it stands for, and no way to that."""

    def named(stand_in: Any) -> Any:
        functools.update_wrapper(stand_in, original)
        del stand_in.__wrapped__
        return stand_in

    return named


def _directory() -> str:
    try:
        return os.getcwd() + os.sep  # noqa: PTH109
    except OSError:  # it is gone
        return os.devnull


def _called_by(thing: Any) -> Any:
    """Return what is called if ``thing`` is, as far as no Python code comes in between."""
    for _ in range(5):
        if isinstance(thing, functools.partial):
            thing = thing.func
        elif isinstance(thing, (staticmethod, classmethod)):
            thing = thing.__func__
        elif (call := getattr(type(thing), "__dict__", {}).get("__call__")) and type(
            thing
        ).__module__ != "builtins":
            if isinstance(call, FunctionType):
                return thing
            thing = call
        else:
            return thing
    return thing


class _Watch:
    """What is put into torch while the subject runs: a function mode, and stand-ins.

    A function mode sees nearly all functions and tensor methods, under any name. It sees no
    classes, and no Python function that does not ask whether it is overridden.
    """

    def __init__(
        self, names: _Names, stack: _Stack, broken: list[BrokenRule], handed_over: Sequence[str] = ()
    ) -> None:
        self._names = names
        self._handed_over = handed_over
        self._stack = stack
        self._broken = broken
        self._active = False
        self._mode = _mode(self)
        self._known: dict[int, Callable[[], Any]] = {}
        """The instances of forbidden classes that others have made, or the subject, and that was noted."""

    def start(self, undo: ExitStack) -> None:
        """Put everything in place; ``undo`` takes it out again."""
        undo.callback(self._stop)
        functions: dict[int, Any] = {}
        for name, (holder, thing) in self._names.found.items():
            if self._names.of(thing) != name:  # a second name of the same thing
                continue
            if isinstance(thing, type):
                self._watch_class(name, thing, undo)
            elif isinstance(thing, FunctionType) and not _asks(thing):
                stand_in = self._stand_in(name, thing)
                self._names.alias(name, stand_in)
                functions[id(thing)] = stand_in
                if isinstance(holder, type):
                    _put_method(holder, name.rpartition(".")[2], stand_in, undo)
        _put_everywhere(functions, undo)
        for module, names in _ELSEWHERE.items():
            for name in names:
                if (original := getattr(sys.modules.get(module), name, None)) is not None:
                    _put(sys.modules[module], name, self._elsewhere(module, name, original), undo)
        undo.enter_context(self._mode)
        undo.callback(self._look_at_names)
        self._active = True

    def _stop(self) -> None:
        self._active = False  # for a stand-in that the subject has kept

    def _look_at_names(self) -> None:
        """Record the forbidden things that the subject hands over."""
        for module in reversed(list(sys.modules.values()) if self._handed_over else []):
            space = getattr(module, "__dict__", {})
            file = space.get("__file__")
            if isinstance(file, str) and self._stack.owns(file):
                for own in self._handed_over:
                    name = self._names.of(_called_by(space.get(own)))
                    if name is not None:
                        self._note(name, (0, RUN_TIME))
                return

    def _note(self, name: str, place: tuple[int, str] | None) -> None:
        if place is None or not self._active or len(self._broken) >= _LIMIT:
            return
        line, how = place
        if all((known.name, known.line) != (name, line) for known in self._broken):
            self._broken.append(BrokenRule(name, line, how))

    def met(self, func: Any) -> None:
        """Record a function of torch that the mode saw, if it is forbidden."""
        name = self._names.of(func)
        if name is not None:
            self._note(name, self._stack.find(self._names.code(name), name.rpartition(".")[2]))
        elif self._names.is_private(func):
            self._note(PRIVATE, self._stack.direct(self._stack.operators))

    def _elsewhere(self, module: str, name: str, original: Any) -> Any:
        """Make the stand-in for what would run something where the mode does not see it."""
        if "thread" in module:
            return self._started(original)
        if name in ("compile", "script", "trace", "trace_module"):
            return self._uncompiled(original)
        if name == "redispatch_function":
            return self._redispatched(original)
        rule = f"{module}.{name}" if module.startswith("torch.jit") else PRIVATE
        return self._noted(rule if _is_torch(module) else "another process", original)

    def _noted(self, rule: str, original: Any) -> Any:
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            self._note(rule, self._stack.direct())
            return original(*args, **kwargs)

        return stand_in

    def _uncompiled(self, original: Any) -> Any:
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            if not self._active or self._stack.direct() is None:
                return original(*args, **kwargs)
            plain = next(
                (thing for thing in (*args[:1], *map(kwargs.get, _COMPILED)) if thing is not None), None
            )
            return (lambda plain: plain) if plain is None else plain

        return _named_like(original)(stand_in)

    def _redispatched(self, original: Any) -> Any:
        def stand_in(func: Any, *args: Any, **kwargs: Any) -> Any:
            self.met(func)
            return original(func, *args, **kwargs)

        return stand_in

    def _started(self, original: Any) -> Any:
        def stand_in(function: Any, *args: Any, **kwargs: Any) -> Any:
            place = self._stack.find(None) if self._active else None
            if place is None:
                return original(function, *args, **kwargs)

            def run(*args: Any, **kwargs: Any) -> None:
                with self._stack.on_behalf(place), self._mode:
                    function(*args, **kwargs)

            return original(run, *args, **kwargs)

        return stand_in

    def _watch_class(self, name: str, kind: type, undo: ExitStack) -> None:
        import torch

        with suppress(TypeError):  # a class written in C takes no stand-in
            if issubclass(kind, torch.autograd.Function):  # nobody makes an instance of one
                _put(kind, "apply", classmethod(self._apply(name, kind)), undo)
                return
            _put(kind, "__init__", self._init(name, kind), undo)
            _put(kind, "__init_subclass__", classmethod(self._init_subclass(name, kind)), undo)
            _put(kind, "__setstate__", self._setstate(kind), undo)
            for method, function in list(vars(kind).items()) if kind is not torch.nn.Module else ():
                public = not method.startswith("_") or method in ("__call__", "__getitem__")
                if public and isinstance(function, FunctionType):
                    _put(kind, method, self._method(name, kind, function), undo)

    def _init(self, name: str, kind: Any) -> Any:
        original = kind.__init__
        # object.__init__ takes arguments of nobody who has an __init__, as it now seems.
        bare = original is object.__init__ and kind.__new__ is not object.__new__

        @_named_like(original)
        def stand_in(instance: Any, *args: Any, **kwargs: Any) -> None:
            place = self._stack.find(None)
            if place is None:
                line = self._stack.inherits(type(instance), kind)
                place = None if line is None else (line, RUN_TIME)
            self._note(name, place)
            self._know(instance)
            original(instance) if bare else original(instance, *args, **kwargs)

        return stand_in

    def _know(self, instance: Any) -> None:
        try:
            self._known[id(instance)] = weakref.ref(instance)
        except TypeError:
            self._known[id(instance)] = lambda: instance

    def _is_known(self, instance: Any) -> bool:
        if (known := self._known.get(id(instance))) is not None and known() is instance:
            return True
        checks = [vars(module) for key, module in list(sys.modules.items()) if key.startswith("_kata.")]
        return any(thing is instance for space in checks for thing in list(space.values()))

    def _init_subclass(self, name: str, kind: Any) -> Any:
        original = kind.__init_subclass__.__func__ if "__init_subclass__" in vars(kind) else None

        def stand_in(cls: Any, **kwargs: Any) -> None:
            if self._stack.strict or kind in cls.__bases__:
                self._note(name, self._stack.find(None))
            original(cls, **kwargs) if original else super(kind, cls).__init_subclass__(**kwargs)

        return stand_in

    def _setstate(self, kind: Any) -> Any:
        """Make what copies and pickles restore an instance with: it is of whoever copies it."""
        original = getattr(kind, "__setstate__", None)

        def stand_in(instance: Any, state: Any) -> None:
            if self._stack.find(None) is None:
                self._know(instance)
            if original is not None:
                original(instance, state)
                return
            values, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
            vars(instance).update(values or {})
            for key, value in (slots or {}).items():
                setattr(instance, key, value)

        return stand_in

    def _method(self, name: str, kind: Any, function: FunctionType) -> Any:
        """Make the stand-in for a method, which may be borrowed, or of an instance that was never made."""
        is_compiling = _as_it_was()[0]

        @_named_like(function)
        def stand_in(instance: Any, *args: Any, **kwargs: Any) -> Any:
            if not is_compiling() and not self._is_known(instance):
                place = self._stack.find(function.__code__)
                line = self._stack.definition(type(instance)) if place is None else None
                self._note(name, place or (line or 0, RUN_TIME))
            return function(instance, *args, **kwargs)

        return stand_in

    def _apply(self, name: str, kind: Any) -> Any:
        original = kind.apply.__func__

        @_named_like(original)
        def stand_in(function: Any, *args: Any, **kwargs: Any) -> Any:
            self._note(name, self._stack.find(None))
            return original(function, *args, **kwargs)

        return stand_in

    def _stand_in(self, name: str, function: FunctionType) -> Any:
        @_named_like(function)
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            self._note(name, self._stack.find(function.__code__))
            return function(*args, **kwargs)

        return stand_in


def _put(holder: Any, name: str, thing: Any, undo: ExitStack) -> None:
    """Set an attribute for a while; what was inherited is inherited again afterwards."""
    before = vars(holder).get(name, _MISSING)
    setattr(holder, name, thing)
    if before is _MISSING:
        undo.callback(delattr, holder, name)
    else:
        undo.callback(setattr, holder, name, before)


def _put_method(holder: type, name: str, stand_in: Any, undo: ExitStack) -> None:
    static = isinstance(inspect.getattr_static(holder, name), staticmethod)
    _put(holder, name, staticmethod(stand_in) if static else stand_in, undo)


def _put_everywhere(stand_ins: dict[int, Any], undo: ExitStack) -> None:
    """Put stand-ins for functions, by their id, into every module of torch that has them."""
    if stand_ins:
        for module, name, key in _holders(frozenset(stand_ins), len(sys.modules)):
            if id(vars(module).get(name)) == key:
                _put(module, name, stand_ins[key], undo)


@functools.lru_cache(maxsize=4)
def _holders(functions: frozenset[int], _modules: int) -> list[tuple[ModuleType, str, int]]:
    """Return where functions, by their id, are found in torch, for as long as no module is imported."""
    return [
        (module, name, id(thing))
        for key, module in list(sys.modules.items())
        if _is_torch(key) and isinstance(module, ModuleType)
        for name, thing in list(vars(module).items())
        if id(thing) in functions
    ]


def _asks(function: FunctionType) -> bool:
    """Say whether a function of torch asks for overrides, and so is seen by a function mode."""
    return not set(_TORCH_QUESTIONS).isdisjoint(function.__code__.co_names)


@functools.cache
def _as_it_was() -> tuple[Any, ...]:
    """Return what a mode needs of torch, bound before any answer has run."""
    import torch

    # In a function that torch compiles, it answers the first with yes, whatever is put in its place.
    bound: tuple[Any, ...] = (torch.compiler.is_dynamo_compiling, torch._C._push_on_torch_function_stack)
    once = getattr(torch._C, "_skip_one_hop_torch_function", None)  # not in older versions
    bound += (torch._C._pop_torch_function_stack, once, torch._C._is_torch_function_enabled)
    return (*bound, torch.Tensor, torch.nn.Parameter)


def _mode(watcher: _Watch) -> TorchFunctionMode:
    """Make the function mode that tells ``watcher`` what is called."""
    from torch.overrides import TorchFunctionMode, handle_torch_function

    is_compiling, push, pop, call_once, enabled, *plain = _as_it_was()

    class Watching(TorchFunctionMode):
        def __enter__(self) -> Any:
            push(self)
            return self

        def __exit__(self, *_: object) -> None:
            pop()

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            if is_compiling():  # torch.compile cannot look into a call stack
                return func(*args, **kwargs)
            above = sys._getframe(1)
            asker = above.f_code
            if asker is sys._getframe().f_code and above.f_locals["func"] is func:
                return func(*args, **kwargs)  # _set_grad_enabled asks all the same
            watcher.met(func)
            if call_once and not isinstance(func, FunctionType):
                if enabled() and (asked := [kind for kind in types if kind not in plain]):
                    return self._ask(asked, func, types, args, kwargs)
                with self:  # for what C calls back: a hook, an operator of the answer's own, __index__
                    return call_once(func, types, args, kwargs)
            # Where C code asked for a Python function, the mode stays off: TensorBase.unflatten asks in
            # the name of Tensor.unflatten, which has called it and would do so again.
            if asker is not handle_torch_function.__code__:
                return func(*args, **kwargs)
            with _resumed(self, func.__globals__):
                return func(*args, **kwargs)

        def _ask(self, kinds: list[Any], func: Any, types: Any, args: Any, kwargs: Any) -> Any:
            """Ask the classes that override ``func``: whoever skips the mode would skip them too."""
            for kind in kinds:
                override = kind.__torch_function__
                if not hasattr(override, "__self__"):  # no class method, or one that overrides nothing
                    break
                with self:
                    result = override(func, types, args, kwargs)
                if result is not NotImplemented:
                    return result
            return func(*args, **kwargs)

    return Watching()


@contextmanager
def _resumed(mode: TorchFunctionMode, space: dict[str, Any]) -> Iterator[None]:
    """Turn ``mode`` on again inside a Python function of torch, once it has asked for overrides.

    torch turns a mode off while it handles a call: nothing would be seen of a custom backward that
    Tensor.backward reaches, nor of what a helper calls. Turned on before the question, the answer
    to it would be the mode again, without end. So the question in the function's module is
    answered here, once.
    """
    from torch import overrides

    asked: dict[str, Any] = {
        name: getattr(overrides, name)
        for name in _TORCH_QUESTIONS
        if space.get(name) is getattr(overrides, name)
    }
    thread = threading.get_ident()

    def answer_with(question: Callable[..., bool]) -> Callable[..., bool]:
        def answer(*args: Any) -> bool:
            told = question(*args)
            if threading.get_ident() == thread:
                space.update(asked)
                if not told:  # if told, another mode or a subclass of Tensor comes first
                    resumed.enter_context(mode)
            return told

        return answer

    with ExitStack() as resumed:
        resumed.callback(space.update, asked)
        space.update({name: answer_with(question) for name, question in asked.items()})
        yield


# In words -----------------------------------------------------------------------------------------

_SHOWN = 5
_RULES = {
    _INSIDE: "No answer may look into the process that runs it, or change it.",
    UNREADABLE.name: "It could not be read which names the file uses. Is something nested very deeply?",
}
_SHORT = (("torch.nn.functional.", "F."), ("torch.nn.", "nn."), ("torch.Tensor.", "Tensor."))


def message(broken: Sequence[BrokenRule], file: str) -> tuple[str, ...]:
    """Say which rules were broken and where, each name once, each line once."""
    places: dict[str, dict[int, BrokenRule]] = {}
    # What the source says is told before what was seen of it at run time.
    for rule in sorted(broken, key=lambda rule: rule.how.startswith(RUN_TIME)):
        places.setdefault(rule.name, {}).setdefault(rule.line, rule)
    lines: list[str] = []
    for name, at in places.items():
        lines.append(_RULES.get(name, f"The rule: without {name}."))
        lines += [_place(at[line], file) for line in sorted(at)[:_SHOWN]]
        if more := sorted(at)[_SHOWN:]:
            lines.append(f"and so {_on_lines(more)}")
    return tuple(lines)


def _on_lines(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    return f"do lines {', '.join(first)} and {last}" if first else f"does line {last}"


def _place(rule: BrokenRule, file: str) -> str:
    where = f"{file}:{rule.line}" if rule.line else file
    short = _short(rule.name)
    if rule.name in _RULES:
        return f"{where} uses {rule.how}" if rule.line else where
    if not rule.how.startswith(RUN_TIME):
        return f"{where} uses it" + ("" if rule.how == rule.name else f" as {rule.how}")
    helper = rule.how.removeprefix(RUN_TIME).removeprefix(" by ")
    if helper:
        return f"{where} reaches it when it runs (torch's {helper} calls {short})"
    return f"{where} reaches it when it runs ({short} under another name)"


def _short(name: str) -> str:
    for long, short in _SHORT:
        if name.startswith(long):
            return short + name.removeprefix(long)
    return name
