from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
nan_equals_nan:
    (torch.tensor(float("nan")) == torch.tensor(float("nan"))).item()
zero_times_inf_is_nan:
    (torch.tensor(0.0) * torch.tensor(float("inf"))).isnan().item()
inf_minus_inf_is_nan:
    (torch.tensor(float("inf")) - torch.tensor(float("inf"))).isnan().item()
log_of_zero:
    torch.log(torch.tensor(0.0)).item()
one_over_zero:
    (torch.tensor(1.0) / torch.tensor(0.0)).item()
integer_division_by_zero:
    raises(lambda: torch.tensor(1) // torch.tensor(0))
std_of_one_element_is_nan:
    torch.tensor([3.0]).std().isnan().item()
mean_of_empty_is_nan:
    torch.tensor([]).mean().isnan().item()
sum_with_one_nan_is_nan:
    torch.tensor([1.0, float("nan")]).sum().isnan().item()
max_with_one_nan_is_nan:
    torch.tensor([1.0, float("nan")]).max().isnan().item()
sum_after_multiplying_a_mask_is_nan:
    x = torch.tensor([1.0, float("nan")])
    (x * torch.tensor([1.0, 0.0])).sum().isnan().item()
sum_after_where:
    x = torch.tensor([1.0, float("nan")])
    torch.where(torch.tensor([True, False]), x, torch.zeros(2)).sum().item()
sqrt_gradient_at_zero:
    x = torch.zeros(1, requires_grad=True)
    x.sqrt().sum().backward()
    x.grad.item()
norm_gradient_at_zero:
    x = torch.zeros(2, requires_grad=True)
    x.norm().backward()
    x.grad.tolist()
sqrt_of_sum_gradient_at_zero_is_nan:
    x = torch.zeros(2, requires_grad=True)
    (x ** 2).sum().sqrt().backward()
    x.grad.isnan().all().item()
gradient_of_the_branch_not_taken_is_nan:
    x = torch.zeros(1, requires_grad=True)
    torch.where(x > 0, x.sqrt(), x * 0).sum().backward()
    x.grad.isnan().item()
nan_after_clipping_an_inf_gradient:
    w = torch.ones(2, requires_grad=True)
    w.grad = torch.tensor([float("inf"), 1.0])
    torch.nn.utils.clip_grad_norm_([w], 1.0)
    w.grad.isnan().tolist()
nan_weights_after_sgd:
    w = torch.ones(2, requires_grad=True)
    w.grad = torch.tensor([float("nan"), 1.0])
    torch.optim.SGD([w], lr=0.1).step()
    w.isnan().tolist()
half_precision_square:
    (torch.tensor(300.0).half() ** 2).item()
exception_in_anomaly_mode:
    def run():
        with torch.autograd.detect_anomaly():
            x = torch.zeros(1, requires_grad=True)
            (x.sqrt() * 0).sum().backward()
    raises(run)
divergent_step_size:
    w = torch.tensor([1.0], requires_grad=True)
    opt = torch.optim.SGD([w], lr=1.5)
    for _ in range(10):
        opt.zero_grad()
        (w ** 2).sum().backward()
        opt.step()
    abs(w.item()) > 100
first_loss_depends_on_learning_rate:
    torch.manual_seed(0)
    m = nn.Linear(3, 1)
    losses = []
    for lr in (1e-3, 1e3):
        opt = torch.optim.SGD(m.parameters(), lr=lr)
        losses.append(m(torch.ones(2, 3)).pow(2).mean().item())
    losses[0] != losses[1]
"""

ANSWERS = truth(QUESTIONS)
