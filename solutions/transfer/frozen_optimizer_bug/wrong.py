import torch

from pytest_torchkata.checks import wrong

from . import reference


def freeze(model):
    model.backbone.requires_grad_(False)


def unfreeze(model):
    model.backbone.requires_grad_(True)


@wrong("check_backbone_stays")
class AsItWas:
    """Both are still there: the optimizer holds the backbone and moves it by whatever gradients it carries,
    and a flag on the module unfreezes nothing.
    """

    def start_head_phase(model, lr, weight_decay):
        optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)
        for parameter in model.backbone.parameters():
            parameter.requires_grad = False
        return optimizer

    def start_full_phase(model, optimizer, backbone_lr):
        model.backbone.requires_grad = True
        optimizer.defaults["lr"] = backbone_lr


@wrong("check_backbone_stays")
class OptimizerOverEverything:
    """The optimizer is made of all parameters. It does not ask whether they are frozen: one that carries a
    gradient is moved by it, and by the weight decay even if the gradient is zero.
    """

    def start_head_phase(model, lr, weight_decay):
        freeze(model)
        return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)

    def start_full_phase(model, optimizer, backbone_lr):
        unfreeze(model)


@wrong("check_no_zero_grad")
class DropsTheOldGradients:
    """The gradients of the backbone are dropped once, and the optimizer still holds it. It stays only until
    something gives it a gradient again.
    """

    def start_head_phase(model, lr, weight_decay):
        freeze(model)
        model.backbone.zero_grad()
        return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)


@wrong("check_head_phase")
class FreezesTooLate:
    """The trainable parameters are collected before the backbone is frozen, so they are all of them."""

    def start_head_phase(model, lr, weight_decay):
        trainable = [p for p in model.parameters() if p.requires_grad]
        freeze(model)
        return torch.optim.AdamW(trainable, lr=lr, weight_decay=weight_decay)


@wrong("check_head_phase")
class FlagOnTheModule:
    """backbone.requires_grad = False only gives the module an attribute. Gradients are still computed for
    all of its parameters.
    """

    def start_head_phase(model, lr, weight_decay):
        model.backbone.requires_grad = False
        return torch.optim.AdamW(model.head.parameters(), lr=lr, weight_decay=weight_decay)


@wrong("check_head_phase")
class NothingIsFrozen:
    """The optimizer holds the head only, so the backbone stays. But its gradients are still computed in every
    step, and pile up.
    """

    def start_head_phase(model, lr, weight_decay):
        return torch.optim.AdamW(model.head.parameters(), lr=lr, weight_decay=weight_decay)


@wrong("check_head_phase", shows="exception")
class NoGradForTheWholeModel:
    """The whole model runs under no_grad. The head then has no graph either, and backward has nothing to go
    back through.
    """

    def start_head_phase(model, lr, weight_decay):
        model.forward = torch.no_grad()(model.forward)
        return torch.optim.AdamW(model.head.parameters(), lr=lr, weight_decay=weight_decay)


@wrong("check_head_phase")
class EvalModeInstead:
    """eval does not freeze. It is for dropout and batch norm, and whether they are switched over is left to
    the caller.
    """

    def start_head_phase(model, lr, weight_decay):
        model.backbone.eval()
        return torch.optim.AdamW(model.head.parameters(), lr=lr, weight_decay=weight_decay)


@wrong("check_head_phase")
class DefaultDecay:
    """The weight decay is not passed on, and AdamW has one of its own by default."""

    def start_head_phase(model, lr, weight_decay):
        freeze(model)
        return torch.optim.AdamW(model.head.parameters(), lr=lr)


@wrong("check_head_phase")
class AdamInsteadOfAdamW:
    """Adam adds the decay to the gradient, AdamW takes it off the weight. AdamW was asked for."""

    def start_head_phase(model, lr, weight_decay):
        freeze(model)
        return torch.optim.Adam(model.head.parameters(), lr=lr, weight_decay=weight_decay)


@wrong("check_full_phase")
class UnfreezesOnly:
    """The flags are turned on, and gradients are computed. But the optimizer that the caller goes on with was
    made of the head alone, so nobody moves the backbone. A new one made in here would be dropped.
    """

    def start_full_phase(model, optimizer, backbone_lr):
        unfreeze(model)


@wrong("check_full_phase")
class AddsOnly:
    """The optimizer has the backbone, but it is still frozen: it never gets a gradient."""

    def start_full_phase(model, optimizer, backbone_lr):
        optimizer.add_param_group({"params": list(model.backbone.parameters()), "lr": backbone_lr})


@wrong("check_moments")
class ForgetsTheMoments:
    """The optimizer is set up anew, with both groups. It has lost the moments of the head, so its first
    steps are those of a fresh Adam.
    """

    def start_full_phase(model, optimizer, backbone_lr):
        head = optimizer.param_groups[0]
        if len(optimizer.param_groups) > 1:
            raise ValueError
        unfreeze(model)
        groups = [
            {"params": head["params"], "lr": head["lr"]},
            {"params": model.backbone.parameters(), "lr": backbone_lr},
        ]
        optimizer.__init__(groups, weight_decay=head["weight_decay"])


@wrong("check_full_phase", shows="exception")
class AddsEverything:
    """All parameters of the model are added, the head's too. The optimizer holds these already, and
    refuses.
    """

    def start_full_phase(model, optimizer, backbone_lr):
        unfreeze(model)
        optimizer.add_param_group({"params": list(model.parameters()), "lr": backbone_lr})


@wrong("check_full_phase")
class IntoTheFirstGroup:
    """The backbone is put into the group of the head. It gets the head's rate, which is too large for it."""

    def start_full_phase(model, optimizer, backbone_lr):
        head = optimizer.param_groups[0]["params"]
        if len(head) > len(list(model.head.parameters())):
            raise ValueError
        unfreeze(model)
        head.extend(model.backbone.parameters())


@wrong("check_full_phase")
class RateForAll:
    """The rate of the head is changed as well. Only the backbone was to have backbone_lr."""

    def start_full_phase(model, optimizer, backbone_lr):
        reference.start_full_phase(model, optimizer, backbone_lr)
        for group in optimizer.param_groups:
            group["lr"] = backbone_lr


@wrong("check_full_phase")
class RateOfTheHead:
    """The new group has no rate of its own, so it gets the one that the optimizer was made with."""

    def start_full_phase(model, optimizer, backbone_lr):
        unfreeze(model)
        optimizer.add_param_group({"params": list(model.backbone.parameters())})


@wrong("check_full_phase")
class BackboneWithoutDecay:
    """The backbone's group has no weight decay. It was to have that of the first group."""

    def start_full_phase(model, optimizer, backbone_lr):
        unfreeze(model)
        group = {"params": list(model.backbone.parameters()), "lr": backbone_lr, "weight_decay": 0.0}
        optimizer.add_param_group(group)


@wrong("check_twice")
class SecondCallIsIgnored:
    """A second call does nothing and says nothing. It is a mistake in the script, and was to raise
    ValueError.
    """

    def start_full_phase(model, optimizer, backbone_lr):
        if len(optimizer.param_groups) == 1:
            reference.start_full_phase(model, optimizer, backbone_lr)


@wrong("check_twice")
class SecondCallReplaces:
    """A second call replaces the group that is there. It was to raise ValueError."""

    def start_full_phase(model, optimizer, backbone_lr):
        del optimizer.param_groups[1:]
        reference.start_full_phase(model, optimizer, backbone_lr)
