import math


def step_lr(base_lr: float, epoch: int, step_size: int, gamma: float = 0.1) -> float:
    return base_lr * gamma ** (epoch // step_size)


def multistep_lr(base_lr: float, epoch: int, milestones: list[int], gamma: float = 0.1) -> float:
    return base_lr * gamma ** sum(milestone <= epoch for milestone in milestones)


def exponential_lr(base_lr: float, epoch: int, gamma: float) -> float:
    return base_lr * gamma**epoch


def cosine_annealing_lr(base_lr: float, epoch: int, t_max: int, eta_min: float = 0.0) -> float:
    return _cosine(base_lr, eta_min, epoch / t_max)


def linear_warmup_lr(base_lr: float, epoch: int, start_factor: float = 1 / 3, total_iters: int = 5) -> float:
    share = min(epoch / total_iters, 1.0)
    return base_lr * (start_factor + (1.0 - start_factor) * share)


def one_cycle_lr(
    step: int,
    total_steps: int,
    max_lr: float,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> float:
    if not 0 <= step < total_steps:
        raise ValueError(f"step must be in [0, {total_steps}), got {step}")
    start, last = max_lr / div_factor, total_steps - 1
    peak = pct_start * total_steps - 1  # not always a whole number
    if step <= peak:
        return _cosine(start, max_lr, step / peak)
    return _cosine(max_lr, start / final_div_factor, (step - peak) / (last - peak))


def _cosine(start: float, end: float, share: float) -> float:
    """Go from start to end along half a cosine; share is how much of the way lies behind."""
    return end + (start - end) * (1.0 + math.cos(math.pi * share)) / 2.0
