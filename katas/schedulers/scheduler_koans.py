"""Which learning rate is in force?

A scheduler keeps no rate to itself: it writes into the groups of its optimizer, where step reads
it. When it does so, and what else it writes, is what you have to know.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a number, a list, or, for raises(...), the name of the exception class as a
string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - The parameters have no gradients, so optimizer.step() changes nothing. It is there because a
      scheduler is stepped after it.
    - Rates and momenta are floats: write 1.0, not 1. Numbers are compared with a small tolerance.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: a schedule that is off by one, or undone by another one, raises no error. Whoever
trains with one has to know which rate a step uses.

Example
    "rate_before_any_step" with the snippet
        opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.5)
        sch = torch.optim.lr_scheduler.StepLR(opt, step_size=2, gamma=0.1)
        opt.param_groups[0]["lr"]
    would be answered by  0.5
"""

ANSWERS: dict[str, object] = {
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    # sch = torch.optim.lr_scheduler.StepLR(opt, step_size=2, gamma=0.1)
    # lrs = []
    # for _ in range(5):
    #     lrs.append(round(opt.param_groups[0]["lr"], 4))
    #     opt.step()
    #     sch.step()
    # lrs
    "step_lr": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    # sch = torch.optim.lr_scheduler.MultiStepLR(opt, milestones=[1, 3], gamma=0.5)
    # lrs = []
    # for _ in range(5):
    #     lrs.append(round(opt.param_groups[0]["lr"], 4))
    #     opt.step()
    #     sch.step()
    # lrs
    "multi_step_lr": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    # sch = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.5)
    # opt.step()
    # sch.step()
    # opt.step()
    # sch.step()
    # sch.get_last_lr()[0]
    "exponential_lr": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    # sch = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=10)
    # for _ in range(5):
    #     opt.step()
    #     sch.step()
    # round(opt.param_groups[0]["lr"], 4)
    "cosine_half_way": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    # sch = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=10)
    # for _ in range(20):
    #     opt.step()
    #     sch.step()
    # round(opt.param_groups[0]["lr"], 4)
    "cosine_twice_the_period": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.9)
    # sch = torch.optim.lr_scheduler.LinearLR(opt)
    # round(opt.param_groups[0]["lr"], 4)
    "linear_warmup_first_rate": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1, momentum=0.9)
    # sch = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1.0, total_steps=100)
    # round(opt.param_groups[0]["lr"], 4)
    "lr_after_constructing_one_cycle": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    # sch = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1.0, total_steps=100)
    # opt.param_groups[0]["momentum"]
    "momentum_after_constructing_one_cycle": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1, momentum=0.9)
    # sch = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1.0, total_steps=3)
    # def run():
    #     for _ in range(5):
    #         opt.step()
    #         sch.step()
    # raises(run)
    "one_cycle_past_the_end": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    # raises(lambda: torch.optim.lr_scheduler.ReduceLROnPlateau(opt).step())
    "plateau_without_metric": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    # raises(lambda: torch.optim.lr_scheduler.ReduceLROnPlateau(opt, verbose=True))
    "plateau_verbose_argument": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    # sch = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, factor=0.5, patience=1)
    # lrs = []
    # for loss in [1.0, 1.0, 1.0, 1.0, 1.0]:
    #     sch.step(loss)
    #     lrs.append(opt.param_groups[0]["lr"])
    # lrs
    "plateau_patience_one": ...,
    # opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    # a = torch.optim.lr_scheduler.StepLR(opt, step_size=1, gamma=0.5)
    # b = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.1)
    # opt.step()
    # a.step()
    # b.step()
    # round(opt.param_groups[0]["lr"], 4)
    "lr_after_two_schedulers": ...,
    # opt = torch.optim.AdamW([torch.ones(1, requires_grad=True)], lr=1e-3)
    # cycle = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1e-2, total_steps=100)
    # sch = torch.optim.lr_scheduler.StepLR(opt, step_size=1, gamma=0.5)
    # opt.step()
    # sch.step()
    # [round(opt.param_groups[0]["lr"], 6), opt.param_groups[0]["betas"][0]]
    "step_lr_beside_a_one_cycle_that_never_steps": ...,
    # len(torch.utils.data.DataLoader(range(1000), batch_size=32))
    "batches_per_epoch": ...,
    # len(torch.utils.data.DataLoader(range(1000), batch_size=32, drop_last=True))
    "batches_per_epoch_dropping_the_last": ...,
}
