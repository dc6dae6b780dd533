from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
step_lr:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    sch = torch.optim.lr_scheduler.StepLR(opt, step_size=2, gamma=0.1)
    lrs = []
    for _ in range(5):
        lrs.append(round(opt.param_groups[0]["lr"], 4))
        opt.step()
        sch.step()
    lrs
multi_step_lr:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    sch = torch.optim.lr_scheduler.MultiStepLR(opt, milestones=[1, 3], gamma=0.5)
    lrs = []
    for _ in range(5):
        lrs.append(round(opt.param_groups[0]["lr"], 4))
        opt.step()
        sch.step()
    lrs
exponential_lr:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    sch = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.5)
    opt.step()
    sch.step()
    opt.step()
    sch.step()
    sch.get_last_lr()[0]
cosine_half_way:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    sch = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=10)
    for _ in range(5):
        opt.step()
        sch.step()
    round(opt.param_groups[0]["lr"], 4)
cosine_twice_the_period:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    sch = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=10)
    for _ in range(20):
        opt.step()
        sch.step()
    round(opt.param_groups[0]["lr"], 4)
linear_warmup_first_rate:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.9)
    sch = torch.optim.lr_scheduler.LinearLR(opt)
    round(opt.param_groups[0]["lr"], 4)
lr_after_constructing_one_cycle:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1, momentum=0.9)
    sch = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1.0, total_steps=100)
    round(opt.param_groups[0]["lr"], 4)
momentum_after_constructing_one_cycle:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    sch = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1.0, total_steps=100)
    opt.param_groups[0]["momentum"]
one_cycle_past_the_end:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1, momentum=0.9)
    sch = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1.0, total_steps=3)
    def run():
        for _ in range(5):
            opt.step()
            sch.step()
    raises(run)
plateau_without_metric:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    raises(lambda: torch.optim.lr_scheduler.ReduceLROnPlateau(opt).step())
plateau_verbose_argument:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    raises(lambda: torch.optim.lr_scheduler.ReduceLROnPlateau(opt, verbose=True))
plateau_patience_one:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    sch = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, factor=0.5, patience=1)
    lrs = []
    for loss in [1.0, 1.0, 1.0, 1.0, 1.0]:
        sch.step(loss)
        lrs.append(opt.param_groups[0]["lr"])
    lrs
lr_after_two_schedulers:
    opt = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    a = torch.optim.lr_scheduler.StepLR(opt, step_size=1, gamma=0.5)
    b = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.1)
    opt.step()
    a.step()
    b.step()
    round(opt.param_groups[0]["lr"], 4)
step_lr_beside_a_one_cycle_that_never_steps:
    opt = torch.optim.AdamW([torch.ones(1, requires_grad=True)], lr=1e-3)
    cycle = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1e-2, total_steps=100)
    sch = torch.optim.lr_scheduler.StepLR(opt, step_size=1, gamma=0.5)
    opt.step()
    sch.step()
    [round(opt.param_groups[0]["lr"], 6), opt.param_groups[0]["betas"][0]]
batches_per_epoch:
    len(torch.utils.data.DataLoader(range(1000), batch_size=32))
batches_per_epoch_dropping_the_last:
    len(torch.utils.data.DataLoader(range(1000), batch_size=32, drop_last=True))
"""

ANSWERS = truth(QUESTIONS)
