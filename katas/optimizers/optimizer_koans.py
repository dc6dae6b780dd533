"""What does step() do to my weights?

An optimizer reads the gradients that backward left in .grad, and changes the weights in place. What
it adds of its own is momentum, adaptive step sizes and weight decay, with details that are easy to
get wrong.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a number, a list, a bool, None, or, for raises(...), the name of the exception
class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None
    round(x, n)    x rounded to n digits after the point

Rules
    - Each snippet is run on the installed torch and compared with your answer.
    - item() and tolist() give floats; a length is an int, and so is a default that the
      documentation prints without a point.
    - The gradients are simple: that of (3 * w).sum() is 3.

Why it is asked: weight decay, momentum and zero_grad are on every list of questions, and most lists
get one of them wrong. Each of the differences is visible in one or two steps with one weight.

Example
    "a" with the snippet  torch.optim.SGD([torch.ones(1)], lr=0.1).defaults["lr"]  is answered by
                          0.1
"""

ANSWERS: dict[str, object] = {
    # w = torch.tensor([1.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1)
    # (3 * w).sum().backward()
    # opt.step()
    # round(w.item(), 4)
    "sgd_step": ...,
    # w = torch.tensor([1.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1, weight_decay=0.5)
    # opt.step()
    # w.item()
    "step_without_backward": ...,
    # w = torch.tensor([1.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1)
    # (3 * w).sum().backward()
    # opt.zero_grad()
    # w.grad
    "zero_grad_leaves": ...,
    # w = torch.tensor([1.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1, weight_decay=0.5)
    # (3 * w).sum().backward()
    # opt.zero_grad(set_to_none=False)
    # opt.step()
    # round(w.item(), 4)
    "zero_grad_to_zeros_then_decay": ...,
    # w = torch.tensor([1.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1)
    # for _ in range(2):
    #     (3 * w).sum().backward()
    #     opt.step()
    # round(w.item(), 4)
    "forgotten_zero_grad": ...,
    # w = torch.tensor([0.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=1.0, momentum=0.9)
    # for _ in range(2):
    #     opt.zero_grad()
    #     w.sum().backward()
    #     opt.step()
    # round(w.item(), 4)
    "momentum_second_step": ...,
    # w = torch.tensor([0.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=1.0, momentum=0.9, nesterov=True)
    # w.sum().backward()
    # opt.step()
    # round(w.item(), 4)
    "nesterov_first_step": ...,
    # w = torch.tensor([0.0, 0.0], requires_grad=True)
    # opt = torch.optim.Adam([w], lr=0.1)
    # (w * torch.tensor([1.0, 1000.0])).sum().backward()
    # opt.step()
    # [round(v, 4) for v in w.tolist()]
    "adam_first_step": ...,
    # w = torch.tensor([1.0], requires_grad=True)
    # opt = torch.optim.Adam([w], lr=0.1, weight_decay=100.0)
    # (0.001 * w).sum().backward()
    # opt.step()
    # round(w.item(), 4)
    "adam_with_huge_weight_decay_first_step": ...,
    # w = torch.tensor([1.0], requires_grad=True)
    # opt = torch.optim.AdamW([w], lr=0.001, weight_decay=100.0)
    # (0.001 * w).sum().backward()
    # opt.step()
    # round(w.item(), 4)
    "adamw_with_the_same_decay": ...,
    # a = torch.tensor([2.0], requires_grad=True)
    # b = torch.tensor([2.0], requires_grad=True)
    # oa = torch.optim.Adam([a], lr=0.01, weight_decay=0.1)
    # ob = torch.optim.Adam([b], lr=0.01)
    # for _ in range(3):
    #     oa.zero_grad()
    #     ob.zero_grad()
    #     (3 * a).sum().backward()
    #     (3 * b + 0.05 * b ** 2).sum().backward()
    #     oa.step()
    #     ob.step()
    # torch.allclose(a, b)
    "adam_decay_equals_l2_penalty": ...,
    # a = torch.tensor([2.0], requires_grad=True)
    # b = torch.tensor([2.0], requires_grad=True)
    # oa = torch.optim.AdamW([a], lr=0.01, weight_decay=0.1)
    # ob = torch.optim.Adam([b], lr=0.01)
    # for _ in range(3):
    #     oa.zero_grad()
    #     ob.zero_grad()
    #     (3 * a).sum().backward()
    #     (3 * b + 0.05 * b ** 2).sum().backward()
    #     oa.step()
    #     ob.step()
    # torch.allclose(a, b)
    "adamw_decay_equals_l2_penalty": ...,
    # torch.optim.AdamW([torch.ones(1, requires_grad=True)]).defaults["weight_decay"]
    "adamw_default_decay": ...,
    # torch.optim.Adam([torch.ones(1, requires_grad=True)]).defaults["weight_decay"]
    "adam_default_decay": ...,
    # w = torch.tensor([1.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1)
    # (3 * w).sum().backward()
    # w.requires_grad_(False)
    # opt.step()
    # round(w.item(), 4)
    "step_after_turning_the_flag_off": ...,
    # m = nn.Linear(2, 2)
    # opt = torch.optim.SGD([{"params": m.weight, "lr": 0.5}, {"params": m.bias}], lr=0.1)
    # [g["lr"] for g in opt.param_groups]
    "group_learning_rates": ...,
    # w = torch.ones(1, requires_grad=True)
    # raises(lambda: torch.optim.SGD([{"params": [w]}, {"params": [w]}], lr=0.1))
    "parameter_in_two_groups": ...,
    # w = torch.ones(1, requires_grad=True)
    # raises(lambda: torch.optim.SGD([2 * w], lr=0.1))
    "result_of_an_operation": ...,
    # raises(lambda: torch.optim.SGD([], lr=0.1))
    "empty_parameter_list": ...,
    # raises(lambda: torch.optim.SGD([torch.ones(1, requires_grad=True)]))
    "sgd_without_lr": ...,
    # raises(lambda: torch.optim.LBFGS([torch.ones(1, requires_grad=True)]).step())
    "lbfgs_without_closure": ...,
    # len(torch.optim.Adam([torch.ones(1, requires_grad=True)]).state)
    "state_before_first_step": ...,
}
