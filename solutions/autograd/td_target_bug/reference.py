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
    prediction = q_net(obs).gather(1, action.unsqueeze(1)).squeeze(1)  # (N,)
    with torch.no_grad():  # the target is a constant
        best = target_net(next_obs).amax(dim=1)  # (N,)
        # Chosen, not multiplied: zero times NaN is NaN.
        target = reward + gamma * torch.where(done, 0.0, best)
    return F.mse_loss(prediction, target)
