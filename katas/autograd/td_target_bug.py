"""The target that learns

td_loss returns the right number for most batches, but training with it drifts: predictions and
targets chase each other. When one network plays both parts, or when episodes end within the batch
and what follows them in next_obs is garbage, it gets worse. Find out why, and repair it.

The loss is the mean over the N transitions of (prediction - target) ** 2, where

    prediction   the value that q_net gives for obs, at the action that was taken
    target       reward + gamma * the best value that target_net gives for next_obs; just the reward
                 where done is True

    obs, next_obs   (N, D) floating      both networks map them to (N, A), one value per action
    action          (N,) int64           done    (N,) bool
    reward          (N,) of the dtype of the networks' values; gamma is a float

Rules
    - The target is a constant: no gradient reaches either network through it. Where q_net and
      target_net are one and the same object, the gradient comes from the prediction alone.
    - Where done is True, next_obs may hold anything, NaN included; loss and gradients do not depend
      on it.
    - The result is zero-dimensional, and in the dtype of the values.
    - Weights, training modes, requires_grad flags and every .grad of both networks are left as they
      are, and the tensors of the batch as well.

Why it is asked: it is the classic case for stopping a gradient, and asks where to put the detach.
The usual demonstration, (a - a.detach()) ** 2, shows nothing: its gradient is zero because the
difference is.

Example, once it is repaired
    >>> net = torch.nn.Linear(1, 2, bias=False)
    >>> net.load_state_dict({"weight": torch.tensor([[1.0], [2.0]])})
    <All keys matched successfully>
    >>> obs, next_obs = torch.tensor([[1.0], [1.0]]), torch.tensor([[3.0], [float("nan")]])
    >>> action, reward = torch.tensor([0, 1]), torch.tensor([1.0, 5.0])
    >>> loss = td_loss(net, net, obs, action, reward, next_obs, torch.tensor([False, True]), 0.5)
    >>> loss.detach()
    tensor(9.)
    >>> loss.backward()
    >>> net.weight.grad
    tensor([[-3.],
            [-3.]])
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def td_loss(
    q_net: nn.Module,
    target_net: nn.Module,
    obs: Tensor,
    action: Tensor,
    reward: Tensor,
    next_obs: Tensor,
    done: Tensor,
    gamma: float,
) -> Tensor:
    prediction = q_net(obs).gather(1, action.unsqueeze(1)).squeeze(1)
    best = target_net(next_obs).max(dim=1).values
    target = reward + gamma * best * (1 - done.to(best.dtype))
    return F.mse_loss(prediction, target)
