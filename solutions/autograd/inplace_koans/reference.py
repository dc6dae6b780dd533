from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
fresh_version:
    torch.ones(2)._version
version_after_two_edits:
    x = torch.ones(2)
    x.add_(1)
    x[0] = 5
    x._version
version_after_writing_a_view:
    x = torch.ones(4)
    x[:2].mul_(3)
    x._version
version_after_writing_a_detached_alias:
    x = torch.ones(2)
    x.detach().mul_(3)
    x._version
version_after_data_edit:
    x = torch.ones(2)
    x.data.mul_(3)
    x._version
edit_a_leaf:
    x = torch.ones(2, requires_grad=True)
    raises(lambda: x.add_(1))
edit_after_square:
    z = torch.ones(2, requires_grad=True) * 1
    y = (z ** 2).sum()
    z.add_(1)
    raises(lambda: y.backward())
edit_after_scaling_by_a_number:
    z = torch.ones(2, requires_grad=True) * 1
    y = (z * 2).sum()
    z.add_(1)
    raises(lambda: y.backward())
edit_the_input_of_exp:
    z = torch.ones(2, requires_grad=True) * 1
    y = z.exp()
    z.add_(1)
    raises(lambda: y.sum().backward())
edit_the_output_of_exp:
    z = torch.ones(2, requires_grad=True) * 1
    y = z.exp()
    y.add_(1)
    raises(lambda: y.sum().backward())
edit_the_output_of_linear:
    y = nn.Linear(2, 2)(torch.ones(1, 2))
    y.relu_()
    raises(lambda: y.sum().backward())
edit_a_parameter_under_no_grad_before_backward:
    x = torch.ones(2, requires_grad=True)
    y = (x ** 2).sum()
    with torch.no_grad():
        x.mul_(2)
    raises(lambda: y.backward())
data_edit_before_backward:
    x = torch.tensor([3.0], requires_grad=True)
    y = (x ** 2).sum()
    x.data.mul_(2)
    y.backward()
    x.grad.item()
detached_edit_before_backward:
    x = torch.tensor([3.0], requires_grad=True)
    y = (x ** 2).sum()
    x.detach().mul_(2)
    raises(lambda: y.backward())
optimizer_step_between_two_backwards:
    w = torch.tensor([2.0], requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.1)
    y = (w ** 2).sum()
    y.backward(retain_graph=True)
    opt.step()
    raises(lambda: y.backward())
inplace_relu_on_the_skip_path:
    x = torch.tensor([-1.0, 2.0])
    y = F.relu(x, inplace=True) + x
    y.tolist()
x_after_augmented_assignment:
    x = torch.ones(2)
    y = x
    y += 1
    x.tolist()
x_after_plain_assignment:
    x = torch.ones(2)
    y = x
    y = y + 1
    x.tolist()
"""

ANSWERS = truth(QUESTIONS)
