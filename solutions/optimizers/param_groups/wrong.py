from torch import nn

from pytest_torchkata.checks import wrong

from . import reference

NORMS = (nn.LayerNorm, nn.GroupNorm, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def split(parameters, decayed, weight_decay):
    """Return the two groups of (name, parameter)."""
    parameters = list(parameters)
    return [
        {"params": [p for n, p in parameters if decayed(n, p)], "weight_decay": weight_decay},
        {"params": [p for n, p in parameters if not decayed(n, p)], "weight_decay": 0.0},
    ]


def trainable(model):
    return [(n, p) for n, p in model.named_parameters() if p.requires_grad]


@wrong("check_groups")
class ByTheNameBias:
    """The name decides, and only that of biases. The scale of a normalization layer is called weight as
    well, so it is decayed.
    """

    def param_groups(model, weight_decay):
        return split(trainable(model), lambda n, p: not n.endswith("bias"), weight_decay)


@wrong("check_groups")
class BiasAnywhereInTheName:
    """Every parameter with "bias" somewhere in its name is left out, the name of a module around it
    included. And the scales of norms are decayed, whose name says nothing.
    """

    def param_groups(model, weight_decay):
        return split(trainable(model), lambda n, p: "bias" not in n, weight_decay)


@wrong("check_groups")
class ByTheNamesBiasAndNorm:
    """The names decide. Not every norm is called norm: think of bn, ln_1, or of a place in a Sequential,
    which is a number.
    """

    def param_groups(model, weight_decay):
        def decayed(name, p):
            return not name.endswith("bias") and "norm" not in name.lower()

        return split(trainable(model), decayed, weight_decay)


@wrong("check_bare_parameters")
class ByTheTypeOfTheModule:
    """The parameters are collected module by module, from layers that are known. What a module has
    without such a layer, a scale or a table of positions, is in no group and is never trained.
    """

    def param_groups(model, weight_decay):
        decayed, rest, seen = [], [], set()
        for module in model.modules():
            for name, p in module.named_parameters(recurse=False):
                if not p.requires_grad or id(p) in seen:
                    continue
                seen.add(id(p))
                if name == "bias" or isinstance(module, NORMS):
                    rest.append(p)
                elif isinstance(module, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Embedding)):
                    decayed.append(p)
        return [
            {"params": decayed, "weight_decay": weight_decay},
            {"params": rest, "weight_decay": 0.0},
        ]


@wrong("check_bare_parameters")
class OnlyTheKnownAreSpared:
    """Biases and the parameters of known norms are left out, and everything else is decayed. A scale of
    one dimension, or a single number, is decayed with it.
    """

    def param_groups(model, weight_decay):
        spared = {
            id(p)
            for module in model.modules()
            for name, p in module.named_parameters(recurse=False)
            if name == "bias" or isinstance(module, NORMS)
        }
        return split(trainable(model), lambda n, p: id(p) not in spared, weight_decay)


@wrong("check_bare_parameters")
class OnlyVectorsAreSpared:
    """Parameters of exactly one dimension are left out of the decay. A single number has none, and
    belongs to them.
    """

    def param_groups(model, weight_decay):
        return split(trainable(model), lambda n, p: p.dim() != 1, weight_decay)


@wrong("check_groups")
class OnlyMatricesAreDecayed:
    """Parameters of exactly two dimensions are decayed. The kernels of convolutions have three or more."""

    def param_groups(model, weight_decay):
        return split(trainable(model), lambda n, p: p.dim() == 2, weight_decay)


@wrong("check_groups")
class TheWrongWayRound:
    """The groups are swapped: the second one is without decay, for biases and norms."""

    def param_groups(model, weight_decay):
        return reference.param_groups(model, weight_decay)[::-1]


@wrong("check_groups")
class NoDecayMissing:
    """The second group says nothing about its decay. It then gets the optimizer's default, which is not
    0 where somebody has set it, nor in AdamW.
    """

    def param_groups(model, weight_decay):
        decayed, rest = reference.param_groups(model, weight_decay)
        return [decayed, {"params": rest["params"]}]


@wrong("check_groups")
class DecayOfBoth:
    """Both groups have the given decay, so that the grouping changes nothing."""

    def param_groups(model, weight_decay):
        decayed, rest = reference.param_groups(model, weight_decay)
        return [decayed, {"params": rest["params"], "weight_decay": weight_decay}]


@wrong("check_groups")
class DecayInTheCode:
    """The decay is a number in the code. It is an argument."""

    def param_groups(model, weight_decay):
        return reference.param_groups(model, 0.01)


@wrong("check_groups")
class OnlyTheTopLevel:
    """Only the parameters of the model itself are looked at. Most belong to modules inside of it, and
    these inside of others.
    """

    def param_groups(model, weight_decay):
        found = [(n, p) for n, p in model.named_parameters(recurse=False) if p.requires_grad]
        return split(found, lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_groups")
class OnlyTheChildren:
    """Only the children of the model are looked at. Modules may be inside of others, at any depth."""

    def param_groups(model, weight_decay):
        found = [
            (n, p)
            for child in model.children()
            for n, p in child.named_parameters(recurse=False)
            if p.requires_grad
        ]
        return split(found, lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_groups")
class SortedByName:
    """The parameters are sorted by name. They keep the order of model.parameters(), by which the state
    of an optimizer is saved and loaded.
    """

    def param_groups(model, weight_decay):
        return split(sorted(trainable(model)), lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_frozen")
class FrozenIncluded:
    """Frozen parameters are in the groups as well. As soon as one has a gradient, even of zeros, it
    decays.
    """

    def param_groups(model, weight_decay):
        return split(model.named_parameters(), lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_frozen")
class FrozenAreNotDecayed:
    """Frozen parameters have landed in the group without decay. They belong into neither: the optimizer
    need not know them.
    """

    def param_groups(model, weight_decay):
        return split(model.named_parameters(), lambda n, p: p.dim() >= 2 and p.requires_grad, weight_decay)


@wrong("check_shared")
class SharedTwice:
    """A shared parameter is listed for each of its places. The optimizer then warns and moves it twice
    in each step, or refuses it where the two are in different groups.
    """

    def param_groups(model, weight_decay):
        found = [(n, p) for n, p in model.named_parameters(remove_duplicate=False) if p.requires_grad]
        return split(found, lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_shared")
class SharedByModule:
    """The parameters are collected module by module. Each module is visited once, but a parameter that
    two of them share is found twice.
    """

    def param_groups(model, weight_decay):
        found = [
            (n, p)
            for module in model.modules()
            for n, p in module.named_parameters(recurse=False)
            if p.requires_grad
        ]
        return split(found, lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_shared")
class EqualIsNotTheSame:
    """Parameters are taken for shared if their shapes agree, or their values. Two parameters are the
    same only if they are one object.
    """

    def param_groups(model, weight_decay):
        found = list({tuple(p.shape): (n, p) for n, p in reversed(trainable(model))}.values())[::-1]
        return split(found, lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_groups")
class TheStateDict:
    """The entries of the state dict are not the parameters: they are detached from them, and buffers are
    among them. An optimizer has nothing to move there.
    """

    def param_groups(model, weight_decay):
        return split(model.state_dict().items(), lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_bare_parameters")
class BuffersIncluded:
    """Buffers are in the groups. They are saved with the model, but nobody trains them."""

    def param_groups(model, weight_decay):
        found = [*trainable(model), *model.named_buffers()]
        return split(found, lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_empty_groups")
class EmptyGroupsDropped:
    """A group without parameters is left out. Whoever sets something for the second group then finds
    none: there are always two.
    """

    def param_groups(model, weight_decay):
        return [g for g in reference.param_groups(model, weight_decay) if g["params"]]


@wrong("check_read_twice")
class Generators:
    """The groups hold generators, or filters. The first who reads them, for a count or a report, uses
    them up, and an optimizer made afterwards has nothing to train.
    """

    def param_groups(model, weight_decay):
        decayed, rest = reference.param_groups(model, weight_decay)
        return [
            {"params": (p for p in decayed["params"]), "weight_decay": weight_decay},
            {"params": (p for p in rest["params"]), "weight_decay": 0.0},
        ]


@wrong("check_groups")
class Copies:
    """The groups hold copies, not the parameters themselves. The optimizer moves the copies, and the
    model never changes.
    """

    def param_groups(model, weight_decay):
        found = [(n, nn.Parameter(p.detach().clone())) for n, p in trainable(model)]
        return split(found, lambda n, p: p.dim() >= 2, weight_decay)


@wrong("check_model_left")
class FreezesTheRest:
    """The parameters without decay are frozen on the way. They are to be trained, only not decayed."""

    def param_groups(model, weight_decay):
        groups = reference.param_groups(model, weight_decay)
        for p in groups[1]["params"]:
            p.requires_grad_(False)
        return groups


@wrong("check_bare_parameters")
class BiasesOfAnyShape:
    """Whatever is called bias is left out, a matrix too, such as the table of biases that some attention
    layers add to their scores. The number of dimensions decides, and not the name.
    """

    def param_groups(model, weight_decay):
        return split(trainable(model), lambda n, p: p.dim() >= 2 and not n.endswith(".bias"), weight_decay)


@wrong("check_bare_parameters")
class WithoutDimensionsOfOne:
    """Dimensions of size 1 are not counted, and so the weight of a layer with one output is not decayed. It
    has two dimensions like every other weight matrix.
    """

    def param_groups(model, weight_decay):
        return split(trainable(model), lambda n, p: p.squeeze().dim() >= 2, weight_decay)
