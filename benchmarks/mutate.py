"""First-order mutants of small PyTorch source files: each differs from the original by one change.

The order, and so the ids, depend on nothing but the source text. Where possible only the changed
expression is put into the original text, so that comments and line numbers stay; the result is parsed
again and compared with the tree that was meant, and the whole file is unparsed where they differ.

Not mutated: docstrings and other strings, annotations, decorators, imports, ``raise`` statements,
messages of asserts, the contents of f-strings, and ``__all__``.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["OPERATORS", "Mutant", "mutants"]


@dataclass(frozen=True)
class Mutant:
    id: str
    lineno: int
    description: str
    source: str
    operator: str = ""


# --------------------------------------------------------------------------
# tables

OPERATORS = {
    "arith": "swap an arithmetic operator",
    "compare": "swap a comparison (boundary and negation)",
    "boolop": "and <-> or",
    "unary": "drop not / - / ~",
    "const": "change a number or flip a boolean",
    "dim": "change a dim/axis argument",
    "kwdel": "delete a keyword argument",
    "callrm": "drop a pass-through call or attribute: x.detach() -> x",
    "stmtdel": "delete a statement",
    "inplace": "in-place <-> out-of-place method",
    "nameswap": "max<->min, mean<->sum, train<->eval, sin<->cos, ...",
    "argswap": "swap the arguments of a two-argument call",
    "ifforce": "force a condition True/False",
    "slice": "move a slice bound by one",
    "retneg": "negate a returned value",
    "ctxrm": "drop a context manager such as torch.no_grad()",
}
_ORDER = {name: i for i, name in enumerate(OPERATORS)}

_ARITH = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_COMPARE = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}

# Names whose attributes are library functions rather than tensor methods.
_MODULES = {"torch", "F", "math", "np", "numpy", "nn", "jnp", "functools", "itertools", "random"}

# x.NAME(...) -> x
_PASS_METHODS = {
    "contiguous",
    "detach",
    "detach_",
    "clone",
    "float",
    "double",
    "half",
    "bfloat16",
    "long",
    "int",
    "bool",
    "to",
    "type",
    "type_as",
    "cpu",
    "cuda",
    "item",
    "requires_grad_",
    "transpose",
    "swapaxes",
    "swapdims",
    "movedim",
    "permute",
    "t",
    "sqrt",
    "rsqrt",
    "square",
    "abs",
    "exp",
    "log",
    "log1p",
    "expm1",
    "neg",
    "pow",
    "reciprocal",
    "sign",
    "round",
    "floor",
    "ceil",
    "view",
    "reshape",
    "flatten",
    "unflatten",
    "squeeze",
    "unsqueeze",
    "expand",
    "expand_as",
    "repeat",
    "repeat_interleave",
    "flip",
    "roll",
    "cumsum",
    "masked_fill",
    "masked_fill_",
    "clamp",
    "clamp_",
    "clamp_min",
    "clamp_max",
    "clip",
    "relu",
    "sigmoid",
    "tanh",
    "softmax",
    "log_softmax",
    "softplus",
    "tril",
    "triu",
    "add",
    "add_",
    "sub",
    "sub_",
    "mul",
    "mul_",
    "div",
    "div_",
    "addcmul_",
    "addcdiv_",
    "addcmul",
    "addcdiv",
    "lerp",
    "lerp_",
    "scatter",
    "scatter_",
    "index_add",
    "index_add_",
    "zero_",
    "fill_",
    "copy_",
    "nan_to_num",
    "values",
    "indices",
    "lower",
    "strip",
}
# torch.NAME(x, ...) -> x
_PASS_FUNCS = {
    "sqrt",
    "rsqrt",
    "square",
    "abs",
    "exp",
    "log",
    "log1p",
    "expm1",
    "neg",
    "pow",
    "round",
    "floor",
    "ceil",
    "clamp",
    "clip",
    "relu",
    "gelu",
    "silu",
    "elu",
    "sigmoid",
    "logsigmoid",
    "tanh",
    "erf",
    "softmax",
    "log_softmax",
    "softplus",
    "normalize",
    "dropout",
    "pad",
    "tril",
    "triu",
    "flatten",
    "masked_fill",
    "nan_to_num",
    "reciprocal",
    "transpose",
    "permute",
    "cumsum",
    "flip",
    "roll",
    "repeat_interleave",
}
# NAME(x) -> x for builtins
_PASS_BUILTINS = {"abs", "int", "float", "list", "tuple", "sorted", "reversed", "round", "set"}
_PASS_ATTRS = {"T", "mT", "H", "mH", "data"}

# called-name swaps (methods and module functions)
_SWAPS_BOTH = [
    ("max", "min"),
    ("amax", "amin"),
    ("argmax", "argmin"),
    ("maximum", "minimum"),
    ("mean", "sum"),
    ("var", "std"),
    ("train", "eval"),
    ("sin", "cos"),
    ("triu", "tril"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("rand", "randn"),
    ("rand_like", "randn_like"),
    ("any", "all"),
    ("floor", "ceil"),
    ("cumsum", "cumprod"),
]
_SWAPS = dict(_SWAPS_BOTH) | {b: a for a, b in _SWAPS_BOTH}
_BUILTIN_SWAPS = {"max": "min", "min": "max", "any": "all", "all": "any"}

# in-place names without an out-of-place twin that makes sense
_NO_TWIN = {
    "requires_grad_",
    "normal_",
    "uniform_",
    "trunc_normal_",
    "zero_",
    "fill_",
    "copy_",
    "bernoulli_",
    "random_",
    "exponential_",
    "share_memory_",
    "detach_",
    "apply_",
    "xavier_uniform_",
    "xavier_normal_",
    "kaiming_uniform_",
    "kaiming_normal_",
    "zeros_",
    "ones_",
    "constant_",
    "eye_",
    "orthogonal_",
}
_OUT_TO_IN = {
    "add",
    "sub",
    "mul",
    "div",
    "clamp",
    "clamp_min",
    "clamp_max",
    "masked_fill",
    "exp",
    "log",
    "sqrt",
    "rsqrt",
    "abs",
    "neg",
    "pow",
    "square",
    "relu",
    "sigmoid",
    "tanh",
    "round",
    "floor",
    "ceil",
    "scatter",
    "index_add",
    "index_copy",
    "lerp",
    "addcmul",
    "addcdiv",
    "tril",
    "triu",
    "cumsum",
}

_NO_ARGSWAP = {
    "max",
    "min",
    "maximum",
    "minimum",
    "add",
    "mul",
    "multiply",
    "allclose",
    "isclose",
    "equal",
    "eq",
    "ne",
    "transpose",
    "swapaxes",
    "swapdims",
    "isinstance",
    "issubclass",
    "getattr",
    "hasattr",
    "setattr",
    "super",
    "register_buffer",
    "register_parameter",
    "add_",
    "mul_",
    "hypot",
    "logaddexp",
    "dot",
    "gcd",
    "logical_and",
    "logical_or",
}

# positional dim arguments: method name -> positions (None = every position)
_DIM_METHOD = {
    "transpose": None,
    "permute": None,
    "swapaxes": None,
    "sum": (0,),
    "mean": (0,),
    "max": (0,),
    "min": (0,),
    "amax": (0,),
    "amin": (0,),
    "argmax": (0,),
    "argmin": (0,),
    "std": (0,),
    "var": (0,),
    "softmax": (0,),
    "log_softmax": (0,),
    "logsumexp": (0,),
    "unsqueeze": (0,),
    "squeeze": (0,),
    "size": (0,),
    "unfold": (0,),
    "flatten": None,
    "cumsum": (0,),
    "gather": (0,),
    "scatter": (0,),
    "scatter_": (0,),
    "index_select": (0,),
    "index_add": (0,),
    "index_add_": (0,),
    "chunk": (1,),
    "split": (1,),
    "topk": (1,),
    "sort": (0,),
    "norm": (1,),
    "prod": (0,),
    "any": (0,),
    "all": (0,),
    "flip": None,
    "movedim": None,
    "select": (0,),
    "narrow": (0,),
    "repeat_interleave": (1,),
    "unbind": (0,),
    "roll": (1,),
}
_DIM_KEYWORDS = {"dim", "axis", "dim0", "dim1", "dims", "start_dim", "end_dim"}


class _Site(NamedTuple):
    parent: ast.AST
    field: str
    index: int | None
    new: ast.AST
    operator: str
    description: str
    anchor: ast.AST  # gives the reported line
    span: ast.AST | None  # node whose text is replaced (None: unparse the file)


# --------------------------------------------------------------------------
# helpers


def _short(node: ast.AST, limit: int = 60) -> str:
    try:
        text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node)))
    except Exception:  # pragma: no cover - description only
        text = type(node).__name__
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _const(value) -> ast.expr:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=-value))
    return ast.Constant(value=value)


def _number(node: ast.AST):
    """Return the number that a literal (or a minus sign and a literal) stands for, else None."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and type(node.operand.value) in (int, float)
    ):
        return -node.operand.value
    return None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, (ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.ListComp)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
    )


def _called_name(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    if isinstance(call.func, ast.Name):
        return call.func.id
    return None


def _is_module(node: ast.AST) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in _MODULES


def _is_super_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _numeric_changes(value) -> list:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        if value == 0:
            return [1]
        if value == 1:
            return [0, 2]
        if value == -1:
            return [0, -2]
        return [value + 1] if value > 0 else [value - 1]
    if value == 0.0:
        return [1.0]
    return [value * 2]


def _dim_changes(value: int) -> list[int]:
    if value == -1:
        return [0, -2]
    if value < 0:
        return [-1, value - 1]
    if value == 0:
        return [1, -1]
    return [value - 1, value + 1]


# --------------------------------------------------------------------------
# finding the sites


class _Finder:
    """Walks a tree in source order and yields every applicable change."""

    def __init__(self, tree: ast.Module):
        self.tree = tree

    def run(self) -> Iterator[_Site]:
        yield from self._body(self.tree, "body")

    # ---- statements
    def _body(self, parent: ast.AST, field: str) -> Iterator[_Site]:
        stmts = getattr(parent, field)
        for i, stmt in enumerate(stmts):
            is_doc = (
                i == 0
                and field == "body"
                and isinstance(parent, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
                and isinstance(stmt, ast.Expr)
                and isinstance(stmt.value, ast.Constant)
                and isinstance(stmt.value.value, str)
            )
            if is_doc or isinstance(stmt, (ast.Import, ast.ImportFrom, ast.Raise, ast.Global, ast.Nonlocal)):
                continue
            if self._is_main_guard(stmt) or self._is_dunder_all(stmt):
                continue
            yield from self._stmt(parent, field, i, stmt)

    @staticmethod
    def _is_main_guard(stmt: ast.stmt) -> bool:
        return isinstance(stmt, ast.If) and "__name__" in _names(stmt.test)

    @staticmethod
    def _is_dunder_all(stmt: ast.stmt) -> bool:
        return (
            isinstance(stmt, ast.Assign)
            and len(stmt.targets) == 1
            and isinstance(stmt.targets[0], ast.Name)
            and stmt.targets[0].id == "__all__"
        )

    def _stmt(self, parent, field, i, stmt) -> Iterator[_Site]:
        if self._deletable(stmt):
            yield _Site(parent, field, i, ast.Pass(), "stmtdel", f"delete `{_short(stmt)}`", stmt, stmt)

        if isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef)):
            args = stmt.args
            for j, d in enumerate(args.defaults):
                yield from self._expr(args, "defaults", j, d)
            for j, d in enumerate(args.kw_defaults):
                if d is not None:
                    yield from self._expr(args, "kw_defaults", j, d)
            yield from self._body(stmt, "body")
        elif isinstance(stmt, ast.ClassDef):
            yield from self._body(stmt, "body")
        elif isinstance(stmt, ast.AugAssign):
            new_op = _ARITH.get(type(stmt.op))
            if new_op and not _is_text(stmt.value):
                new = ast.AugAssign(target=stmt.target, op=new_op(), value=stmt.value)
                yield _Site(
                    parent, field, i, new, "arith", f"`{_short(stmt)}` -> `{_short(new)}`", stmt, stmt
                )
            yield from self._children(stmt)
        elif isinstance(stmt, ast.AnnAssign):
            if stmt.value is not None:
                yield from self._expr(stmt, "value", None, stmt.value)
        elif isinstance(stmt, ast.Assert):
            yield from self._expr(stmt, "test", None, stmt.test)
        elif isinstance(stmt, ast.Return):
            yield from self._return(stmt)
            yield from self._children(stmt)
        elif isinstance(stmt, (ast.With, ast.AsyncWith)):
            if all(item.optional_vars is None for item in stmt.items):
                new = ast.If(test=ast.Constant(value=True), body=stmt.body, orelse=[])
                head = ", ".join(_short(item.context_expr, 40) for item in stmt.items)
                yield _Site(parent, field, i, new, "ctxrm", f"drop `with {head}`", stmt, None)
            for item in stmt.items:
                yield from self._expr(item, "context_expr", None, item.context_expr)
            yield from self._body(stmt, "body")
        elif isinstance(stmt, ast.If):
            yield from self._force(stmt, "test", None, stmt.test)
            yield from self._expr(stmt, "test", None, stmt.test)
            yield from self._body(stmt, "body")
            yield from self._body(stmt, "orelse")
        elif isinstance(stmt, ast.While):
            if not isinstance(stmt.test, ast.Constant):
                yield _Site(
                    stmt,
                    "test",
                    None,
                    ast.Constant(value=False),
                    "ifforce",
                    f"while `{_short(stmt.test)}` -> False",
                    stmt.test,
                    stmt.test,
                )
                yield from self._expr(stmt, "test", None, stmt.test)
            yield from self._body(stmt, "body")
            yield from self._body(stmt, "orelse")
        elif isinstance(stmt, (ast.For, ast.AsyncFor)):
            yield from self._expr(stmt, "iter", None, stmt.iter)
            yield from self._body(stmt, "body")
            yield from self._body(stmt, "orelse")
        elif isinstance(stmt, ast.Try):
            yield from self._body(stmt, "body")
            for h in stmt.handlers:
                yield from self._body(h, "body")
            yield from self._body(stmt, "orelse")
            yield from self._body(stmt, "finalbody")
        else:
            yield from self._children(stmt)

    @staticmethod
    def _deletable(stmt: ast.stmt) -> bool:
        if isinstance(stmt, ast.Expr):
            v = stmt.value
            return not isinstance(v, (ast.Constant, ast.Yield, ast.YieldFrom, ast.Await))
        if isinstance(stmt, ast.AugAssign):
            return True
        if isinstance(stmt, ast.AnnAssign):
            return stmt.value is not None and isinstance(stmt.target, (ast.Attribute, ast.Subscript))
        if isinstance(stmt, ast.Assign):
            if all(isinstance(t, (ast.Attribute, ast.Subscript)) for t in stmt.targets):
                return True
            # x = f(x): leaving x as it was
            if len(stmt.targets) == 1 and isinstance(stmt.targets[0], ast.Name):
                return stmt.targets[0].id in _names(stmt.value)
        return False

    def _return(self, stmt: ast.Return) -> Iterator[_Site]:
        value = stmt.value
        if value is None:
            return

        def negatable(e: ast.expr) -> bool:
            if _is_text(e) or isinstance(e, (ast.Constant, ast.Lambda, ast.Dict, ast.Set, ast.Starred)):
                return False
            return not (isinstance(e, ast.UnaryOp) and isinstance(e.op, ast.USub))

        if isinstance(value, ast.Tuple):
            for j, e in enumerate(value.elts):
                if negatable(e):
                    new = ast.UnaryOp(op=ast.USub(), operand=e)
                    yield _Site(
                        value, "elts", j, new, "retneg", f"return -({_short(e)}) at element {j}", stmt, e
                    )
        elif negatable(value):
            if isinstance(value, (ast.Compare, ast.BoolOp)) or (
                isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
            ):
                new = ast.UnaryOp(op=ast.Not(), operand=value)
            else:
                new = ast.UnaryOp(op=ast.USub(), operand=value)
            yield _Site(stmt, "value", None, new, "retneg", f"return `{_short(new)}`", stmt, value)

    def _force(self, parent, field, index, test) -> Iterator[_Site]:
        if isinstance(test, ast.Constant):
            return
        for flag in (True, False):
            yield _Site(
                parent,
                field,
                index,
                ast.Constant(value=flag),
                "ifforce",
                f"condition `{_short(test)}` -> {flag}",
                test,
                test,
            )

    # ---- expressions
    def _children(self, node: ast.AST) -> Iterator[_Site]:
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                yield from self._expr(node, field, None, value)
            elif isinstance(value, list):
                for j, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        yield from self._expr(node, field, j, item)
                    elif isinstance(item, ast.keyword):
                        yield from self._expr(item, "value", None, item.value)
                    elif isinstance(item, ast.comprehension):
                        yield from self._expr(item, "iter", None, item.iter)
                        for c, cond in enumerate(item.ifs):
                            yield from self._force(item, "ifs", c, cond)
                            yield from self._expr(item, "ifs", c, cond)

    def _expr(self, parent, field, index, node) -> Iterator[_Site]:
        if isinstance(node, ast.JoinedStr):
            return

        def site(new, op, desc=None, anchor=None):
            return _Site(
                parent,
                field,
                index,
                new,
                op,
                desc or f"`{_short(node)}` -> `{_short(new)}`",
                anchor or node,
                node,
            )

        # a signed literal is one unit
        value = _number(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield site(ast.Constant(value=not node.value), "const")
            return
        if value is not None:
            if isinstance(node, ast.UnaryOp):
                yield site(_const(-value), "unary")
            for v in _numeric_changes(value):
                yield site(_const(v), "const")
            return
        if isinstance(node, ast.Constant):
            return

        if isinstance(node, ast.BinOp):
            new_op = _ARITH.get(type(node.op))
            if new_op and not _is_text(node.left) and not _is_text(node.right):
                yield site(ast.BinOp(left=node.left, op=new_op(), right=node.right), "arith")
        elif isinstance(node, ast.Compare):
            for j, op in enumerate(node.ops):
                for new_op in _COMPARE[type(op)]:
                    ops = list(node.ops)
                    ops[j] = new_op()
                    yield site(ast.Compare(left=node.left, ops=ops, comparators=node.comparators), "compare")
        elif isinstance(node, ast.BoolOp):
            new_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield site(ast.BoolOp(op=new_op, values=node.values), "boolop")
        elif isinstance(node, ast.UnaryOp):
            if isinstance(node.op, (ast.Not, ast.USub, ast.Invert)):
                yield site(node.operand, "unary")
        elif isinstance(node, ast.IfExp):
            yield from self._force(node, "test", None, node.test)
        elif isinstance(node, ast.Attribute):
            if isinstance(node.ctx, ast.Load) and node.attr in _PASS_ATTRS and not _is_module(node.value):
                yield site(node.value, "callrm")
        elif isinstance(node, ast.Slice):
            yield from self._slice(node)
        elif isinstance(node, ast.Call):
            yield from self._call(parent, field, index, node)

        if isinstance(node, ast.Call):
            # the callee's own text is not an expression to mutate, its receiver is
            if isinstance(node.func, ast.Attribute):
                if not _is_super_call(node.func.value):
                    yield from self._expr(node.func, "value", None, node.func.value)
            elif not isinstance(node.func, ast.Name):
                yield from self._expr(node, "func", None, node.func)
            for j, a in enumerate(node.args):
                yield from self._expr(node, "args", j, a)
            for kw in node.keywords:
                yield from self._expr(kw, "value", None, kw.value)
        else:
            yield from self._children(node)

    def _slice(self, node: ast.Slice) -> Iterator[_Site]:
        for field in ("lower", "upper"):
            bound = getattr(node, field)
            if bound is None:
                continue
            value = _number(bound)
            if isinstance(value, int):
                news = [_const(value + 1), _const(value - 1)]
            elif value is None:
                news = [
                    ast.BinOp(left=bound, op=ast.Add(), right=ast.Constant(value=1)),
                    ast.BinOp(left=bound, op=ast.Sub(), right=ast.Constant(value=1)),
                ]
            else:
                continue
            for new in news:
                yield _Site(
                    node,
                    field,
                    None,
                    new,
                    "slice",
                    f"slice {field} `{_short(bound)}` -> `{_short(new)}`",
                    bound,
                    bound,
                )

    def _call(self, parent, field, index, node: ast.Call) -> Iterator[_Site]:
        name = _called_name(node)

        def site(new, op, desc=None):
            return _Site(
                parent, field, index, new, op, desc or f"`{_short(node)}` -> `{_short(new)}`", node, node
            )

        def rebuilt(func=None, args=None, keywords=None):
            return ast.Call(
                func=func or node.func,
                args=node.args if args is None else args,
                keywords=node.keywords if keywords is None else keywords,
            )

        is_method = isinstance(node.func, ast.Attribute)
        from_module = is_method and _is_module(node.func.value)
        is_stmt = isinstance(parent, ast.Expr)

        # pass-through removal
        if not is_stmt:
            if is_method and not from_module and name in _PASS_METHODS:
                if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "self"):
                    yield site(node.func.value, "callrm")
            elif is_method and from_module and name in _PASS_FUNCS and node.args:
                if not isinstance(node.args[0], ast.Starred):
                    yield site(node.args[0], "callrm")
            elif isinstance(node.func, ast.Name) and name in _PASS_BUILTINS and len(node.args) >= 1:  # noqa: SIM102
                if not _is_text(node.args[0]) and not isinstance(node.args[0], ast.Starred):
                    yield site(node.args[0], "callrm")
        elif is_method and not from_module and isinstance(node.func.value, ast.Call):  # noqa: SIM102
            # a chain of in-place calls as a statement: drop only the last link
            if name in _PASS_METHODS:
                yield site(node.func.value, "callrm")

        # name swaps
        if is_method and name in _SWAPS:
            new = rebuilt(func=ast.Attribute(value=node.func.value, attr=_SWAPS[name], ctx=ast.Load()))
            yield site(new, "nameswap", f"`{name}` -> `{_SWAPS[name]}` in `{_short(node)}`")
        elif isinstance(node.func, ast.Name) and name in _BUILTIN_SWAPS:
            new = rebuilt(func=ast.Name(id=_BUILTIN_SWAPS[name], ctx=ast.Load()))
            yield site(new, "nameswap", f"`{name}` -> `{_BUILTIN_SWAPS[name]}` in `{_short(node)}`")

        # in-place <-> out-of-place
        if is_method and not from_module and name:
            twin = None
            if name.endswith("_") and not name.startswith("_") and name not in _NO_TWIN:
                twin = name[:-1]
            elif name in _OUT_TO_IN:
                twin = name + "_"
            if twin:
                new = rebuilt(func=ast.Attribute(value=node.func.value, attr=twin, ctx=ast.Load()))
                yield site(new, "inplace", f"`{name}` -> `{twin}` in `{_short(node)}`")

        # keywords
        for j, kw in enumerate(node.keywords):
            if kw.arg is None:
                continue
            rest = node.keywords[:j] + node.keywords[j + 1 :]
            yield site(
                rebuilt(keywords=rest),
                "kwdel",
                f"drop `{kw.arg}={_short(kw.value, 30)}` from `{_short(node)}`",
            )
            if kw.arg in ("min", "max") and not any(
                k.arg == {"min": "max", "max": "min"}[kw.arg] for k in rest
            ):
                swapped = ast.keyword(arg={"min": "max", "max": "min"}[kw.arg], value=kw.value)
                yield site(
                    rebuilt(keywords=[*node.keywords[:j], swapped, *node.keywords[j + 1 :]]), "nameswap"
                )
            if kw.arg in _DIM_KEYWORDS:
                yield from self._dims(kw, "value", None, kw.value, node)

        # positional dims
        if is_method and name in _DIM_METHOD:
            offset = 1 if from_module else 0
            wanted = _DIM_METHOD[name]
            for j, arg in enumerate(node.args):
                pos = j - offset
                if pos < 0 or (wanted is not None and pos not in wanted):
                    continue
                yield from self._dims(node, "args", j, arg, node)
        elif is_method and from_module and name in ("cat", "stack", "concat") and len(node.args) == 2:
            yield from self._dims(node, "args", 1, node.args[1], node)

        # two-argument calls
        if (
            len(node.args) == 2
            and name not in _NO_ARGSWAP
            and not any(isinstance(a, ast.Starred) for a in node.args)
            and ast.dump(node.args[0]) != ast.dump(node.args[1])
        ):
            yield site(rebuilt(args=[node.args[1], node.args[0]]), "argswap")

    def _dims(self, parent, field, index, node, call) -> Iterator[_Site]:
        value = _number(node)
        if isinstance(value, int):
            for v in _dim_changes(value):
                yield _Site(
                    parent,
                    field,
                    index,
                    _const(v),
                    "dim",
                    f"dim {value} -> {v} in `{_short(call)}`",
                    node,
                    node,
                )


# --------------------------------------------------------------------------
# applying a site


def _get(site: _Site):
    value = getattr(site.parent, site.field)
    return value if site.index is None else value[site.index]


def _set(site: _Site, node) -> None:
    if site.index is None:
        setattr(site.parent, site.field, node)
    else:
        getattr(site.parent, site.field)[site.index] = node


_ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Pass, ast.AugAssign)


class _Text:
    """Byte-offset access to the original text."""

    def __init__(self, source: str):
        self.lines = source.encode("utf-8").splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.data = b"".join(self.lines)

    def replace(self, node: ast.AST, text: str) -> str:
        a = self.starts[node.lineno - 1] + node.col_offset
        b = self.starts[node.end_lineno - 1] + node.end_col_offset
        return (self.data[:a] + text.encode("utf-8") + self.data[b:]).decode("utf-8")


def _render(tree: ast.Module, text: _Text, site: _Site, want: str) -> str:
    """Return the mutated source; the tree already holds the change."""
    if site.span is not None and getattr(site.span, "end_lineno", None) is not None:
        new_text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(site.new)))
        tries = [new_text]
        if isinstance(site.new, ast.expr):
            tries = [new_text, f"({new_text})"]
            if not isinstance(site.new, _ATOMS) and not (isinstance(site.new, ast.Constant)):
                tries.reverse()
        for candidate in tries:
            try:
                out = text.replace(site.span, candidate)
                if ast.dump(ast.parse(out)) == want:
                    return out
            except (SyntaxError, ValueError):
                continue
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree))) + "\n"


def mutants(source: str) -> list[Mutant]:
    """All first-order mutants of `source`, in a fixed order, without duplicates."""
    tree = ast.parse(source)
    text = _Text(source)
    original = ast.dump(tree)
    sites = list(_Finder(tree).run())
    sites.sort(key=lambda s: (s.anchor.lineno, s.anchor.col_offset, _ORDER[s.operator]))
    seen = {original}
    out: list[Mutant] = []
    for site in sites:
        old = _get(site)
        _set(site, site.new)
        try:
            try:
                # parse(unparse()) normalises, so that equal programs compare equal
                want = ast.dump(ast.parse(ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree)))))
            except (SyntaxError, ValueError):
                continue
            if want in seen:
                continue
            seen.add(want)
            new_source = _render(tree, text, site, want)
        finally:
            _set(site, old)
        try:
            compile(new_source, "<mutant>", "exec")
        except (SyntaxError, ValueError):
            continue
        out.append(
            Mutant(
                id=f"m{len(out) + 1:03d}-{site.operator}",
                lineno=site.anchor.lineno,
                description=site.description,
                source=new_source,
                operator=site.operator,
            )
        )
    assert ast.dump(tree) == original
    return out
