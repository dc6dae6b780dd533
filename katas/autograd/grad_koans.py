"""What ends up in .grad?

backward walks from an output back to the leaves, and adds what it finds to their .grad. Everything
that follows from this one sentence is asked below: sums over paths, outputs with more than one
element, tensors that take no part, and functions with a kink or a step.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a number, a list of numbers, a bool, or, for raises(...), the name of the
exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - Each snippet is run on the installed torch and compared with your answer. Numbers may differ
      in the last digits.
    - An item() is a float and a tolist() a list of floats: 7.0, not 7.

Why it is asked: whoever can say which number ends up in .grad has understood the chain rule as
autograd applies it. "z.backward() is short for z.backward(torch.ones_like(z))" and "whatever is
built from torch operations is differentiated" are two answers that sound right.

Example
    "constant_slope" with the snippet

        x = torch.tensor(2.0, requires_grad=True)
        (5 * x).backward()
        x.grad.item()

    would be answered by  5.0
"""

ANSWERS: dict[str, object] = {
    # x = torch.tensor(2.0, requires_grad=True)
    # (x ** 2 + 3 * x + 1).backward()
    # x.grad.item()
    "quadratic": ...,
    # x = torch.tensor([1.5, -4.0], requires_grad=True)
    # (x ** 2).sum().backward()
    # x.grad.tolist()
    "sum_of_squares": ...,
    # x = torch.zeros(4, requires_grad=True)
    # x.mean().backward()
    # x.grad.tolist()
    "mean_of_vector": ...,
    # x = torch.tensor(3.0, requires_grad=True)
    # (x ** 2).backward()
    # (x ** 2).backward()
    # x.grad.item()
    "two_backwards_of_two_graphs": ...,
    # x = torch.tensor([1.0, 1.0], requires_grad=True)
    # (x * 2).backward(gradient=torch.tensor([1.0, 10.0]))
    # x.grad.tolist()
    "weighted_outputs": ...,
    # x = torch.ones(2, requires_grad=True)
    # raises(lambda: (x * 2).backward())
    "backward_of_a_vector": ...,
    # x = torch.ones(1, requires_grad=True)
    # raises(lambda: (x * 2).backward())
    "backward_of_one_element_vector": ...,
    # x = torch.tensor(3.0, requires_grad=True)
    # (x.detach() * x).backward()
    # x.grad.item()
    "detached_factor": ...,
    # x = torch.tensor(3.0, requires_grad=True)
    # (x * x + x).backward()
    # x.grad.item()
    "used_twice": ...,
    # x = torch.tensor(3.0, requires_grad=True)
    # y = x * 2
    # y.retain_grad()
    # (y ** 2).backward()
    # y.grad.item()
    "grad_of_the_middle": ...,
    # x = torch.tensor(3.0, requires_grad=True)
    # w = torch.tensor(1.0, requires_grad=True)
    # (x * 2).backward()
    # w.grad is None
    "grad_of_unused_is_none": ...,
    # x = torch.zeros(3, requires_grad=True)
    # (x[0] * 5).backward()
    # x.grad.tolist()
    "grad_of_an_index": ...,
    # x = torch.zeros(1, requires_grad=True)
    # torch.relu(x).sum().backward()
    # x.grad.item()
    "relu_at_zero": ...,
    # x = torch.zeros(1, requires_grad=True)
    # x.clamp(min=0).sum().backward()
    # x.grad.item()
    "clamp_at_the_boundary": ...,
    # x = torch.ones(2, requires_grad=True)
    # x.max().backward()
    # x.grad.tolist()
    "tied_maximum": ...,
    # x = torch.tensor([0.4], requires_grad=True)
    # x.round().sum().backward()
    # x.grad.item()
    "through_round": ...,
}
