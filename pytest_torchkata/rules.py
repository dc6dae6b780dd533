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
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType, MethodWrapperType, ModuleType
from typing import TYPE_CHECKING, Any, Literal

from pytest_torchkata.kata import BrokenRule

if TYPE_CHECKING:
    from torch.overrides import TorchFunctionMode

__all__ = ["RUN_TIME", "message", "resolve", "scan", "unknown", "watch"]

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
        return None

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
            yield from self._hits(chain)

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
_TORCH_QUESTIONS = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")

_Origin = Literal["subject", "torch", "passes", "other"]


@contextmanager
def watch(
    forbidden: Sequence[str], is_subject: Callable[[str], bool], strict: bool = False
) -> Iterator[list[BrokenRule]]:
    """Record in the list that is yielded where the subject reaches a forbidden thing, by any name.

    ``is_subject`` tells the learner's file by the file name in a code object. What a helper of
    torch does on the subject's behalf counts only if ``strict``. Nothing is ever refused: the call
    goes on, and all that was put into torch is gone afterwards.
    """
    broken: list[BrokenRule] = []
    if not forbidden:
        yield broken
        return
    with ExitStack() as undo:
        _Watch(_Names(forbidden), _Stack(is_subject, strict), broken).start(undo)
        yield broken


class _Stack:
    """Reads the call stack: on whose behalf does a forbidden thing run?"""

    def __init__(self, is_subject: Callable[[str], bool], strict: bool) -> None:
        import torch

        self._is_subject = is_subject
        self.strict = strict
        self._torch = os.path.dirname(torch.__file__) + os.sep  # noqa: PTH120
        self._python = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120
        # What only hands a call on; so does Python's own library, and what eval compiles.
        handing = ("overrides.py", "_ops.py", os.path.join("utils", "_device.py"))  # noqa: PTH118
        self._passing = {__file__, *(self._torch + file for file in handing)}
        self._calling = os.path.join(self._torch, "nn", "modules", "module.py")  # noqa: PTH118
        self._origins: dict[str, _Origin] = {}

    def origin(self, file: str) -> _Origin:
        """Say whose code a file holds."""
        if file not in self._origins:
            self._origins[file] = self._judge(file)
        return self._origins[file]

    def _judge(self, file: str) -> _Origin:
        if self._is_subject(file):
            return "subject"
        if file in self._passing or file.startswith("<"):
            return "passes"
        if file.startswith(self._torch):
            return "torch"
        if file.startswith(self._python) and "-packages" not in file:
            return "passes"
        return "other"

    def find(self, own: CodeType | None) -> tuple[int, str] | None:
        """Return the subject's line that asked for this, and how; None where another did.

        ``own`` is the code of the forbidden function itself, which is no helper of it. A function
        that the check gave to the subject is the check's, under ``strict`` as well.
        """
        frame: FrameType | None = self._outside(sys._getframe(1), own)
        helper = ""
        while frame is not None:
            code = frame.f_code
            origin = "passes" if code is own else self.origin(code.co_filename)
            if origin == "subject":
                return frame.f_lineno, f"{RUN_TIME}{helper}"
            if origin == "other" or (origin == "torch" and not self.strict):
                return None
            if origin == "torch" and code.co_filename != self._calling:
                helper = f" by {code.co_qualname}"  # in the end, what the subject itself called
            frame = frame.f_back
        return None

    def _outside(self, start: FrameType, own: CodeType | None) -> FrameType | None:
        frame: FrameType | None = start if own is not None else None
        while frame is not None and self.origin(frame.f_code.co_filename) in {"torch", "passes"}:
            if frame.f_code is own:
                return frame.f_back
            frame = frame.f_back
        return start

    def inherits(self, kind: type, forbidden: type) -> int | None:
        """Return the line of the subject's class through which ``kind`` is a ``forbidden`` one."""
        for base in itertools.takewhile(lambda base: base is not forbidden, kind.__mro__):
            if self.strict or forbidden in base.__bases__:
                line = self._definition(base)
                if line is not None:
                    return line
        return None

    def _definition(self, kind: type) -> int | None:
        """Return the line where the subject defines a class; None where it does not."""
        codes = [thing.__code__ for thing in vars(kind).values() if isinstance(thing, FunctionType)]
        lines = [code.co_firstlineno for code in codes if self._is_subject(code.co_filename)]
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        if not lines and not (file and self._is_subject(file)):
            return None
        try:
            return inspect.getsourcelines(kind)[1]
        except Exception:  # made by type(), or the source is gone or changed
            return min(lines, default=0)


class _Watch:
    """What is put into torch while the subject runs: a function mode, and stand-ins.

    A function mode sees nearly all functions and tensor methods, under any name. It sees no
    classes, and no Python function that does not ask whether it is overridden.
    """

    def __init__(self, names: _Names, stack: _Stack, broken: list[BrokenRule]) -> None:
        self._names = names
        self._stack = stack
        self._broken = broken
        self._active = False

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
        undo.enter_context(_mode(self))
        self._active = True

    def _stop(self) -> None:
        self._active = False  # for a stand-in that the subject has kept

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
            self._note(name, self._stack.find(self._names.code(name)))

    def _watch_class(self, name: str, kind: type, undo: ExitStack) -> None:
        import torch

        with suppress(TypeError):  # a class written in C takes no stand-in
            if issubclass(kind, torch.autograd.Function):  # nobody makes an instance of one
                _put(kind, "apply", classmethod(self._apply(name, kind)), undo)
            else:
                _put(kind, "__init__", self._init(name, kind), undo)

    def _init(self, name: str, kind: Any) -> Any:
        original = kind.__init__
        # object.__init__ takes arguments of nobody who has an __init__, as it now seems.
        bare = original is object.__init__ and kind.__new__ is not object.__new__

        @functools.wraps(original)
        def stand_in(instance: Any, *args: Any, **kwargs: Any) -> None:
            place = self._stack.find(None)
            if place is None:
                line = self._stack.inherits(type(instance), kind)
                place = None if line is None else (line, RUN_TIME)
            self._note(name, place)
            original(instance) if bare else original(instance, *args, **kwargs)

        return stand_in

    def _apply(self, name: str, kind: Any) -> Any:
        original = kind.apply.__func__

        @functools.wraps(original)
        def stand_in(function: Any, *args: Any, **kwargs: Any) -> Any:
            self._note(name, self._stack.find(None))
            return original(function, *args, **kwargs)

        return stand_in

    def _stand_in(self, name: str, function: FunctionType) -> Any:
        @functools.wraps(function)
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
    if not stand_ins:
        return
    for key, module in list(sys.modules.items()):
        if _is_torch(key) and isinstance(module, ModuleType):
            for name, thing in list(vars(module).items()):
                if id(thing) in stand_ins:
                    _put(module, name, stand_ins[id(thing)], undo)


def _asks(function: FunctionType) -> bool:
    """Say whether a function of torch asks for overrides, and so is seen by a function mode."""
    return not set(_TORCH_QUESTIONS).isdisjoint(function.__code__.co_names)


def _mode(watcher: _Watch) -> TorchFunctionMode:
    """Make the function mode that tells ``watcher`` what is called."""
    import torch
    from torch.overrides import TorchFunctionMode, handle_torch_function

    class Watching(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            if torch.compiler.is_compiling():  # torch.compile cannot look into a call stack
                return func(*args, **kwargs)
            watcher.met(func)
            # Where C code asked, the mode stays off: TensorBase.unflatten asks in the name of
            # Tensor.unflatten, a Python function, which has called it and would do so again.
            asker = sys._getframe(1).f_code
            if not isinstance(func, FunctionType) or asker is not handle_torch_function.__code__:
                return func(*args, **kwargs)
            with _resumed(self, func.__globals__):
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
_SHORT = (("torch.nn.functional.", "F."), ("torch.nn.", "nn."), ("torch.Tensor.", "Tensor."))


def message(broken: Sequence[BrokenRule], file: str) -> tuple[str, ...]:
    """Say which rules were broken and where, each name once, each line once."""
    places: dict[str, dict[int, BrokenRule]] = {}
    # What the source says is told before what was seen of it at run time.
    for rule in sorted(broken, key=lambda rule: rule.how.startswith(RUN_TIME)):
        places.setdefault(rule.name, {}).setdefault(rule.line, rule)
    lines: list[str] = []
    for name, at in places.items():
        lines.append(f"The rule: without {name}.")
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
