"""Schedules in closed form

Write six schedules as functions. Each returns the learning rate in force during the given epoch or
step, counted from zero, as torch's scheduler sets it. No state, no loop over epochs.

    step_lr              multiplies by gamma at every multiple of step_size, but for epoch 0
    multistep_lr         multiplies by gamma at every milestone, which is in force from the epoch of
                         the same number on. Milestones come in any order; one that is repeated
                         counts as often as it is repeated.
    exponential_lr       multiplies by gamma at every epoch after epoch 0
    cosine_annealing_lr  falls along half a cosine, from base_lr at epoch 0 to eta_min at epoch
                         t_max. It is asked for epochs up to t_max only.
    linear_warmup_lr     base_lr times a factor, which rises linearly from start_factor at epoch 0
                         to 1 at epoch total_iters, and stays there
    one_cycle_lr         rises along half a cosine, from max_lr / div_factor at step 0 to max_lr at
                         step pct_start * total_steps - 1, which need not be a whole number; from
                         there it falls along half a cosine, to
                         max_lr / (div_factor * final_div_factor) at step total_steps - 1

Rules
    - one_cycle_lr raises ValueError for a step below 0, or not below total_steps. You may take it
      that the peak lies after step 0 and before the last step.
    - Arguments are Python numbers and lists, and so are the results: return a float. torch is not
      needed, and its schedulers may not be used.
    - Arguments are not changed.

Why it is asked: schedules are described by pictures, and pictures hide the ends. The formula shows
whether you know where a warm-up starts, where a cosine ends and which epoch a milestone belongs to.

Example
    >>> [round(step_lr(1.0, epoch, step_size=2), 6) for epoch in range(5)]
    [1.0, 1.0, 0.1, 0.1, 0.01]
    >>> [round(one_cycle_lr(step, 10, max_lr=1.0), 6) for step in range(10)]
    [0.04, 0.52, 1.0, 0.950485, 0.811746, 0.611262, 0.388742, 0.188258, 0.049519, 4e-06]
"""


def step_lr(base_lr: float, epoch: int, step_size: int, gamma: float = 0.1) -> float:
    raise NotImplementedError


def multistep_lr(base_lr: float, epoch: int, milestones: list[int], gamma: float = 0.1) -> float:
    raise NotImplementedError


def exponential_lr(base_lr: float, epoch: int, gamma: float) -> float:
    raise NotImplementedError


def cosine_annealing_lr(base_lr: float, epoch: int, t_max: int, eta_min: float = 0.0) -> float:
    raise NotImplementedError


def linear_warmup_lr(
    base_lr: float, epoch: int, start_factor: float = 1 / 3, total_iters: int = 5
) -> float:
    raise NotImplementedError


def one_cycle_lr(
    step: int,
    total_steps: int,
    max_lr: float,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> float:
    raise NotImplementedError
