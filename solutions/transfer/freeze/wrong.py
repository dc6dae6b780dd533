import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_freeze")
class FlagOnTheModule:
    """module.requires_grad = False only gives the module an attribute that nobody reads. The flag is one of
    each parameter.
    """

    def freeze(module):
        module.requires_grad = False
        module.zero_grad()

    def unfreeze(module):
        module.requires_grad = True


@wrong("check_freeze")
class KeepsTheGradients:
    """The flag is off, but the gradients of the last backward pass are still there, and an optimizer goes
    by these: the frozen weights move on.
    """

    def freeze(module):
        for parameter in module.parameters():
            parameter.requires_grad = False


@wrong("check_freeze")
class GradientsToZero:
    """The gradients are set to zero, not dropped. Momentum and weight decay still move a parameter that has
    a gradient of zeros.
    """

    def freeze(module):
        module.requires_grad_(False)
        module.zero_grad(set_to_none=False)


@wrong("check_freeze")
class DirectParametersOnly:
    """Only the parameters of the module itself are frozen. Nearly all of them belong to its submodules."""

    def freeze(module):
        for parameter in module.parameters(recurse=False):
            parameter.requires_grad = False
            parameter.grad = None


@wrong("check_freeze")
class EvalMode:
    """eval switches dropout and batch norm over. It has nothing to do with gradients."""

    def freeze(module):
        module.eval()


@wrong("check_freeze")
class EvalModeToo:
    """The module is frozen, and put into eval mode as well. That may be wanted, but it is another
    decision: freezing was to change nothing else.
    """

    def freeze(module):
        reference.freeze(module)
        module.eval()


@wrong("check_unfreeze")
class UnfreezeTogglesTheFlag:
    """Every flag is turned round. What was trainable already is frozen now."""

    def unfreeze(module):
        for parameter in module.parameters():
            parameter.requires_grad = not parameter.requires_grad


@wrong("check_count")
class TrainableFirst:
    """The two numbers are in the other order: the total comes first."""

    def count_parameters(model):
        return reference.count_parameters(model)[::-1]


@wrong("check_count")
class SharedCountsTwice:
    """A shared parameter is counted once for each of its names. It exists once."""

    def count_parameters(model):
        named = [p for _, p in model.named_parameters(remove_duplicate=False)]
        return sum(p.numel() for p in named), sum(p.numel() for p in named if p.requires_grad)


@wrong("check_count")
class CountsTensors:
    """This counts parameter tensors. How large a model is, is a matter of their elements."""

    def count_parameters(model):
        parameters = list(model.parameters())
        return len(parameters), sum(p.requires_grad for p in parameters)


@wrong("check_count")
class CountsTheStateDict:
    """The state dict holds buffers as well, such as running statistics, and shared tensors twice."""

    def count_parameters(model):
        total = sum(tensor.numel() for tensor in model.state_dict().values())
        return total, reference.count_parameters(model)[1]


@wrong("check_count")
class FrozenInsteadOfTrainable:
    """The second number is how many elements are frozen. It is to be how many are trainable."""

    def count_parameters(model):
        total, trainable = reference.count_parameters(model)
        return total, total - trainable


def replacing(make, put=None):
    """Return a replace_head with one thing done otherwise."""

    def replace_head(model, name, num_classes):
        old = model.get_submodule(name)
        if not isinstance(old, nn.Linear):
            raise TypeError(name)
        new = make(old, num_classes)
        if put is not None:
            put(model, name, new)
        else:
            model.set_submodule(name, new)
        return new

    return replace_head


def like(old, n, **changes):
    options = {"bias": old.bias is not None, "dtype": old.weight.dtype, "device": old.weight.device}
    return nn.Linear(old.in_features, n, **options | changes).train(old.training)


def frozen_alike(old, n):
    return like(old, n).requires_grad_(old.weight.requires_grad)


def resized(old, n):
    old.out_features = n
    return old


def same_weights(old, n):
    new = like(old, n)
    with torch.no_grad():
        rows = min(n, old.out_features)
        new.weight[:rows] = old.weight[:rows]
    return new


def zeroed(old, n):
    new = like(old, n)
    for parameter in new.parameters():
        nn.init.zeros_(parameter)
    return new


@wrong("check_trainable")
class HeadIsFrozenToo:
    """The new head is as frozen as the old one was. Then nothing is left that could be trained."""

    replace_head = replacing(frozen_alike)


@wrong("check_trainable")
class UnfreezesEverything:
    """All of the model has become trainable, and not only the head."""

    def replace_head(model, name, num_classes):
        new = reference.replace_head(model, name, num_classes)
        model.requires_grad_(True)
        return new


@wrong("check_nested")
class DottedNameToSetattr:
    """setattr does not follow dots. The model has got one more submodule, with a dot in its name, and the
    old head is where it was: find the parent first.
    """

    replace_head = replacing(like, put=lambda model, name, new: setattr(model, name, new))


@wrong("check_nested")
class PutsItAtTheTop:
    """The new layer is put on the model itself, under the last part of the name. The old one stays where it
    was.
    """

    replace_head = replacing(like, put=lambda model, name, new: setattr(model, name.split(".")[-1], new))


@wrong("check_nested", shows="exception")
class TopLevelOnly:
    """The name is looked up on the model itself. With a dot in it, it leads to a submodule of a submodule."""

    def replace_head(model, name, num_classes):
        old = getattr(model, name)
        if not isinstance(old, nn.Linear):
            raise TypeError(name)
        setattr(model, name, like(old, num_classes))
        return getattr(model, name)


@wrong("check_head", shows="exception")
class FixedInputWidth:
    """The input width is written down as that of some well-known model. The old head knows it."""

    replace_head = replacing(lambda old, n: nn.Linear(512, n).to(old.weight).train(old.training))


@wrong("check_head")
class OutFeaturesOnly:
    """out_features is a number that was noted when the layer was made. The weight has the shape that it
    had: what is printed is new, and nothing else.
    """

    replace_head = replacing(resized)


@wrong("check_head")
class NotPutIntoTheModel:
    """The new layer is returned, but it is not in the model, which goes on with the old one."""

    replace_head = replacing(like, put=lambda model, name, new: None)


@wrong("check_alike")
class AlwaysWithBias:
    """The new head has a bias, though the old one had none."""

    replace_head = replacing(lambda old, n: like(old, n, bias=True))


@wrong("check_alike")
class DefaultDtype:
    """The new head has the default dtype. In a model of another one, the first forward pass fails."""

    replace_head = replacing(lambda old, n: like(old, n, dtype=torch.float32))


@wrong("check_alike")
class DefaultDevice:
    """The new head is on the CPU. On a model that has been moved, the first forward pass fails."""

    replace_head = replacing(lambda old, n: like(old, n, device="cpu"))


@wrong("check_alike")
class AlwaysInTrainMode:
    """A new module is in train mode, whatever mode the layer it replaces is in."""

    replace_head = replacing(lambda old, n: like(old, n).train())


@wrong("check_fresh")
class CopiesTheOldRows:
    """The weights of the old classes are copied. They belong to other classes; the new head starts afresh."""

    replace_head = replacing(same_weights)


@wrong("check_fresh")
class StartsAtZero:
    """The new head is set to zero. It was to start as nn.Linear initialises it."""

    replace_head = replacing(zeroed)


@wrong("check_refusals")
class ReplacesAnything:
    """Whatever has the name is replaced, as long as a width can be found in it. Only a linear layer is a
    head that this function understands.
    """

    def replace_head(model, name, num_classes):
        old = model.get_submodule(name)
        if not isinstance(old, nn.Linear):
            width = next(old.parameters()).shape[-1]
            model.set_submodule(name, nn.Linear(width, num_classes))
            return model.get_submodule(name)
        return reference.replace_head(model, name, num_classes)


@wrong("check_refusals")
class UnknownNameIsAKeyError:
    """The name is looked up in a dict of the modules, and a dict raises KeyError. AttributeError was asked
    for, as get_submodule raises it.
    """

    def replace_head(model, name, num_classes):
        dict(model.named_modules())[name]
        return reference.replace_head(model, name, num_classes)


@wrong("check_refusals")
class AnythingElseIsAnAttributeError:
    """What is no linear layer has no in_features, so AttributeError comes out. TypeError was asked for."""

    def replace_head(model, name, num_classes):
        _ = model.get_submodule(name).in_features
        return reference.replace_head(model, name, num_classes)


@wrong("check_refusals")
class AnythingWithInFeatures:
    """Whatever has in_features passes for a linear layer. A layer of somebody's own can have it too, and
    is no nn.Linear.
    """

    def replace_head(model, name, num_classes):
        old = model.get_submodule(name)
        if not hasattr(old, "in_features"):
            raise TypeError(name)
        model.set_submodule(name, like(old, num_classes))
        return model.get_submodule(name)


@wrong("check_refusals")
class ParametersAreFoundToo:
    """The name is followed with getattr, which finds parameters as well. So a name that is no submodule's
    gives TypeError, where AttributeError was asked for.
    """

    def replace_head(model, name, num_classes):
        found = model
        for part in name.split("."):
            found = getattr(found, part)
        if not isinstance(found, nn.Linear):
            raise TypeError(name)
        return reference.replace_head(model, name, num_classes)


@wrong("check_derived", shows="exception")
class ThisTypeOnly:
    """type(old) is compared with nn.Linear, so a class derived from it is refused. isinstance asks the
    right question.
    """

    def replace_head(model, name, num_classes):
        if type(model.get_submodule(name)) is not nn.Linear:
            raise TypeError(name)
        return reference.replace_head(model, name, num_classes)


def small_weights(old, n):
    new = like(old, n)
    nn.init.normal_(new.weight, std=0.01)
    return new


@wrong("check_fresh")
class SmallNormalWeights:
    """The weights are drawn again, from a normal distribution with a small deviation. They were to start as
    nn.Linear initialises them.
    """

    replace_head = replacing(small_weights)
