import torch
from torch import nn

from pytest_torchkata.checks import wrong


def constrain(model, max_norm):
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() == 2:
                norms = p.norm(dim=1, keepdim=True)
                p.mul_((max_norm / norms).clamp(max=1.0))


def plain_step(model, x, y, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("check_constrained_step")
class AsItWas:
    """The weights are still rescaled between forward and backward, where .data hides it. backward mixes
    values of the old weights with the new ones, and the step afterwards leaves the limit again.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        for parameter in model.parameters():
            if parameter.dim() == 2:
                norms = parameter.data.norm(dim=1, keepdim=True)
                parameter.data.mul_((max_norm / norms).clamp(max=1.0))
        loss.backward()
        optimizer.step()
        return loss.item()


@wrong("check_constrained_step", shows="exception")
class NoGradBeforeBackward:
    """The edit is made under no_grad now, and still between forward and backward. Now it is noticed:
    backward needs the weights as they were in the forward pass. The place is what is wrong.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        constrain(model, max_norm)
        loss.backward()
        optimizer.step()
        return loss.item()


@wrong("check_constrained_step")
class BeforeTheStep:
    """The weights are rescaled after backward, but before the step. The gradient is right now; the step
    then carries the rows beyond the limit again.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        constrain(model, max_norm)
        optimizer.step()
        return loss.item()


@wrong("check_loss")
class BeforeTheForward:
    """The weights are rescaled before the forward pass. The loss is not that of the weights that were
    handed in, and the step leaves the limit again.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        constrain(model, max_norm)
        return plain_step(model, x, y, loss_fn, optimizer)


@wrong("check_loss")
class BeforeAndAfter:
    """The weights are rescaled after the step, as they should be, and before the forward pass as well.
    The loss and the gradient are not those of the weights that were handed in.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        constrain(model, max_norm)
        loss = plain_step(model, x, y, loss_fn, optimizer)
        constrain(model, max_norm)
        return loss


@wrong("check_rows")
class NoConstraint:
    """The step is right, and nothing keeps the rows within the limit."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        return plain_step(model, x, y, loss_fn, optimizer)


@wrong("check_rows")
class ConstrainsACopy:
    """The rescaled values go into a new tensor, and the name in the loop is bound to it. The parameter
    of the model is not written to.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() == 2:
                    p = p * (max_norm / p.norm(dim=1, keepdim=True)).clamp(max=1.0)
        return loss


@wrong("check_plain_step", shows="exception")
class RecordedEdit:
    """The weights are edited in place where autograd records. It refuses: a leaf that requires a
    gradient must not be overwritten by a recorded operation.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        for p in model.parameters():
            if p.dim() == 2:
                norms = p.norm(dim=1, keepdim=True)
                p.mul_((max_norm / norms).clamp(max=1.0))
        return loss


@wrong("check_rows")
class WholeMatrix:
    """The norm is that of the whole matrix. The limit is one for each row."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() == 2:
                    p.mul_((max_norm / p.norm()).clamp(max=1.0))
        return loss


@wrong("check_rows")
class Columns:
    """The norms are taken over dimension 0, so it is the columns that are kept short. The entries of a
    row lie along dimension 1.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() == 2:
                    p.copy_(torch.renorm(p, 2, 1, max_norm))
        return loss


@wrong("check_rows")
class OtherNorm:
    """The length is measured as the sum of the absolute values. What is wanted is the Euclidean norm."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() == 2:
                    p.copy_(torch.renorm(p, 1, 0, max_norm))
        return loss


@wrong("check_rows")
class ClampsTheEntries:
    """Each entry is clamped to the limit. That bounds the entries, not the length of the row, and
    changes its direction.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() == 2:
                    p.clamp_(-max_norm, max_norm)
        return loss


@wrong("check_plain_step")
class EveryRowToTheLimit:
    """Every row gets the length max_norm, the short ones too. The limit is an upper bound."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() == 2:
                    p.mul_(max_norm / p.norm(dim=1, keepdim=True).clamp(min=1e-12))
        return loss


@wrong("check_rows")
class DividesByZero:
    """A row of zeros has length 0, and 0 times infinity is NaN. The quotient must be bounded before it
    is used, or be taken only where a row is too long.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() == 2:
                    norms = p.norm(dim=1, keepdim=True)
                    p.copy_(p / norms * norms.clamp(max=max_norm))
        return loss


@wrong("check_objects")
class NewParameters:
    """The rescaled weights are put into new Parameters. The optimizer still has the old ones, so its
    later steps move tensors that no model uses.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        for module in model.modules():
            for name, p in list(module.named_parameters(recurse=False)):
                if p.dim() == 2:
                    setattr(module, name, nn.Parameter(torch.renorm(p.detach(), 2, 0, max_norm)))
        return loss


@wrong("check_other_shapes")
class BiasesToo:
    """The biases are cut to the limit as well, as if each were a row. Only two-dimensional parameters are
    constrained.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        constrain(model, max_norm)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() == 1:
                    p.mul_((max_norm / p.norm()).clamp(max=1.0))
        return loss


@wrong("check_other_shapes")
class EveryWeight:
    """Everything with more than one dimension is constrained. The weights of a convolution have more
    than two dimensions, and are to be left alone.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() > 1:
                    p.copy_(torch.renorm(p, 2, 0, max_norm))
        return loss


@wrong("check_other_shapes")
class LastDimension:
    """Everything with more than one dimension is constrained, along its last dimension. The weights of
    a convolution have more than two dimensions, and are to be left alone.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() > 1:
                    norms = p.norm(dim=-1, keepdim=True)
                    p.mul_((max_norm / norms).clamp(max=1.0))
        return loss


@wrong("check_every_matrix")
class LinearLayersOnly:
    """The constraint looks for linear layers. Other modules have two-dimensional parameters too: the
    table of an embedding, for instance.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        for module in model.modules():
            if isinstance(module, torch.nn.Linear):
                constrain(module, max_norm)
        return loss


@wrong("check_every_matrix")
class TrainedOnesOnly:
    """Only parameters that have a gradient are constrained, or those that the optimizer holds. The
    constraint is on the model: a frozen layer has to keep it as well.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = plain_step(model, x, y, loss_fn, optimizer)
        with torch.no_grad():
            for p in model.parameters():
                if p.dim() == 2 and p.grad is not None:
                    p.mul_((max_norm / p.norm(dim=1, keepdim=True)).clamp(max=1.0))
        return loss


@wrong("check_stale_gradients")
class NeverClears:
    """Nothing clears the gradients, so the step also uses what was left from before."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        constrain(model, max_norm)
        return loss.item()


@wrong("check_stale_gradients")
class ClearsAfterwards:
    """The gradients are cleared after the step only. What the caller has left on the parameters enters
    the first step.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        constrain(model, max_norm)
        return loss.item()


@wrong("check_plain_step")
class NeverSteps:
    """The gradient is computed, and the optimizer never asked to use it."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        constrain(model, max_norm)
        return loss.item()


@wrong("check_rows")
class ClipsTheGradient:
    """It is the gradient that is clipped to max_norm, a well-known line, but another one. The limit is
    one for the weights.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        return loss.item()


@wrong("check_other_shapes")
class ClipsTheGradientToo:
    """The constraint is right, but the gradient is clipped to max_norm as well. Nobody asked for that,
    and it changes the step.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        constrain(model, max_norm)
        return loss.item()


@wrong("check_ten_steps")
class NewOptimizer:
    """A new optimizer is built at every call. It starts without momentum and without averages each
    time.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        optimizer = type(optimizer)(model.parameters(), **optimizer.defaults)
        loss = plain_step(model, x, y, loss_fn, optimizer)
        constrain(model, max_norm)
        return loss


@wrong("check_loss")
class ReturnsATensor:
    """The loss comes back as a tensor. It holds on to its graph; a Python float is wanted."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        constrain(model, max_norm)
        return loss


@wrong("check_loss")
class LossAfterTheStep:
    """The loss is computed once more after the step, with the new weights. The one that the step was
    taken on is wanted, and the model is to be called once.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        plain_step(model, x, y, loss_fn, optimizer)
        constrain(model, max_norm)
        with torch.no_grad():
            return loss_fn(model(x), y).item()


@wrong("check_called_once")
class CallsTwice:
    """The model is called a second time, for the loss to return or for the gradient. Its running
    statistics are updated twice.
    """

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        with torch.no_grad():
            model(x)
        loss = plain_step(model, x, y, loss_fn, optimizer)
        constrain(model, max_norm)
        return loss


@wrong("check_called_once")
class SwitchesTheMode:
    """The model is put into another mode. Which one it is in is the caller's business."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        model.eval()
        loss = plain_step(model, x, y, loss_fn, optimizer)
        constrain(model, max_norm)
        return loss
