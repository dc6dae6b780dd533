import copy
import math

import torch

from pytest_torchkata.checks import wrong


def summary(output):
    return {
        "mean": output.mean().item(),
        "std": output.std().item() if output.numel() > 1 else 0.0,
        "zeros": (output == 0).float().mean().item(),
    }


def is_leaf(module):
    return not list(module.children())


def recording(summary=summary, wanted=is_leaf, what=lambda args, output: output, prepare=copy.deepcopy):
    """Return an activation_stats with one thing done otherwise."""

    def activation_stats(model, x):
        model = prepare(model)
        stats = {}
        for name, module in model.named_modules():
            if wanted(module):

                def hook(module, args, output, name=name):
                    stats[name] = summary(what(args, output))

                module.register_forward_hook(hook)
        with torch.no_grad():
            model(x)
        return stats

    return activation_stats


@wrong("check_nested")
class ContainersToo:
    """Containers are reported as well. Their output is that of the last layer in them, said twice."""

    activation_stats = recording(wanted=lambda module: True)


@wrong("check_nested")
class TopLevelOnly:
    """Only the direct submodules are looked at. Leaves lie deeper, and have dotted names."""

    def activation_stats(model, x):
        model = copy.deepcopy(model)
        stats = {}
        for name, module in model.named_children():
            module.register_forward_hook(
                lambda module, args, output, name=name: stats.__setitem__(name, summary(output))
            )
        with torch.no_grad():
            model(x)
        return stats


@wrong("check_nested")
class ClassNames:
    """The keys are names of classes. Two layers of the same class then share one entry."""

    def activation_stats(model, x):
        model = copy.deepcopy(model)
        stats = {}
        for module in model.modules():
            if is_leaf(module):
                module.register_forward_hook(
                    lambda module, args, output: stats.__setitem__(type(module).__name__, summary(output))
                )
        with torch.no_grad():
            model(x)
        return stats


@wrong("check_leaf")
class SkipsTheRoot:
    """The empty name is skipped. It is that of the model itself, which may be a leaf."""

    def activation_stats(model, x):
        return {name: one for name, one in recording()(model, x).items() if name}


@wrong("check_linear_layers")
class StatisticsOfTheInput:
    """These are the statistics of what goes into a layer. A forward hook gets the module, the inputs and
    the output, in this order.
    """

    activation_stats = recording(what=lambda args, output: args[0])


@wrong("check_linear_layers")
class BiasedDeviation:
    """The sum of squares is divided by n here. The unbiased one divides by n - 1, as torch does unless told
    otherwise.
    """

    activation_stats = recording(
        summary=lambda output: summary(output) | {"std": output.std(correction=0).item()}
    )


@wrong("check_linear_layers")
class Variance:
    """This is the variance. Its root is still to be taken."""

    activation_stats = recording(
        summary=lambda output: summary(output) | {"std": output.var().item() if output.numel() > 1 else 0.0}
    )


@wrong("check_linear_layers")
class CountOfZeros:
    """zeros is a count. What was asked for is a share, from 0 to 1."""

    activation_stats = recording(
        summary=lambda output: summary(output) | {"zeros": float((output == 0).sum().item())}
    )


@wrong("check_linear_layers")
class NearlyZeros:
    """Elements below zero, or close to it, are counted as zeros. Only those that are exactly zero count: a
    ReLU makes no others.
    """

    activation_stats = recording(
        summary=lambda output: summary(output) | {"zeros": (output <= 0).float().mean().item()}
    )


@wrong("check_linear_layers")
class MeanMagnitude:
    """mean is the average magnitude. The plain average may be negative, and shows a shift."""

    activation_stats = recording(
        summary=lambda output: summary(output) | {"mean": output.abs().mean().item()}
    )


@wrong("check_linear_layers")
class KeepsTensors:
    """The statistics are tensors. A report of plain floats can be printed, compared and saved, and keeps no
    memory of a device.
    """

    activation_stats = recording(
        summary=lambda output: {name: torch.tensor(value) for name, value in summary(output).items()}
    )


@wrong("check_one_element")
class NanForOneElement:
    """std divides by n - 1, and for one element that is 0 / 0. A layer with one output would be reported as
    exploding.
    """

    activation_stats = recording(summary=lambda output: summary(output) | {"std": output.std().item()})


@wrong("check_order")
class RegistrationOrder:
    """The layers come in the order in which they were registered. They may run in another."""

    def activation_stats(model, x):
        stats = recording()(model, x)
        return {name: stats[name] for name, _ in model.named_modules() if name in stats}


@wrong("check_order")
class OrderOfTheLastRun:
    """A layer that runs again has moved to the end. It keeps the place of its first run."""

    def activation_stats(model, x):
        model = copy.deepcopy(model)
        stats = {}
        for name, module in model.named_modules():
            if is_leaf(module):

                def hook(module, args, output, name=name):
                    stats.pop(name, None)
                    stats[name] = summary(output)

                module.register_forward_hook(hook)
        with torch.no_grad():
            model(x)
        return stats


@wrong("check_order")
class FirstRunCounts:
    """Of a layer that runs several times, the first run is reported. It is to be the last."""

    def activation_stats(model, x):
        model = copy.deepcopy(model)
        stats = {}
        for name, module in model.named_modules():
            if is_leaf(module):
                module.register_forward_hook(
                    lambda module, args, output, name=name: stats.setdefault(name, summary(output)) and None
                )
        with torch.no_grad():
            model(x)
        return stats


@wrong("check_two_names")
class EveryName:
    """A layer that is used under two names is reported under both. It is one layer: named_modules gives
    each once.
    """

    def activation_stats(model, x):
        model = copy.deepcopy(model)
        stats = {}
        for name, module in model.named_modules(remove_duplicate=False):
            if is_leaf(module):
                module.register_forward_hook(
                    lambda module, args, output, name=name: stats.__setitem__(name, summary(output))
                )
        with torch.no_grad():
            model(x)
        return stats


@wrong("check_in_place")
class ComputesAtTheEnd:
    """The outputs are kept, and the statistics computed after the run. By then a layer that works in place
    has changed what the layer before it returned.
    """

    def activation_stats(model, x):
        kept = recording(summary=lambda output: output)(model, x)
        return {name: summary(output) for name, output in kept.items()}


@wrong("check_left_as_it_was")
class InEvalMode:
    """The model is run in eval mode. Batch norm and dropout do something else there, and the trouble may be
    one of the training.
    """

    activation_stats = recording(prepare=lambda model: copy.deepcopy(model).eval())


def on_the_model(model, x, grad=False, remove=True):
    stats, handles = {}, []
    for name, module in model.named_modules():
        if is_leaf(module):
            handles.append(
                module.register_forward_hook(
                    lambda module, args, output, name=name: stats.__setitem__(name, summary(output))
                )
            )
    with torch.set_grad_enabled(grad):
        model(x)
    for handle in handles if remove else ():
        handle.remove()
    return stats


@wrong("check_left_as_it_was")
class BatchNormLearnsFromTheReport:
    """The run is one of the training for batch norm: its running statistics have moved."""

    def activation_stats(model, x):
        return on_the_model(model, x)


@wrong("check_left_as_it_was")
class HooksStay:
    """The hooks stay on the model. They slow every forward pass down, and the next report adds more."""

    def activation_stats(model, x):
        saved = copy.deepcopy(model.state_dict())
        stats = on_the_model(model, x, remove=False)
        model.load_state_dict(saved)
        return stats


@wrong("check_left_as_it_was")
class LeavesEvalMode:
    """The model is put into eval mode for the run, and stays there."""

    def activation_stats(model, x):
        model.eval()
        return on_the_model(model, x)


@wrong("check_left_as_it_was")
class WithGradients:
    """The run has gradients on, and builds a graph that nobody needs."""

    def activation_stats(model, x):
        return on_the_model(copy.deepcopy(model), x, grad=True)


def judged(
    stats, low, high, dead, strict=False, finite=math.isfinite, order=("exploding", "vanishing", "dead")
):
    found = {}
    for name, one in stats.items():
        holds = {
            "exploding": one["std"] > high or not finite(one["std"]),
            "vanishing": one["std"] < low,
            "dead": one["zeros"] > dead if strict else one["zeros"] >= dead,
        }
        first = next((what for what in order if holds[what]), None)
        if first is not None:
            found[name] = first
    return found


@wrong("check_diagnose")
class NanIsHealthy:
    """NaN is above no limit, and below none either, so a comparison never finds it. Ask for it."""

    def diagnose(stats, low=1e-3, high=1e3, dead=0.95):
        return judged(stats, low, high, dead, finite=lambda std: True)


@wrong("check_diagnose")
class DeadComesFirst:
    """A layer of nothing but zeros is called dead, though its std is below low. The first of the three that
    holds counts.
    """

    def diagnose(stats, low=1e-3, high=1e3, dead=0.95):
        return judged(stats, low, high, dead, order=("dead", "exploding", "vanishing"))


@wrong("check_diagnose")
class MoreThanDead:
    """A layer with exactly the share of zeros that dead names is left out. At least that much is dead."""

    def diagnose(stats, low=1e-3, high=1e3, dead=0.95):
        return judged(stats, low, high, dead, strict=True)


@wrong("check_diagnose")
class HealthyOnesToo:
    """Healthy layers are in the diagnosis as well. Only those in trouble are to be listed."""

    def diagnose(stats, low=1e-3, high=1e3, dead=0.95):
        return {
            name: judged({name: one}, low, high, dead).get(name, "healthy") for name, one in stats.items()
        }


@wrong("check_diagnose")
class JudgesTheMean:
    """The mean is compared with the limits. It says nothing of the spread: a healthy layer has a mean near
    zero.
    """

    def diagnose(stats, low=1e-3, high=1e3, dead=0.95):
        return judged({n: one | {"std": abs(one["mean"])} for n, one in stats.items()}, low, high, dead)


@wrong("check_limits")
class FixedLimits:
    """The limits are written into the function, and the arguments have no effect."""

    def diagnose(stats, low=1e-3, high=1e3, dead=0.95):
        return judged(stats, 1e-3, 1e3, 0.95)


@wrong("check_zeros")
class SmallIsZero:
    """What is smaller than 1e-6 is counted as zero. A layer whose signal is small, but there, seems dead:
    it is vanishing, which is something else.
    """

    activation_stats = recording(
        lambda output: summary(output) | {"zeros": (output.abs() < 1e-6).float().mean().item()}
    )


def std_of_sums(output):
    n = output.numel()
    variance = (output * output).mean() - output.mean() ** 2
    return (variance.clamp(min=0) * n / max(n - 1, 1)).sqrt().item()


@wrong("check_far_from_zero")
class MeanOfSquaresMinusSquareOfMean:
    """The variance is computed as the mean of the squares minus the square of the mean. Where the mean is
    large, two large numbers nearly cancel, and what is left is rounding.
    """

    activation_stats = recording(lambda output: summary(output) | {"std": std_of_sums(output)})
