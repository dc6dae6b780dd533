"""Layer shapes and parameter counts

Most errors with layers are errors about shapes: which axis holds what, what a weight looks like,
what is left of an image. Many of them are silent, because the wrong shape fits as well.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a tuple of ints, a nested tuple or list, an int, a bool, or, for raises(...), the
name of the exception class as a string, None if nothing is raised. Floats in a list are written as
floats: 1.0, not 1.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - "quarters" asks for a share in fourths, rounded: 1 is a quarter of the values, 4 is all.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: to name a shape you must know what the layer computes, and it takes an interviewer
one line to ask. Some of the answers that stand on lists of interview questions are wrong.

Example
    "bias_of_a_linear" with the snippet  tuple(nn.Linear(4, 8).bias.shape)  is answered by  (8,)
"""

ANSWERS: dict[str, object] = {
    # tuple(nn.Linear(4, 8).weight.shape)
    "linear_weight": ...,
    # tuple(nn.Linear(4, 8)(torch.ones(2, 5, 4)).shape)
    "linear_on_three_dims": ...,
    # tuple(nn.Conv2d(3, 16, 5).weight.shape)
    "conv_weight": ...,
    # tuple(nn.Conv2d(4, 8, 3, groups=2).weight.shape)
    "grouped_conv_weight": ...,
    # sum(p.numel() for p in nn.Conv2d(3, 16, 3).parameters())
    "conv_parameter_count": ...,
    # tuple(nn.Conv2d(3, 32, 3, padding=1)(torch.ones(8, 3, 32, 32)).shape)
    "conv_same_padding": ...,
    # tuple(nn.Conv2d(1, 1, 3, stride=2)(torch.ones(1, 1, 8, 8)).shape)
    "conv_stride_two": ...,
    # raises(lambda: nn.Conv2d(3, 8, 3)(torch.ones(1, 32, 32, 3)))
    "conv_channels_last_input": ...,
    # tuple(nn.MaxPool2d(2)(torch.ones(1, 4, 7, 7)).shape)
    "pool_shape": ...,
    # tuple(nn.Embedding(100, 8)(torch.tensor([[1, 2, 3]])).shape)
    "embedding_shape": ...,
    # raises(lambda: nn.Embedding(10, 2)(torch.tensor([1.0])))
    "embedding_of_floats": ...,
    # nn.Embedding(10, 2, padding_idx=0).weight[0].tolist()
    "padding_row_at_start": ...,
    # m = nn.Embedding(3, 2, padding_idx=0)
    # m(torch.tensor([0, 1])).sum().backward()
    # m.weight.grad.tolist()
    "padding_row_gradient": ...,
    # out, h = nn.RNN(5, 7)(torch.ones(4, 3, 5))
    # (tuple(out.shape), tuple(h.shape))
    "rnn_default_layout": ...,
    # out, (h, c) = nn.LSTM(5, 7, num_layers=2, batch_first=True)(torch.ones(4, 3, 5))
    # (tuple(out.shape), tuple(h.shape), tuple(c.shape))
    "lstm_batch_first": ...,
    # out, (h, c) = nn.LSTM(5, 7, bidirectional=True)(torch.ones(4, 3, 5))
    # (tuple(out.shape), tuple(h.shape))
    "lstm_bidirectional": ...,
    # tuple(nn.LSTM(5, 7).weight_ih_l0.shape)
    "lstm_input_weight": ...,
    # tuple(nn.GRU(5, 7).weight_ih_l0.shape)
    "gru_input_weight": ...,
    # query, key = torch.ones(5, 3, 8), torch.ones(6, 3, 8)
    # out, w = nn.MultiheadAttention(8, 2)(query, key, key)
    # (tuple(out.shape), tuple(w.shape))
    "attention_default_layout": ...,
    # tuple(nn.TransformerEncoderLayer(8, 2, batch_first=True)(torch.ones(3, 5, 8)).shape)
    "encoder_layer_shape": ...,
    # nn.TransformerEncoderLayer(8, 2).self_attn.batch_first
    "encoder_layer_is_batch_first_by_default": ...,
    # tuple(nn.LayerNorm((3, 4)).weight.shape)
    "layer_norm_parameter_shape": ...,
    # tuple(nn.BatchNorm2d(6).running_mean.shape)
    "batch_norm_2d_mean_shape": ...,
    # torch.manual_seed(0)
    # m = nn.Sequential(nn.Linear(32, 32), nn.Dropout(0.5), nn.ReLU())
    # round((m(torch.randn(2000, 32)) == 0).float().mean().item() * 4)
    "quarters_of_zeros_after_dropout_and_relu": ...,
    # torch.manual_seed(0)
    # m = nn.Sequential(nn.Linear(32, 32), nn.Dropout(0.5), nn.ReLU()).eval()
    # round((m(torch.randn(2000, 32)) == 0).float().mean().item() * 4)
    "quarters_of_zeros_after_dropout_and_relu_in_eval": ...,
}
