from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
second_backward_of_a_square:
    x = torch.ones(2, requires_grad=True)
    y = (x ** 2).sum()
    y.backward()
    raises(lambda: y.backward())
second_backward_of_a_plain_sum:
    x = torch.ones(2, requires_grad=True)
    y = x.sum()
    y.backward()
    raises(lambda: y.backward())
backward_twice_with_retain:
    x = torch.tensor([3.0], requires_grad=True)
    y = (x ** 2).sum()
    y.backward(retain_graph=True)
    y.backward()
    x.grad.item()
third_backward_after_retaining_once:
    x = torch.tensor([3.0], requires_grad=True)
    y = (x ** 2).sum()
    y.backward(retain_graph=True)
    y.backward()
    raises(lambda: y.backward())
two_heads_one_trunk:
    x = torch.ones(2, requires_grad=True)
    h = x.exp()
    a = h.sum()
    b = (h * 2).sum()
    a.backward()
    raises(lambda: b.backward())
sum_of_two_heads:
    x = torch.zeros(2, requires_grad=True)
    h = x.exp()
    (h.sum() + (h * 2).sum()).backward()
    x.grad.tolist()
node_name:
    x = torch.ones(2, requires_grad=True)
    (x * 3).mean().grad_fn.name()
parent_node_name:
    x = torch.ones(2, requires_grad=True)
    (x * 3).mean().grad_fn.next_functions[0][0].name()
leaf_node_name:
    x = torch.ones(2, requires_grad=True)
    type((x * 3).grad_fn.next_functions[0][0]).__name__
constant_operand_has_no_node:
    x = torch.ones(2, requires_grad=True)
    (x * torch.ones(2)).grad_fn.next_functions[1][0] is None
nodes_of_two_branches:
    f = lambda t: torch.relu(t) if t.sum() > 0 else torch.tanh(t)
    up, down = torch.ones(1, requires_grad=True), -torch.ones(1, requires_grad=True)
    [f(up).grad_fn.name(), f(down).grad_fn.name()]
while_loop_gradient:
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    while y < 100:
        y = y * 3
    y.backward()
    x.grad.item()
dot_grad_after_autograd_grad_is_none:
    x = torch.tensor(3.0, requires_grad=True)
    torch.autograd.grad(x ** 2, x)
    x.grad is None
grad_of_unreachable_input:
    x = torch.tensor(3.0, requires_grad=True)
    w = torch.tensor(1.0, requires_grad=True)
    raises(lambda: torch.autograd.grad(x ** 2, w))
allow_unused_result_is_none:
    x = torch.tensor(3.0, requires_grad=True)
    w = torch.tensor(1.0, requires_grad=True)
    torch.autograd.grad(x ** 2, w, allow_unused=True)[0] is None
second_derivative:
    x = torch.tensor(1.0, requires_grad=True)
    (g,) = torch.autograd.grad(x ** 4, x, create_graph=True)
    (h,) = torch.autograd.grad(g, x)
    h.item()
first_derivative_requires_grad:
    x = torch.tensor(2.0, requires_grad=True)
    (g,) = torch.autograd.grad(x ** 3, x)
    g.requires_grad
"""

ANSWERS = truth(QUESTIONS)
