import torch
from torch.nn import functional as F

from pytest_torchkata.checks import right


@right
class DetachTheFinishedTarget:
    """detach on the finished target, and indexing in the place of gather."""

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        q = q_net(obs)[torch.arange(len(action), device=action.device), action]
        best, _ = target_net(next_obs).max(1)
        best = torch.where(done, torch.zeros_like(best), best)
        target = (reward + gamma * best).detach()
        return ((q - target) ** 2).mean()


@right
class ColumnsThroughout:
    """Everything (N, 1), and masked_fill for the ends of episodes."""

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        q = q_net(obs).gather(1, action.view(-1, 1))
        with torch.no_grad():
            best = target_net(next_obs).max(dim=1, keepdim=True)[0]
            best = best.masked_fill(done.view(-1, 1), 0.0)
        return F.mse_loss(q, reward.view(-1, 1) + gamma * best)


@right
class WritesZeros:
    """Zeros written where the episode ends, and the squared error by hand."""

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            best = target_net(next_obs).max(dim=-1).values
            best[done] = 0
        error = reward + gamma * best - q_net(obs).gather(-1, action[:, None])[:, 0]
        return error.pow(2).mean()


@right
class OnlyWhatGoesOn:
    """The target network sees only the transitions that go on."""

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        target = reward.clone()
        with torch.no_grad():
            target[~done] += gamma * target_net(next_obs[~done]).amax(1)
        return F.mse_loss(q_net(obs).gather(1, action.unsqueeze(-1)).squeeze(-1), target)
