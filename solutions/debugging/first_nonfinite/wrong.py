import copy

import torch

from pytest_torchkata.checks import wrong


def finite(value):
    if isinstance(value, torch.Tensor):
        return bool(torch.isfinite(value).all())
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    if isinstance(value, (tuple, list)):
        return all(map(finite, value))
    return True


def blamed(model, inputs, finite=finite, before=finite):
    """Return the names of the modules to blame, in the order in which they finish."""
    names = []
    for name, module in model.named_modules():

        def hook(module, args, output, name=name):
            if before(args) and not finite(output):
                names.append(name)

        module.register_forward_hook(hook)
    with torch.no_grad():
        model(*inputs)
    return names


def searching(finite=finite, before=finite, pick=lambda names, model: names[0], copying=True):
    """Return a first_nonfinite with one thing done otherwise."""

    def first_nonfinite(model, *inputs):
        if not before(inputs):
            return "input"
        copied = copy.deepcopy(model) if copying else model
        with torch.random.fork_rng():
            names = blamed(copied, inputs, finite, before)
        return pick(names, copied) if names else None

    return first_nonfinite


@wrong("check_leaf")
class BlamesTheContainer:
    """This is the outermost module. Every container around the culprit has a bad output as well, but the
    innermost one has made it.
    """

    first_nonfinite = searching(pick=lambda names, model: names[-1])


@wrong("check_leaf")
class BlamesTheTopLevel:
    """Only the direct submodules of the model are looked at. The culprit can be deeper, and has a dotted
    name then.
    """

    def first_nonfinite(model, *inputs):
        if not finite(inputs):
            return "input"
        model = copy.deepcopy(model)
        names = []
        for name, module in model.named_children():
            module.register_forward_hook(
                lambda module, args, output, name=name: (
                    names.append(name) if finite(args) and not finite(output) else None
                )
            )
        with torch.no_grad(), torch.random.fork_rng():
            good = finite(model(*inputs))
        return names[0] if names else None if good else ""


@wrong("check_order")
class RegistrationOrder:
    """This goes by the order in which the modules were registered. They may run in any other order."""

    first_nonfinite = searching(
        pick=lambda names, model: next((n for n, _ in model.named_modules() if n in names and n), names[0])
    )


@wrong("check_leaf")
class NanOnly:
    """Only NaN is looked for. An infinity is where many a NaN comes from, and the module that made it is
    the one to blame.
    """

    first_nonfinite = searching(
        finite=lambda value: _no(torch.isnan, value), before=lambda v: _no(torch.isnan, v)
    )


def _no(test, value):
    if isinstance(value, torch.Tensor):
        return not test(value).any()
    values = value.values() if isinstance(value, dict) else value
    return all(_no(test, each) for each in values) if isinstance(value, (dict, tuple, list)) else True


@wrong("check_finite")
class SumIsFinite:
    """The sum is asked in the place of the elements. It can overflow although all of them are finite."""

    def first_nonfinite(model, *inputs):
        def finite(value):
            if isinstance(value, torch.Tensor):
                return bool(value.sum().isfinite())
            values = value.values() if isinstance(value, dict) else value
            return all(map(finite, values)) if isinstance(value, (dict, tuple, list)) else True

        return searching(finite=finite, before=finite)(model, *inputs)


@wrong("check_own_arithmetic")
class BlamesWhoPassesItOn:
    """The inputs of a module are not looked at. A module that only passes on what it got is blamed before
    the container that made it.
    """

    def first_nonfinite(model, *inputs):
        if not finite(inputs):
            return "input"
        with torch.random.fork_rng():
            names = blamed(copy.deepcopy(model), inputs, before=lambda value: True)
        return names[0] if names else None


@wrong("check_own_arithmetic")
class LeavesOnly:
    """Only modules without submodules are looked at. A container, or the model itself, computes too."""

    def first_nonfinite(model, *inputs):
        if not finite(inputs):
            return "input"
        model = copy.deepcopy(model)
        names = []
        for name, module in model.named_modules():
            if not list(module.children()):
                module.register_forward_hook(
                    lambda module, args, output, name=name: (
                        names.append(name) if finite(args) and not finite(output) else None
                    )
                )
        with torch.no_grad(), torch.random.fork_rng():
            model(*inputs)
        return names[0] if names else None


@wrong("check_own_arithmetic")
class EmptyNameIsNone:
    """The empty name of the model itself counts as false, so None comes out. Ask whether there is a name,
    not whether it is true.
    """

    first_nonfinite = searching(pick=lambda names, model: names[0] or None)


@wrong("check_input")
class InputsNotLookedAt:
    """The inputs of the model are not looked at first. If they are bad, no module is to blame."""

    def first_nonfinite(model, *inputs):
        with torch.random.fork_rng():
            names = blamed(copy.deepcopy(model), inputs)
        return names[0] if names else None


@wrong("check_input")
class FirstInputOnly:
    """Only the first input is looked at. The model may take several."""

    def first_nonfinite(model, *inputs):
        if not finite(inputs[0]):
            return "input"
        with torch.random.fork_rng():
            names = blamed(copy.deepcopy(model), inputs)
        return names[0] if names else None


@wrong("check_removed_again")
class LooksAtTheOutputFirst:
    """The search only starts if the model's output is bad. A NaN can get lost on the way, and does its harm
    all the same.
    """

    def first_nonfinite(model, *inputs):
        if not finite(inputs):
            return "input"
        with torch.no_grad(), torch.random.fork_rng():
            if finite(copy.deepcopy(model)(*inputs)):
                return None
        return searching()(model, *inputs)


@wrong("check_structures")
class TensorsOnly:
    """Outputs that are no tensors are passed over. A bad tensor inside a tuple or a dict goes unnoticed."""

    first_nonfinite = searching(
        finite=lambda value: finite(value) if isinstance(value, torch.Tensor) else True
    )


@wrong("check_structures", shows="exception")
class EveryOutputIsATensor:
    """Every output is taken for a tensor. Modules return tuples and dicts as well."""

    first_nonfinite = searching(finite=lambda value: bool(torch.isfinite(value).all()))


@wrong("check_structures")
class ForgetsDicts:
    """Tuples are looked into, but dicts are not."""

    first_nonfinite = searching(finite=lambda value: isinstance(value, dict) or finite(value))


@wrong("check_runs_twice")
class FirstRunOnly:
    """A module is looked at in its first run only. It may run again, on other inputs."""

    def first_nonfinite(model, *inputs):
        if not finite(inputs):
            return "input"
        model = copy.deepcopy(model)
        seen, names = set(), []
        for name, module in model.named_modules():

            def hook(module, args, output, name=name):
                if name not in seen and finite(args) and not finite(output):
                    names.append(name)
                seen.add(name)

            module.register_forward_hook(hook)
        with torch.no_grad(), torch.random.fork_rng():
            model(*inputs)
        return names[0] if names else None


@wrong("check_modes")
class InEvalMode:
    """The model is searched in eval mode, which protects the running statistics. But it is another model
    then, and the NaN may be one of the training.
    """

    def first_nonfinite(model, *inputs):
        return searching()(copy.deepcopy(model).eval(), *inputs)


@wrong("check_modes")
class InTrainMode:
    """The model is searched in train mode. The NaN may be one of the evaluation, or of a submodule that is
    kept in eval mode.
    """

    def first_nonfinite(model, *inputs):
        return searching()(copy.deepcopy(model).train(), *inputs)


@wrong("check_modes")
class WithGradients:
    """The search runs with gradients on, and builds a graph that nobody needs."""

    def first_nonfinite(model, *inputs):
        if not finite(inputs):
            return "input"
        model = copy.deepcopy(model)
        names = []
        for name, module in model.named_modules():
            module.register_forward_hook(
                lambda module, args, output, name=name: (
                    names.append(name) if finite(args) and not finite(output) else None
                )
            )
        with torch.random.fork_rng():
            model(*inputs)
        return names[0] if names else None


@wrong("check_left_as_it_was")
class HooksStay:
    """The hooks stay on the model, and look at every forward pass from now on."""

    def first_nonfinite(model, *inputs):
        state = copy.deepcopy(model.state_dict())
        try:
            return searching(copying=False)(model, *inputs)
        finally:
            model.load_state_dict(state)


def on_the_model(model, inputs, in_finally):
    """Search on the model itself, and take the hooks away: after the run, or in any case."""
    if not finite(inputs):
        return "input"
    names, handles = [], []
    for name, module in model.named_modules():
        handles.append(
            module.register_forward_hook(
                lambda module, args, output, name=name: (
                    names.append(name) if finite(args) and not finite(output) else None
                )
            )
        )
    try:
        with torch.no_grad(), torch.random.fork_rng():
            model(*inputs)
    except BaseException:
        if not in_finally:
            handles.clear()
        raise
    finally:
        for handle in handles:
            handle.remove()
    return names[0] if names else None


@wrong("check_left_as_it_was")
class HooksStayAfterAnException:
    """The hooks are taken away after the run, but not if the model raises in it."""

    def first_nonfinite(model, *inputs):
        state = copy.deepcopy(model.state_dict())
        try:
            return on_the_model(model, inputs, in_finally=False)
        finally:
            model.load_state_dict(state)


@wrong("check_left_as_it_was")
class BatchNormLearnsFromTheSearch:
    """The run is one of the training for batch norm: its running statistics have moved."""

    def first_nonfinite(model, *inputs):
        return on_the_model(model, inputs, in_finally=True)


@wrong("check_left_as_it_was")
class RandomStateMoves:
    """Dropout has drawn random numbers. Whatever is drawn next is not what it would have been without the
    search.
    """

    def first_nonfinite(model, *inputs):
        if not finite(inputs):
            return "input"
        names = blamed(copy.deepcopy(model), inputs)
        return names[0] if names else None


@wrong("check_left_as_it_was")
class SwallowsTheException:
    """An exception of the model is swallowed. It is news to the caller, who would otherwise take the model
    for a sound one.
    """

    def first_nonfinite(model, *inputs):
        try:
            return searching()(model, *inputs)
        except Exception:
            return None


@wrong("check_two_arguments")
class FirstArgumentOnly:
    """Of what a submodule gets, only the first argument is looked at. A NaN that comes in with another is
    then taken for its own.
    """

    def first_nonfinite(model, *inputs):
        if not finite(inputs):
            return "input"
        with torch.random.fork_rng():
            names = blamed(copy.deepcopy(model), inputs, before=lambda args: finite(args[0]))
        return names[0] if names else None


@wrong("check_runs_twice")
class LastRunOnly:
    """What is noted by name is overwritten by the next run of the same module. If that one is fine, the
    module is cleared of what it has done before.
    """

    def first_nonfinite(model, *inputs):
        if not finite(inputs):
            return "input"
        found, copied = {}, copy.deepcopy(model)
        for name, module in copied.named_modules():

            def hook(module, args, output, name=name):
                found[name] = finite(args) and not finite(output)

            module.register_forward_hook(hook)
        with torch.random.fork_rng(), torch.no_grad():
            copied(*inputs)
        return next((name for name, bad in found.items() if bad), None)


@wrong("check_order")
class LastOfTheConstructor:
    """All that are to blame are gathered, and the last of named_modules() among them is taken, as inner
    modules come after outer ones there. Beside each other, the first to finish counts.
    """

    first_nonfinite = searching(
        pick=lambda names, model: [name for name, _ in model.named_modules() if name in names][-1]
    )
