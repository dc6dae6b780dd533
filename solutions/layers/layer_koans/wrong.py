from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class WeightsInByOut:
    """Weights are stored the other way round: one row for each output, and what it sums over behind."""

    ANSWERS = reference.ANSWERS | {
        "linear_weight": (4, 8),
        "conv_weight": (3, 16, 5, 5),
        "lstm_input_weight": (5, 28),
        "gru_input_weight": (5, 21),
    }


@wrong("check_answer")
class ChannelsLastWeights:
    """The channels come before the kernel's height and width, in the weight as in the image."""

    ANSWERS = reference.ANSWERS | {"conv_weight": (16, 5, 5, 3), "grouped_conv_weight": (8, 3, 3, 2)}


@wrong("check_answer")
class LinearFlattens:
    """A linear layer works on the last dimension, and leaves all others as they are."""

    ANSWERS = reference.ANSWERS | {"linear_on_three_dims": (10, 8)}


@wrong("check_answer")
class GroupsShareAllChannels:
    """With groups, an output channel sums only over the input channels of its own group."""

    ANSWERS = reference.ANSWERS | {"grouped_conv_weight": (8, 4, 3, 3)}


@wrong("check_answer")
class GroupsDivideTheOutputs:
    """Groups leave the number of output channels as it is. What gets smaller is what each one sums over."""

    ANSWERS = reference.ANSWERS | {"grouped_conv_weight": (4, 4, 3, 3)}


@wrong("check_answer")
class CountsNoBias:
    """This counts the weight only. A convolution has a bias as well, one number for each output channel."""

    ANSWERS = reference.ANSWERS | {"conv_parameter_count": 432}


@wrong("check_answer")
class OneFilterForAllChannels:
    """Each output channel has a kernel for each input channel, not one for all of them."""

    ANSWERS = reference.ANSWERS | {"conv_parameter_count": 160}


@wrong("check_answer")
class PaddingOnOneSide:
    """Padding is added on both sides of the image."""

    ANSWERS = reference.ANSWERS | {"conv_same_padding": (8, 32, 31, 31)}


@wrong("check_answer")
class PaddingIgnored:
    """Without padding a kernel of 3 costs two positions. Here there is one more on each side."""

    ANSWERS = reference.ANSWERS | {"conv_same_padding": (8, 32, 30, 30)}


@wrong("check_answer")
class RoundsUp:
    """Sizes are rounded down: a last stride for which there is no room does not happen."""

    ANSWERS = reference.ANSWERS | {"conv_stride_two": (1, 1, 4, 4), "pool_shape": (1, 4, 4, 4)}


@wrong("check_answer")
class PoolMovesByOne:
    """The stride of a pooling is its kernel size, unless you give another one."""

    ANSWERS = reference.ANSWERS | {"pool_shape": (1, 4, 6, 6)}


@wrong("check_answer")
class ConvTakesChannelsLast:
    """A convolution takes its channels from the second dimension. Here 32 stand where it wants 3."""

    ANSWERS = reference.ANSWERS | {"conv_channels_last_input": None}


@wrong("check_answer")
class OtherExceptions:
    """It is refused, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {
        "conv_channels_last_input": "ValueError",
        "embedding_of_floats": "TypeError",
    }


@wrong("check_answer")
class EmbeddingOfTheVocabulary:
    """The result has the vector that belongs to each index. The number of rows in the table shows
    nowhere in its shape.
    """

    ANSWERS = reference.ANSWERS | {"embedding_shape": (1, 3, 100)}


@wrong("check_answer")
class EmbeddingDropsTheBatch:
    """All dimensions of the indices stay, a batch of one included; the vector comes behind them."""

    ANSWERS = reference.ANSWERS | {"embedding_shape": (3, 8)}


@wrong("check_answer")
class EmbeddingTakesFloats:
    """An index has to be an integer. A float is refused, even if it is whole."""

    ANSWERS = reference.ANSWERS | {"embedding_of_floats": None}


@wrong("check_answer")
class EmbeddingIndexError:
    """That is raised for an index that the table does not have. Here the index has the wrong dtype."""

    ANSWERS = reference.ANSWERS | {"embedding_of_floats": "IndexError"}


@wrong("check_answer")
class PaddingRowIsTrained:
    """The padding row is looked up like any other, but it gets no gradient."""

    ANSWERS = reference.ANSWERS | {"padding_row_gradient": [[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]}


@wrong("check_answer")
class EveryRowGetsAGradient:
    """A row that was not looked up has no part in the result: its gradient is zero."""

    ANSWERS = reference.ANSWERS | {"padding_row_gradient": [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]}


@wrong("check_answer")
class RecurrentIsBatchFirst:
    """Unless batch_first is given, recurrent layers read (time, batch, features): the hidden state has
    one vector for each entry of the second dimension. The output does not show it.
    """

    ANSWERS = reference.ANSWERS | {
        "rnn_default_layout": ((4, 3, 7), (1, 4, 7)),
        "lstm_bidirectional": ((4, 3, 14), (2, 4, 7)),
    }


@wrong("check_answer")
class HiddenIsBatchFirst:
    """batch_first moves the batch of the input and of the output. The states stay (layers times
    directions, batch, hidden).
    """

    ANSWERS = reference.ANSWERS | {"lstm_batch_first": ((4, 3, 7), (4, 2, 7), (4, 2, 7))}


@wrong("check_answer")
class OneStateForAllLayers:
    """Each layer has a state of its own, and all of them are returned."""

    ANSWERS = reference.ANSWERS | {"lstm_batch_first": ((4, 3, 7), (1, 4, 7), (1, 4, 7))}


@wrong("check_answer")
class HiddenWithoutLayers:
    """The hidden state keeps a dimension for the layers, even where there is only one."""

    ANSWERS = reference.ANSWERS | {"rnn_default_layout": ((4, 3, 7), (3, 7))}


@wrong("check_answer")
class DirectionsAreAdded:
    """The outputs of the two directions are put side by side, not added."""

    ANSWERS = reference.ANSWERS | {"lstm_bidirectional": ((4, 3, 7), (2, 3, 7))}


@wrong("check_answer")
class StatesSideBySide:
    """Only the output has the two directions side by side. In the states they are stacked in the first
    dimension.
    """

    ANSWERS = reference.ANSWERS | {"lstm_bidirectional": ((4, 3, 14), (1, 3, 14))}


@wrong("check_answer")
class OneBlockForAllGates:
    """The weights of all gates are stacked in one matrix: one block of rows for each."""

    ANSWERS = reference.ANSWERS | {"lstm_input_weight": (7, 5), "gru_input_weight": (7, 5)}


@wrong("check_answer")
class AsManyGatesAsTheOther:
    """LSTM and GRU differ in the number of blocks: count what each computes from input and state."""

    ANSWERS = reference.ANSWERS | {"lstm_input_weight": (21, 5), "gru_input_weight": (28, 5)}


@wrong("check_answer")
class AttentionIsBatchFirst:
    """Attention layers have batch_first as well, and its default is the same as that of the recurrent
    ones. The result does not show it, but the weights do.
    """

    ANSWERS = reference.ANSWERS | {
        "attention_default_layout": ((5, 3, 8), (5, 3, 3)),
        "encoder_layer_is_batch_first_by_default": True,
    }


@wrong("check_answer")
class WeightsPerHead:
    """Unless asked otherwise, the layer returns the average of its heads' weights."""

    ANSWERS = reference.ANSWERS | {"attention_default_layout": ((5, 3, 8), (3, 2, 5, 6))}


@wrong("check_answer")
class KeysByQueries:
    """Each query has a row of weights, one for each key; not the other way round."""

    ANSWERS = reference.ANSWERS | {"attention_default_layout": ((5, 3, 8), (3, 6, 5))}


@wrong("check_answer")
class EncoderTurnsTheBatch:
    """An encoder layer gives back the shape that it got: the residual connections need it."""

    ANSWERS = reference.ANSWERS | {"encoder_layer_shape": (5, 3, 8)}


@wrong("check_answer")
class LayerNormPerFeature:
    """A layer norm has one weight for each element that it normalises over, not one per channel."""

    ANSWERS = reference.ANSWERS | {"layer_norm_parameter_shape": (4,)}


@wrong("check_answer")
class StatisticsAreBroadcast:
    """The running statistics are one number per channel, stored as a vector."""

    ANSWERS = reference.ANSWERS | {"batch_norm_2d_mean_shape": (1, 6, 1, 1)}


@wrong("check_answer")
class OnlyDropoutMakesZeros:
    """ReLU sets values to zero too, in both modes. Dropout hits some of those, and some of the others."""

    ANSWERS = reference.ANSWERS | {
        "quarters_of_zeros_after_dropout_and_relu": 2,
        "quarters_of_zeros_after_dropout_and_relu_in_eval": 0,
    }


@wrong("check_answer")
class ZerosAddUp:
    """Half and half do not add up to everything: many values are negative and dropped at once."""

    ANSWERS = reference.ANSWERS | {"quarters_of_zeros_after_dropout_and_relu": 4}


@wrong("check_answer")
class DropoutInEval:
    """In eval mode dropout does nothing. Only ReLU makes zeros then."""

    ANSWERS = reference.ANSWERS | {"quarters_of_zeros_after_dropout_and_relu_in_eval": 3}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"linear_weights": (8, 4)}
