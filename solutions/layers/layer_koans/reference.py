from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
linear_weight:
    tuple(nn.Linear(4, 8).weight.shape)
linear_on_three_dims:
    tuple(nn.Linear(4, 8)(torch.ones(2, 5, 4)).shape)
conv_weight:
    tuple(nn.Conv2d(3, 16, 5).weight.shape)
grouped_conv_weight:
    tuple(nn.Conv2d(4, 8, 3, groups=2).weight.shape)
conv_parameter_count:
    sum(p.numel() for p in nn.Conv2d(3, 16, 3).parameters())
conv_same_padding:
    tuple(nn.Conv2d(3, 32, 3, padding=1)(torch.ones(8, 3, 32, 32)).shape)
conv_stride_two:
    tuple(nn.Conv2d(1, 1, 3, stride=2)(torch.ones(1, 1, 8, 8)).shape)
conv_channels_last_input:
    raises(lambda: nn.Conv2d(3, 8, 3)(torch.ones(1, 32, 32, 3)))
pool_shape:
    tuple(nn.MaxPool2d(2)(torch.ones(1, 4, 7, 7)).shape)
embedding_shape:
    tuple(nn.Embedding(100, 8)(torch.tensor([[1, 2, 3]])).shape)
embedding_of_floats:
    raises(lambda: nn.Embedding(10, 2)(torch.tensor([1.0])))
padding_row_at_start:
    nn.Embedding(10, 2, padding_idx=0).weight[0].tolist()
padding_row_gradient:
    m = nn.Embedding(3, 2, padding_idx=0)
    m(torch.tensor([0, 1])).sum().backward()
    m.weight.grad.tolist()
rnn_default_layout:
    out, h = nn.RNN(5, 7)(torch.ones(4, 3, 5))
    (tuple(out.shape), tuple(h.shape))
lstm_batch_first:
    out, (h, c) = nn.LSTM(5, 7, num_layers=2, batch_first=True)(torch.ones(4, 3, 5))
    (tuple(out.shape), tuple(h.shape), tuple(c.shape))
lstm_bidirectional:
    out, (h, c) = nn.LSTM(5, 7, bidirectional=True)(torch.ones(4, 3, 5))
    (tuple(out.shape), tuple(h.shape))
lstm_input_weight:
    tuple(nn.LSTM(5, 7).weight_ih_l0.shape)
gru_input_weight:
    tuple(nn.GRU(5, 7).weight_ih_l0.shape)
attention_default_layout:
    query, key = torch.ones(5, 3, 8), torch.ones(6, 3, 8)
    out, w = nn.MultiheadAttention(8, 2)(query, key, key)
    (tuple(out.shape), tuple(w.shape))
encoder_layer_shape:
    tuple(nn.TransformerEncoderLayer(8, 2, batch_first=True)(torch.ones(3, 5, 8)).shape)
encoder_layer_is_batch_first_by_default:
    nn.TransformerEncoderLayer(8, 2).self_attn.batch_first
layer_norm_parameter_shape:
    tuple(nn.LayerNorm((3, 4)).weight.shape)
batch_norm_2d_mean_shape:
    tuple(nn.BatchNorm2d(6).running_mean.shape)
quarters_of_zeros_after_dropout_and_relu:
    torch.manual_seed(0)
    m = nn.Sequential(nn.Linear(32, 32), nn.Dropout(0.5), nn.ReLU())
    round((m(torch.randn(2000, 32)) == 0).float().mean().item() * 4)
quarters_of_zeros_after_dropout_and_relu_in_eval:
    torch.manual_seed(0)
    m = nn.Sequential(nn.Linear(32, 32), nn.Dropout(0.5), nn.ReLU()).eval()
    round((m(torch.randn(2000, 32)) == 0).float().mean().item() * 4)
"""

ANSWERS = truth(QUESTIONS)
