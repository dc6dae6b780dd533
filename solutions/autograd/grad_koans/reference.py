from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
quadratic:
    x = torch.tensor(2.0, requires_grad=True)
    (x ** 2 + 3 * x + 1).backward()
    x.grad.item()
sum_of_squares:
    x = torch.tensor([1.5, -4.0], requires_grad=True)
    (x ** 2).sum().backward()
    x.grad.tolist()
mean_of_vector:
    x = torch.zeros(4, requires_grad=True)
    x.mean().backward()
    x.grad.tolist()
two_backwards_of_two_graphs:
    x = torch.tensor(3.0, requires_grad=True)
    (x ** 2).backward()
    (x ** 2).backward()
    x.grad.item()
weighted_outputs:
    x = torch.tensor([1.0, 1.0], requires_grad=True)
    (x * 2).backward(gradient=torch.tensor([1.0, 10.0]))
    x.grad.tolist()
backward_of_a_vector:
    x = torch.ones(2, requires_grad=True)
    raises(lambda: (x * 2).backward())
backward_of_one_element_vector:
    x = torch.ones(1, requires_grad=True)
    raises(lambda: (x * 2).backward())
detached_factor:
    x = torch.tensor(3.0, requires_grad=True)
    (x.detach() * x).backward()
    x.grad.item()
used_twice:
    x = torch.tensor(3.0, requires_grad=True)
    (x * x + x).backward()
    x.grad.item()
grad_of_the_middle:
    x = torch.tensor(3.0, requires_grad=True)
    y = x * 2
    y.retain_grad()
    (y ** 2).backward()
    y.grad.item()
grad_of_unused_is_none:
    x = torch.tensor(3.0, requires_grad=True)
    w = torch.tensor(1.0, requires_grad=True)
    (x * 2).backward()
    w.grad is None
grad_of_an_index:
    x = torch.zeros(3, requires_grad=True)
    (x[0] * 5).backward()
    x.grad.tolist()
relu_at_zero:
    x = torch.zeros(1, requires_grad=True)
    torch.relu(x).sum().backward()
    x.grad.item()
clamp_at_the_boundary:
    x = torch.zeros(1, requires_grad=True)
    x.clamp(min=0).sum().backward()
    x.grad.item()
tied_maximum:
    x = torch.ones(2, requires_grad=True)
    x.max().backward()
    x.grad.tolist()
through_round:
    x = torch.tensor([0.4], requires_grad=True)
    x.round().sum().backward()
    x.grad.item()
"""

ANSWERS = truth(QUESTIONS)
