"""What train() and eval() really change

Every module has a flag, training. train() and eval() set it, and a few kinds of layers read it.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a bool, a number, a list, or, for raises(...), the name of the exception class as
a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - torch, nn, F and np are imported. Seeds are set where one is shown.
    - Where a number is rounded, it is rounded to four digits after the point.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: the mode, the recording of gradients and requires_grad are three separate switches.
Whoever mixes them up evaluates with dropout, or ruins the statistics of a frozen network.

Example
    "training_after_eval" with the snippet  nn.ReLU().eval().training  would be answered by  False
"""

ANSWERS: dict[str, object] = {
    # nn.Linear(2, 2).training
    "fresh_module_is_training": ...,
    # m = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout()))
    # m.eval()
    # m[1][0].training
    "grandchild_training_after_eval": ...,
    # m = nn.Dropout()
    # m.train() is m
    "train_returns_itself": ...,
    # m = nn.Sequential(nn.Linear(2, 2)).eval()
    # m.append(nn.Dropout())
    # m[1].training
    "child_added_after_eval": ...,
    # nn.Dropout(0.5).eval()(torch.ones(3)).tolist()
    "dropout_in_eval": ...,
    # torch.manual_seed(0)
    # nn.Dropout(0.5)(torch.ones(1000)).max().item()
    "dropout_survivor_value": ...,
    # nn.Dropout(1.0)(torch.ones(3)).tolist()
    "dropout_with_p_one": ...,
    # torch.manual_seed(0)
    # (F.dropout(torch.ones(1000), 0.5) == 0).any().item()
    "functional_dropout_zeroes_something": ...,
    # m = nn.LayerNorm(4)
    # x = torch.arange(8.0).reshape(2, 4)
    # a = m(x)
    # not torch.equal(a, m.eval()(x))
    "layer_norm_depends_on_mode": ...,
    # m = nn.BatchNorm1d(2).eval()
    # x = torch.tensor([[3.0, 5.0]])
    # torch.allclose(m(x), x, atol=1e-3)
    "fresh_batch_norm_eval_is_nearly_identity": ...,
    # raises(lambda: nn.BatchNorm1d(2)(torch.ones(1, 2)))
    "batch_norm_train_single_row": ...,
    # raises(lambda: nn.BatchNorm2d(2)(torch.ones(1, 2, 3, 3)))
    "batch_norm_train_single_image": ...,
    # m = nn.BatchNorm1d(1)
    # m(torch.tensor([[0.0], [20.0]]))
    # round(m.running_mean.item(), 4)
    "batch_norm_running_mean_after_one_batch": ...,
    # m = nn.BatchNorm1d(1)
    # m(torch.tensor([[0.0], [20.0]]))
    # round(m.running_var.item(), 4)
    "batch_norm_running_var_after_one_batch": ...,
    # m = nn.BatchNorm1d(1)
    # with torch.no_grad():
    #     m(torch.tensor([[0.0], [20.0]]))
    # m.num_batches_tracked.item()
    "batches_counted_under_no_grad": ...,
    # m = nn.BatchNorm1d(1)
    # m.requires_grad_(False)
    # m(torch.tensor([[0.0], [20.0]]))
    # m.num_batches_tracked.item()
    "batches_counted_by_frozen_batch_norm": ...,
    # m = nn.BatchNorm1d(2, affine=False)
    # x = torch.tensor([[0.0, 100.0], [2.0, 300.0]])
    # m(x).mean(dim=0).abs().max().item() < 1e-4
    "batch_norm_columns_have_zero_mean": ...,
    # m = nn.LayerNorm(2, elementwise_affine=False)
    # x = torch.tensor([[0.0, 100.0], [2.0, 300.0]])
    # m(x).mean(dim=1).abs().max().item() < 1e-4
    "layer_norm_rows_have_zero_mean": ...,
    # m = nn.Linear(2, 2).eval()
    # m.weight.requires_grad
    "requires_grad_after_eval": ...,
    # m = nn.Linear(2, 2)
    # m.forward(torch.ones(1, 2)).requires_grad
    "forward_itself_records_a_graph": ...,
    # m = nn.Linear(2, 2)
    # seen = []
    # handle = m.register_forward_hook(lambda mod, inp, out: seen.append(1))
    # m(torch.ones(1, 2))
    # m.forward(torch.ones(1, 2))
    # handle.remove()
    # m(torch.ones(1, 2))
    # len(seen)
    "hook_calls": ...,
}
