import torch
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


def chosen(net, obs, action):
    return net(obs).gather(1, action.unsqueeze(1)).squeeze(1)


def best_or_zero(net, next_obs, done):
    return torch.where(done, 0.0, net(next_obs).amax(1))


@wrong("check_gradients")
class AsItWas:
    """The target is still part of the graph: the loss also falls when the target moves towards the
    prediction. And multiplying by zero still does not get rid of a NaN.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        prediction = chosen(q_net, obs, action)
        best = target_net(next_obs).max(dim=1).values
        target = reward + gamma * best * (1 - done.to(best.dtype))
        return F.mse_loss(prediction, target)


@wrong("check_gradients")
class TargetStillLearns:
    """The ends of episodes are right now. The target is still part of the graph, and the loss also
    falls when the target moves towards the prediction. Eval mode, by the way, stops no gradient.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        target = reward + gamma * best_or_zero(target_net, next_obs, done)
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_garbage_after_the_end")
class ZeroTimesNaN:
    """The target is a constant now, but the mask is still multiplied. Zero times NaN or infinity is
    NaN: choose by the mask.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            best = target_net(next_obs).max(dim=1).values
            target = reward + gamma * best * (1 - done.to(best.dtype))
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_garbage_after_the_end")
class OnlyRemovesNaN:
    """NaN is replaced by a number before the mask is multiplied. An infinite value is left, and zero
    times infinity is NaN again: choose by the mask instead.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            best = target_net(next_obs).amax(1)
            best = torch.where(best.isnan(), 0.0, best)
            target = reward + gamma * best * (1 - done.to(best.dtype))
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_gradients", shows="exception")
class DetachesBoth:
    """Prediction and target are both cut loose, or the whole loss is computed under no_grad. Nothing is
    left that backward could go through.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            return reference.td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma)


@wrong("check_gradients")
class DetachesThePrediction:
    """The prediction is cut loose and the target is not: the target is trained towards the prediction,
    the wrong way round.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        target = reward + gamma * best_or_zero(target_net, next_obs, done)
        return F.mse_loss(chosen(q_net, obs, action).detach(), target)


@wrong("check_value")
class Broadcasts:
    """The prediction is (N, 1) and the target (N,). Their difference is (N, N): every prediction is
    compared with every target.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        prediction = q_net(obs).gather(1, action.unsqueeze(1))
        with torch.no_grad():
            target = reward + gamma * best_or_zero(target_net, next_obs, done)
        return ((prediction - target) ** 2).mean()


@wrong("check_value")
class BootstrapsFromQNet:
    """The next value comes from q_net. target_net is there so that the target does not change with
    every step.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            target = reward + gamma * best_or_zero(q_net, next_obs, done)
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_value")
class ChoosesWithQNet:
    """q_net chooses the next action and target_net values it. That is double Q-learning, another
    target; here it is the best value of target_net.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            following = q_net(next_obs).argmax(1)
            best = chosen(target_net, next_obs, following)
            target = reward + gamma * torch.where(done, 0.0, best)
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_value")
class ValueOfTheTakenAction:
    """The next value is taken at the action of this step. In the next state any action may be taken,
    and the best one counts.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            best = chosen(target_net, next_obs, action)
            target = reward + gamma * torch.where(done, 0.0, best)
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_value")
class BestOfTheBatch:
    """The maximum is taken over all values, not over the actions of each transition."""

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            best = target_net(next_obs).max()
            target = reward + gamma * torch.where(done, 0.0, best)
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_value")
class PredictsTheBestAction:
    """The prediction is the largest value for obs. What is compared is the value of the action that was
    taken.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            target = reward + gamma * best_or_zero(target_net, next_obs, done)
        return F.mse_loss(q_net(obs).amax(1), target)


@wrong("check_value")
class DropsTheRewardToo:
    """Where the episode ends, the whole target is set to zero. The reward of the last step is still
    earned.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            target = torch.where(done, 0.0, reward + gamma * target_net(next_obs).amax(1))
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_done")
class MaskUpsideDown:
    """The next value is dropped where the episode goes on, and kept where it ends."""

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            target = reward + gamma * best_or_zero(target_net, next_obs, ~done)
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_done")
class IgnoresDone:
    """done is not used: a value is expected from states that come after the end of an episode."""

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            target = reward + gamma * target_net(next_obs).amax(1)
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_value")
class SumsTheSquares:
    """The squares are added up over the batch. The loss is their mean."""

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        loss = reference.td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma)
        return loss * len(obs)


@wrong("check_value")
class RobustLoss:
    """The error goes through a smooth L1 loss, a usual choice for large errors. Here it is squared."""

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            target = reward + gamma * best_or_zero(target_net, next_obs, done)
        return F.smooth_l1_loss(chosen(q_net, obs, action), target)


@wrong("check_networks_left_alone")
class LeavesTheTargetFrozen:
    """requires_grad of target_net is switched off and stays off. And where it is q_net as well, nothing
    is trained any more. The flags are the caller's business.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        target_net.requires_grad_(False)
        target = reward + gamma * best_or_zero(target_net, next_obs, done)
        return F.mse_loss(chosen(q_net, obs, action), target)


@wrong("check_one_network", shows="exception")
class FreezesForAWhile:
    """target_net is frozen while the target is computed, and thawed again before the prediction is
    cleared of it: where both networks are one, the prediction has lost its gradient as well.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        flags = [p.requires_grad for p in target_net.parameters()]
        target_net.requires_grad_(False)
        target = reward + gamma * best_or_zero(target_net, next_obs, done)
        prediction = chosen(q_net, obs, action)
        for p, flag in zip(target_net.parameters(), flags, strict=True):
            p.requires_grad_(flag)
        return F.mse_loss(prediction, target)


@wrong("check_networks_left_alone")
class SwitchesModes:
    """A network is put into another mode, so that its layers behave otherwise after the call. Neither
    stopping the gradient nor computing a loss needs that; and eval does not stop gradients.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        q_net.train()
        target_net.eval()
        return reference.td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma)


@wrong("check_before_backward")
class ClearsTheTarget:
    """The gradients of target_net are cleared at every call. What reaches it later is there all the
    same, and what the caller had left there is gone.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        target_net.zero_grad()
        return reference.td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma)


@wrong("check_batch_left_alone")
class AddsToTheReward:
    """The target is added up in place, in the caller's rewards. A replay buffer that hands out views
    now stores targets instead of rewards.
    """

    def td_loss(q_net, target_net, obs, action, reward, next_obs, done, gamma):
        with torch.no_grad():
            reward += gamma * best_or_zero(target_net, next_obs, done)
        return F.mse_loss(chosen(q_net, obs, action), reward)
