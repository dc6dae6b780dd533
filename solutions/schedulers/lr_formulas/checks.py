import pytest

from pytest_torchkata.checks import raises


def plain(rate):
    """Take any kind of Python float for a float, as the result of np.cos is one."""
    return float(rate) if isinstance(rate, float) else rate


def over_epochs(schedule, epochs, **settings):
    """Return the rate in every epoch, which is what the learner is shown."""
    return {f"rate in epoch {epoch}": plain(schedule(epoch=epoch, **settings)) for epoch in epochs}


@pytest.mark.parametrize(("step_size", "gamma"), [(3, 0.5), (1, 0.9)])
def check_step(kata, step_size, gamma):
    """step_lr decays at every multiple of step_size."""
    return over_epochs(kata.step_lr, range(8), base_lr=0.8, step_size=step_size, gamma=gamma)


@pytest.mark.parametrize("milestones", [[2, 5], [5, 1, 3], [2, 2, 4], [0, 3], []])
def check_multistep(kata, milestones):
    """multistep_lr decays at every milestone, in any order, as often as it is repeated."""
    settings = {"base_lr": 0.8, "milestones": milestones, "gamma": 0.5}
    return over_epochs(kata.multistep_lr, range(7), **settings) | {"milestones left as they were": milestones}


def check_exponential(kata):
    """exponential_lr decays at every epoch."""
    return over_epochs(kata.exponential_lr, range(5), base_lr=0.8, gamma=0.7)


@pytest.mark.parametrize(("t_max", "eta_min"), [(6, 0.0), (5, 0.3), (1, 0.01)])
def check_cosine(kata, t_max, eta_min):
    """cosine_annealing_lr falls from base_lr at epoch 0 to eta_min at epoch t_max."""
    settings = {"base_lr": 0.8, "t_max": t_max, "eta_min": eta_min}
    return over_epochs(kata.cosine_annealing_lr, range(t_max + 1), **settings)


@pytest.mark.parametrize(("start_factor", "total_iters"), [(0.1, 4), (0.25, 1), (1.0, 3)])
def check_warmup(kata, start_factor, total_iters):
    """linear_warmup_lr rises from start_factor to the full rate, and stays there."""
    settings = {"base_lr": 0.8, "start_factor": start_factor, "total_iters": total_iters}
    return over_epochs(kata.linear_warmup_lr, range(7), **settings)


@pytest.mark.parametrize(
    ("total_steps", "pct_start"),
    [(10, 0.3), (12, 0.25), (7, 0.5), (9, 0.4)],  # the last two peak between two steps
)
def check_one_cycle(kata, total_steps, pct_start):
    """one_cycle_lr rises and falls along cosines, to and from its peak."""
    settings = {"total_steps": total_steps, "max_lr": 2.0, "pct_start": pct_start}
    settings |= {"div_factor": 10.0, "final_div_factor": 4.0}
    return {
        f"rate in step {step}": plain(kata.one_cycle_lr(step=step, **settings)) for step in range(total_steps)
    }


def check_range(kata):
    """one_cycle_lr raises ValueError outside of its steps."""
    return {
        "step -1 of 10": raises(ValueError, lambda: kata.one_cycle_lr(-1, 10, 1.0)),
        "step 10 of 10": raises(ValueError, lambda: kata.one_cycle_lr(10, 10, 1.0)),
        "step 11 of 10": raises(ValueError, lambda: kata.one_cycle_lr(11, 10, 1.0)),
    }


def check_defaults(kata):
    """Settings that are left out have the values of the signature."""
    return {
        "step_lr": plain(kata.step_lr(0.8, 4, 2)),
        "multistep_lr": plain(kata.multistep_lr(0.8, 4, [1, 3])),
        "cosine_annealing_lr at t_max": plain(kata.cosine_annealing_lr(0.8, 5, 5)),
        "linear_warmup_lr at epoch 0": plain(kata.linear_warmup_lr(0.9, 0)),
        "linear_warmup_lr at epoch 4": plain(kata.linear_warmup_lr(0.9, 4)),
        "one_cycle_lr at step 0": plain(kata.one_cycle_lr(0, 20, 0.8)),
        "one_cycle_lr at step 6": plain(kata.one_cycle_lr(6, 20, 0.8)),
        "one_cycle_lr at step 19": plain(kata.one_cycle_lr(19, 20, 0.8)),
    }
