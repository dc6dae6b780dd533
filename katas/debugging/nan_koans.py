"""Where do NaNs come from?

A NaN is made somewhere, and then it spreads. Some expressions that look harmless make one,
some that look dangerous do not, and gradients have rules of their own.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a number, a bool, a list, or, for raises(...), the name of the exception class as
a string, None if nothing is raised. Infinity is float("inf"), and not a number is float("nan").

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - Tensors are float32 on the CPU unless the snippet says otherwise.
    - Warnings do not count as exceptions.
    - Numbers are floats: write 1.0, not 1.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: "my loss is NaN" is the most common question about a training run. Who knows which
operations make a NaN, and which only pass it on, finds the place; others lower the learning rate.

Example
    "nan_plus_one_is_nan" with the snippet  (torch.tensor(float("nan")) + 1).isnan().item()
    would be answered by  True
"""

ANSWERS: dict[str, object] = {
    # (torch.tensor(float("nan")) == torch.tensor(float("nan"))).item()
    "nan_equals_nan": ...,
    # (torch.tensor(0.0) * torch.tensor(float("inf"))).isnan().item()
    "zero_times_inf_is_nan": ...,
    # (torch.tensor(float("inf")) - torch.tensor(float("inf"))).isnan().item()
    "inf_minus_inf_is_nan": ...,
    # torch.log(torch.tensor(0.0)).item()
    "log_of_zero": ...,
    # (torch.tensor(1.0) / torch.tensor(0.0)).item()
    "one_over_zero": ...,
    # raises(lambda: torch.tensor(1) // torch.tensor(0))
    "integer_division_by_zero": ...,
    # torch.tensor([3.0]).std().isnan().item()
    "std_of_one_element_is_nan": ...,
    # torch.tensor([]).mean().isnan().item()
    "mean_of_empty_is_nan": ...,
    # torch.tensor([1.0, float("nan")]).sum().isnan().item()
    "sum_with_one_nan_is_nan": ...,
    # torch.tensor([1.0, float("nan")]).max().isnan().item()
    "max_with_one_nan_is_nan": ...,
    # x = torch.tensor([1.0, float("nan")])
    # (x * torch.tensor([1.0, 0.0])).sum().isnan().item()
    "sum_after_multiplying_a_mask_is_nan": ...,
    # x = torch.tensor([1.0, float("nan")])
    # torch.where(torch.tensor([True, False]), x, torch.zeros(2)).sum().item()
    "sum_after_where": ...,
    # x = torch.zeros(1, requires_grad=True)
    # x.sqrt().sum().backward()
    # x.grad.item()
    "sqrt_gradient_at_zero": ...,
    # x = torch.zeros(2, requires_grad=True)
    # x.norm().backward()
    # x.grad.tolist()
    "norm_gradient_at_zero": ...,
    # x = torch.zeros(2, requires_grad=True)
    # (x ** 2).sum().sqrt().backward()
    # x.grad.isnan().all().item()
    "sqrt_of_sum_gradient_at_zero_is_nan": ...,
    # x = torch.zeros(1, requires_grad=True)
    # torch.where(x > 0, x.sqrt(), x * 0).sum().backward()
    # x.grad.isnan().item()
    "gradient_of_the_branch_not_taken_is_nan": ...,
    # w = torch.ones(2, requires_grad=True)
    # w.grad = torch.tensor([float("inf"), 1.0])
    # torch.nn.utils.clip_grad_norm_([w], 1.0)
    # w.grad.isnan().tolist()
    "nan_after_clipping_an_inf_gradient": ...,
    # w = torch.ones(2, requires_grad=True)
    # w.grad = torch.tensor([float("nan"), 1.0])
    # torch.optim.SGD([w], lr=0.1).step()
    # w.isnan().tolist()
    "nan_weights_after_sgd": ...,
    # (torch.tensor(300.0).half() ** 2).item()
    "half_precision_square": ...,
    # def run():
    #     with torch.autograd.detect_anomaly():
    #         x = torch.zeros(1, requires_grad=True)
    #         (x.sqrt() * 0).sum().backward()
    # raises(run)
    "exception_in_anomaly_mode": ...,
    # w = torch.tensor([1.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=1.5)
    # for _ in range(10):
    #     opt.zero_grad()
    #     (w ** 2).sum().backward()
    #     opt.step()
    # abs(w.item()) > 100
    "divergent_step_size": ...,
    # torch.manual_seed(0)
    # m = nn.Linear(3, 1)
    # losses = []
    # for lr in (1e-3, 1e3):
    #     opt = torch.optim.SGD(m.parameters(), lr=lr)
    #     losses.append(m(torch.ones(2, 3)).pow(2).mean().item())
    # losses[0] != losses[1]
    "first_loss_depends_on_learning_rate": ...,
}
