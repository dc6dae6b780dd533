import math
from bisect import bisect_right

import numpy as np

from pytest_torchkata.checks import right


@right
class AsInTextbooks:
    """Sorted milestones with bisect, the annealing as it stands in the paper, the warm-up by cases."""

    def multistep_lr(base_lr, epoch, milestones, gamma=0.1):
        return base_lr * gamma ** bisect_right(sorted(milestones), epoch)

    def cosine_annealing_lr(base_lr, epoch, t_max, eta_min=0.0):
        return eta_min + 0.5 * (base_lr - eta_min) * (1 + np.cos(np.pi * epoch / t_max))

    def linear_warmup_lr(base_lr, epoch, start_factor=1 / 3, total_iters=5):
        if epoch >= total_iters:
            return base_lr
        return base_lr * (start_factor + (1 - start_factor) * epoch / total_iters)

    def one_cycle_lr(step, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
        if step < 0 or step >= total_steps:
            raise ValueError("step out of range")
        initial_lr = max_lr / div_factor
        min_lr = initial_lr / final_div_factor
        up = pct_start * total_steps - 1
        down = total_steps - 1 - up
        if step < up:
            return initial_lr + (max_lr - initial_lr) * (1 - math.cos(math.pi * step / up)) / 2
        return min_lr + (max_lr - min_lr) * (1 + math.cos(math.pi * (step - up) / down)) / 2
