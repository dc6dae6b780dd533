from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
mse_mean:
    F.mse_loss(torch.zeros(4, 3), torch.full((4, 3), 2.0)).item()
mse_sum:
    F.mse_loss(torch.zeros(4, 3), torch.full((4, 3), 2.0), reduction="sum").item()
mse_none_shape:
    tuple(F.mse_loss(torch.zeros(4, 3), torch.ones(4, 3), reduction="none").shape)
mse_column_against_vector:
    F.mse_loss(torch.tensor([[0.0], [1.0]]), torch.tensor([0.0, 1.0])).item()
mae_class_exists:
    hasattr(nn, "MAELoss")
huber_and_smooth_l1_at_5:
    d = torch.tensor([5.0])
    huber = F.huber_loss(d, torch.zeros(1), delta=2.0)
    smooth_l1 = F.smooth_l1_loss(d, torch.zeros(1), beta=2.0)
    [huber.item(), smooth_l1.item()]
ce_uniform_logits:
    round(F.cross_entropy(torch.zeros(5, 4), torch.tensor([0, 1, 2, 3, 0])).item(), 4)
ce_int32_target:
    raises(lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1], dtype=torch.int32)))
ce_uint8_target:
    raises(lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1], dtype=torch.uint8)))
ce_float_index_target:
    raises(lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0.0, 1.0])))
ce_probability_target:
    raises(lambda: F.cross_entropy(torch.zeros(2, 3), torch.full((2, 3), 1 / 3)))
ce_one_hot_int_target:
    raises(lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([[1, 0, 0], [0, 1, 0]])))
ce_target_out_of_range:
    raises(lambda: F.cross_entropy(torch.zeros(1, 3), torch.tensor([3])))
ce_sequence_layout:
    target = torch.zeros(2, 7, dtype=torch.long)
    tuple(F.cross_entropy(torch.zeros(2, 5, 7), target, reduction="none").shape)
ce_wrong_sequence_layout:
    target = torch.zeros(2, 7, dtype=torch.long)
    raises(lambda: F.cross_entropy(torch.zeros(2, 7, 5), target))
ce_of_ignored_targets_is_nan:
    F.cross_entropy(torch.zeros(1, 3), torch.tensor([-100])).isnan().item()
weight_changes_the_mean_of_one_sample:
    logits, target = torch.tensor([[0.0, 1.0]]), torch.tensor([0])
    plain = F.cross_entropy(logits, target)
    weighted = F.cross_entropy(logits, target, weight=torch.tensor([9.0, 1.0]))
    not torch.allclose(weighted, plain)
label_smoothing_floor:
    logits, target = torch.tensor([[100.0, 0.0]]), torch.tensor([0])
    round(F.cross_entropy(logits, target, label_smoothing=0.1).item(), 3)
ce_is_log_softmax_plus_nll:
    logits, target = torch.tensor([[0.2, 1.0, -1.0]]), torch.tensor([1])
    nll = F.nll_loss(F.log_softmax(logits, 1), target)
    torch.allclose(F.cross_entropy(logits, target), nll)
nll_of_probabilities_is_negative:
    F.nll_loss(F.softmax(torch.tensor([[2.0, 0.0]]), 1), torch.tensor([0])).item() < 0
best_loss_after_double_softmax:
    logits = torch.tensor([[1000.0, 0.0]])
    round(F.cross_entropy(F.softmax(logits, 1), torch.tensor([0])).item(), 3)
bce_with_int_target:
    raises(lambda: F.binary_cross_entropy_with_logits(torch.zeros(2), torch.tensor([0, 1])))
bce_column_against_vector:
    raises(lambda: F.binary_cross_entropy_with_logits(torch.zeros(2, 1), torch.zeros(2)))
bce_of_saturated_sigmoid:
    F.binary_cross_entropy(torch.sigmoid(torch.tensor([200.0])), torch.tensor([0.0])).item()
bce_with_logits_saturated:
    F.binary_cross_entropy_with_logits(torch.tensor([200.0]), torch.tensor([0.0])).item()
kl_batchmean_over_default:
    p = torch.tensor([[0.5, 0.5], [0.9, 0.1]])
    q = torch.tensor([[0.9, 0.1], [0.5, 0.5]])
    default = F.kl_div(q.log(), p)
    batchmean = F.kl_div(q.log(), p, reduction="batchmean")
    round((batchmean / default).item(), 3)
"""

ANSWERS = truth(QUESTIONS)
