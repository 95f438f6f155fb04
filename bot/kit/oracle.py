"""What most checks do: ask for several calls at once, and compare each with an oracle.

An oracle is the judge's own way to the right answer, written in float64 terms: it is run on the
inputs as they are and once more in float64, and the difference says how exact an answer can be.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import torch
from torch import Tensor

from bot.kit.expect import expect_close, expect_equal, expect_number, fail
from bot.kit.solution import Remote, Solution
from bot.wire.values import Value

Target: TypeAlias = Solution | Remote
"""What has the function that is called: the learner's module, or something that stays there."""

Oracle: TypeAlias = Callable[..., Value]
"""Takes the arguments of a call, and returns what is right."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to ask for.

    Attributes:
        args: Its arguments.
        kwargs: Those that are given by name.
        when: The case in a few words, for messages: ``"with smoothing=0.1"``.
    """

    args: Sequence[Value]
    kwargs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    when: str = ""

    def right(self, oracle: Oracle) -> Value:
        """What an oracle says of it."""
        return oracle(*self.args, **self.kwargs)

    def exact(self, oracle: Oracle) -> Value:
        """What an oracle says of it in float64."""
        return _in_float64(self).right(oracle)

    def shown(self) -> Value:
        """Its arguments as a learner can read them."""
        return {"arguments": tuple(self.args), **self.kwargs}

    def message(self, what: str) -> str:
        """A message that begins with the case."""
        return f"{self.when}, {what}" if self.when else what


def answers(target: Target, path: str, calls: Sequence[Call]) -> list[Value]:
    """Ask for all of them in one message; what came back, in their order.

    Raises:
        SolutionRaised: One of them raised.
    """
    made = [target.call_there(path, *call.args, **call.kwargs) for call in calls]
    return target.connection.fetch_all(made)


def expect_answers(  # noqa: PLR0913  # what is asked, what is right, and how it is said
    target: Target,
    path: str,
    calls: Sequence[Call],
    oracle: Oracle,
    what: str = "the result is off",
    *,
    factor: float = 16.0,
    scale: float = 0.0,
) -> None:
    """Fail unless each of several calls gives what an oracle gives.

    Args:
        target: The solution, or something that stays there.
        path: The function, class or method; "" for the thing itself.
        calls: What to ask; all of it travels in one message.
        oracle: The judge's own way to the answer.
        what: What was looked at, after the words of the case.
        factor: As in `expect_close`.
        scale: As in `expect_number`.

    Raises:
        CheckFailed: One differs, and the message says in which case and where.
        SolutionRaised: One raised.
    """
    for seen, call in zip(answers(target, path, calls), calls, strict=True):
        message, right = call.message(what), call.right(oracle)
        expect_alike(
            seen,
            right,
            message,
            exact=call.exact(oracle),
            factor=factor,
            scale=scale,
            example=call.shown(),
        )


def expect_gradients(  # noqa: PLR0913  # as above, and for which arguments
    target: Target,
    path: str,
    calls: Sequence[Call],
    oracle: Oracle,
    *,
    wrt: Sequence[int] = (0,),
    what: str = "the gradient of argument {place} is off",
    factor: float = 16.0,
) -> None:
    """Fail unless the gradients that reach the arguments are those of an oracle.

    The answer is multiplied with fixed numbers of differing sizes before it goes backward, so that
    no two of its elements count alike.

    Args:
        target: The solution, or something that stays there.
        path: The function, class or method; "" for the thing itself.
        calls: What to ask; each has to give one tensor of floating point numbers.
        oracle: The judge's own way to the answer, differentiable.
        wrt: Places of the arguments that gradients are looked at of.
        what: What was looked at; ``{place}`` becomes the argument's place, from 1.
        factor: As in `expect_close`.

    Raises:
        CheckFailed: One differs.
        SolutionRaised: The learner's code raised.
    """
    asked = [_asked_with_leaves(target, path, call, wrt) for call in calls]
    attached = target.connection.fetch_all([answer for answer, _ in asked], "requires_grad")
    for call, (answer, _), flows in zip(calls, asked, attached, strict=True):
        if flows is not True:
            fail(call.message("no gradient flows back from the result"), example=call.shown())
        answer.call_there("backward", _weights(cast("Tensor", call.right(oracle))))
    given = [leaf for _, leaves in asked for leaf in leaves]
    found = iter(target.connection.fetch_all(given, "grad"))
    for call in calls:
        rights = _gradients(call, oracle, wrt)
        exacts = _gradients(_in_float64(call), oracle, wrt)
        for place, right, exact in zip(wrt, rights, exacts, strict=True):
            message = call.message(what.format(place=place + 1))
            seen = next(found)
            if seen is None:
                fail(f"{message}: there is none", example=call.shown())
            expect_close(seen, right, message, exact=exact, factor=factor, example=call.shown())


def expect_alike(  # noqa: PLR0913  # a comparison and how it is said
    seen: Value,
    wanted: Value,
    message: str,
    *,
    exact: Value = None,
    factor: float = 16.0,
    scale: float = 0.0,
    example: Value = None,
) -> None:
    """Fail unless two values agree part by part: numbers and tensors nearly, all else exactly.

    Args:
        seen: What came back.
        wanted: What it should be: numbers, texts, tensors, and lists, tuples and dicts of these.
        message: What was looked at.
        exact: The same in float64.
        factor: As in `expect_close`.
        scale: As in `expect_number`.
        example: The input that shows it.

    Raises:
        CheckFailed: They do not agree.
    """
    exact = wanted if exact is None else exact
    if isinstance(wanted, Tensor) and wanted.is_floating_point():
        expect_close(seen, wanted, message, exact=exact, factor=factor, example=example)
    elif type(wanted) is float:
        expect_number(seen, wanted, message, factor=factor, scale=scale, example=example)
    elif isinstance(wanted, (list, tuple, dict)) and _same_frame(seen, wanted):
        for name, part in _parts(wanted):
            inner = f"{message}, at {name!r}"
            expect_alike(
                seen[name],
                part,
                inner,
                exact=exact[name],
                factor=factor,
                scale=scale,
                example=example,
            )
    else:
        expect_equal(seen, wanted, message, example=example)


def in_float64(value: Value) -> Value:
    """The same value with all its tensors of floating point numbers in float64."""
    if isinstance(value, Tensor):
        return value.double() if value.is_floating_point() else value
    if isinstance(value, (list, tuple)):
        parts = [in_float64(part) for part in cast("list[Value]", value)]
        return parts if isinstance(value, list) else tuple(parts)
    if isinstance(value, dict):
        return {key: in_float64(part) for key, part in cast("dict[str, Value]", value).items()}
    return value


def _asked_with_leaves(
    target: Target, path: str, call: Call, wrt: Sequence[int]
) -> tuple[Remote, list[Remote]]:
    """What a call answers, and its arguments at `wrt`, put there as leaves."""
    args = list(call.args)
    leaves = [target.connection.put_tensor(args[place], requires_grad=True) for place in wrt]
    for place, leaf in zip(wrt, leaves, strict=True):
        args[place] = leaf
    return target.call_there(path, *args, **call.kwargs), leaves


def _gradients(call: Call, oracle: Oracle, wrt: Sequence[int]) -> Sequence[Tensor]:
    args = list(call.args)
    for place in wrt:
        args[place] = cast("Tensor", args[place]).detach().clone().requires_grad_()
    answer = cast("Tensor", oracle(*args, **call.kwargs))
    grads = torch.autograd.grad(answer, [args[place] for place in wrt], _weights(answer))
    return [grad.detach() for grad in grads]


def _weights(answer: Tensor) -> Tensor:
    """Fixed numbers of an answer's shape and dtype, none of them like another."""
    places = torch.arange(1, answer.numel() + 1, dtype=torch.float64)
    return torch.sin(places * places).reshape(answer.shape).to(answer.dtype)


def _in_float64(call: Call) -> Call:
    kwargs = {name: in_float64(part) for name, part in call.kwargs.items()}
    return Call([in_float64(arg) for arg in call.args], kwargs, call.when)


def _same_frame(seen: Value, wanted: Value) -> bool:
    """Whether two values hold as many parts under the same names, in the same order."""
    if type(seen) is not type(wanted) or len(seen) != len(wanted):
        return False
    return not isinstance(wanted, dict) or list(seen) == list(cast("dict[str, Value]", wanted))


def _parts(value: Value) -> Iterator[tuple[Value, Value]]:
    if isinstance(value, dict):
        yield from cast("dict[Value, Value]", value).items()
    else:
        yield from enumerate(cast("Sequence[Value]", value))
