"""Stand-ins for what a learner's machine has and the sandbox has not.

Most of it stands beside the answer: a plot, a progress bar, an annotation, the rest of a notebook.
So an absent package may be imported and named, and at the top level called; only an answer that
needs it is told so. Where a file is ready for its absence (``try: import …``), it is absent.
"""

import ast
import builtins
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Self

from bot.wire.raised import KEYBOARD

SHOWING = frozenset(
    {"matplotlib", "seaborn", "plotly", "tqdm", "rich", "IPython", "ipywidgets"}
    | {"wandb", "tensorboard", "tensorboardX", "mlflow", "torchinfo", "torchsummary"}
)
"""Packages that show or log: what they are called for changes no answer, so nothing happens."""

PROGRESS = frozenset({"tqdm", "trange", "tqdm_notebook", "track", "progress_bar"})
"""What goes through its argument and shows how far it is."""


class NotInSandbox(ImportError):  # noqa: N818  # how it is called on the wire
    """The submission needs something that is not here.

    Attributes:
        names: Of packages, first the one that is needed; or `KEYBOARD`.
    """

    def __init__(self, *names: str) -> None:
        said = "nobody can type here" if KEYBOARD in names else f"{names[0]} is not in the sandbox"
        super().__init__(said)
        self.names = names


@dataclass
class Absent:
    """What one submission imports or calls that is not in the sandbox.

    Attributes:
        loading: Whether the top level is being run: nobody has asked for an answer yet.
        packages: Names of absent packages, in the order in which they were imported.
        starred: Those of which everything is imported, so that names are missing.
    """

    loading: bool = True
    packages: list[str] = field(default_factory=list[str])
    starred: list[str] = field(default_factory=list[str])
    _optional: frozenset[int] = frozenset()

    def builtins(self, tree: ast.Module) -> dict[str, Any]:
        """What the submission finds without an import, for its code alone.

        Args:
            tree: The submission.
        """
        self._optional = frozenset(_optional_lines(tree))
        return {
            **vars(builtins),
            "__import__": self.imported,
            "input": self.asked,
            "breakpoint": _nothing,
            "display": print,
            "get_ipython": StandIn("IPython.get_ipython", self),
        }

    def imported(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002  # as Python calls them
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> object:
        """Import something, or stand in for it. Raises what importing raises."""
        try:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        except (ImportError, KeyError) as error:
            package = _missing(error, name, level)
            if not package or _caller_line() in self._optional:
                raise
        self._note(package, starred="*" in (fromlist or ()))
        whole = f"{package}.{name.partition('.')[2]}" if fromlist and not level else package
        return StandIn(whole.rstrip("."), self)

    def asked(self, *_: object) -> NoReturn:
        """Answer ``input()``."""
        raise NotInSandbox(KEYBOARD)

    def needed(self, what: str) -> NotInSandbox:
        """The exception that says that an answer needs an absent package."""
        package = what.partition(".")[0] or what
        others = (name for name in self.packages if name not in SHOWING | {package})
        return NotInSandbox(package, *others)

    def _note(self, package: str, *, starred: bool) -> None:
        if package not in self.packages:
            self.packages.append(package)
        if starred and package not in self.starred:
            self.starred.append(package)


class StandIn:
    """In place of something that is not here: it may be named and passed on, but not used."""

    __module__ = "submission"

    def __init__(self, what: str, absent: Absent) -> None:
        vars(self).update(_what=what, _absent=absent)

    def __repr__(self) -> str:
        return f"<stand-in for {self._what}>"

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever was asked for
        if name == "__all__":
            return ()
        if name.startswith("__"):  # copying and looking into it: it has nothing of that
            raise AttributeError(name)
        return StandIn(f"{self._what}.{name}", self._absent)

    def __setattr__(self, name: str, value: object) -> None:
        """Settings of what is not here do not matter."""

    def __setitem__(self, key: object, value: object) -> None:
        """Neither do these."""

    def __getitem__(self, key: object) -> "StandIn":
        return self  # an annotation: ``Float[Tensor, "batch dim"]``

    def __or__(self, other: object) -> "StandIn":
        return self

    __ror__ = __or__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let exceptions through."""

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # whatever was asked for
        """Whatever it would be: nothing, where nobody has asked for an answer yet."""
        if len(args) == 1 and not kwargs and _is_own(args[0]):
            return args[0]  # a decorator
        if self._what.partition(".")[0] in SHOWING:
            return self._shown(args, kwargs)
        if self._absent.loading:
            return StandIn(self._what, self._absent)
        raise self.needed()

    def __mro_entries__(self, bases: object) -> tuple[type]:
        def refuse(*_: object, **__: object) -> NoReturn:
            raise self.needed()

        def accept(*_: object, **__: object) -> None: ...

        return (type("StandIn", (), {"__new__": refuse, "__init_subclass__": accept}),)

    @classmethod
    def __torch_function__(
        cls, func: object, types: object, args: Sequence[object] = (), kwargs: object = None
    ) -> NoReturn:
        for part in args:
            if isinstance(part, StandIn):
                raise part.needed()
        raise NotInSandbox("a package")

    def needed(self) -> NotInSandbox:
        """The exception that says so."""
        return self._absent.needed(self._what)

    def _shown(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> object:
        name = self._what.rpartition(".")[2]
        if name not in PROGRESS:
            return StandIn(self._what, self._absent)
        items = args[0] if args else kwargs.get("iterable", ())
        return _Bar(range(*args) if name == "trange" else items)


def _use(self: StandIn, *_: object) -> NoReturn:
    raise self.needed()


_USES = (
    *("iter", "len", "bool", "float", "int", "index", "contains", "array", "neg", "pow"),
    *("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "matmul", "rmatmul"),
    *("lt", "le", "gt", "ge"),
)
for _name in _USES:
    setattr(StandIn, f"__{_name}__", _use)


@dataclass
class _Bar:
    """What it is given is gone through, and no progress is shown."""

    items: Any

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let exceptions through."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing


def _nothing(*_: object, **__: object) -> None:
    pass


def _is_own(value: object) -> bool:
    return callable(value) and getattr(value, "__module__", "") == "submission"


def _caller_line() -> int:
    """The line that imports, two calls up."""
    frame = inspect.currentframe()
    for _ in range(2):
        frame = frame.f_back if frame else None
    return frame.f_lineno if frame else 0


def _missing(error: ImportError | KeyError, name: str, level: int) -> str:
    """The package that is absent; empty where something else is wrong, such as a misspelt name."""
    if level:
        return "." * level + name
    absent = isinstance(error, ModuleNotFoundError) and error.name
    return absent if absent and "." not in absent else ""


def _optional_lines(tree: ast.Module) -> Iterator[int]:
    """Lines of imports that a file can do without."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and node.handlers:
            for statement in node.body:
                if isinstance(statement, (ast.Import, ast.ImportFrom)):
                    yield from range(statement.lineno, (statement.end_lineno or 0) + 1)
