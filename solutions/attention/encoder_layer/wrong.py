import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_layer")
class TimeFirst:
    """nn.MultiheadAttention takes (T, B, d_model) unless it is told otherwise. With (B, T, d_model) nothing
    fails, and every sample attends to the other samples at the same time step.
    """

    class EncoderLayer(reference.EncoderLayer):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.self_attn.batch_first = False


@wrong("check_layer")
class NormOfTheSublayerOnly:
    """With norm_first False the norm is taken of the sum. Here it is taken of the sublayer's result, and
    the residual is added to it afterwards.
    """

    class EncoderLayer(reference.EncoderLayer):
        def forward(self, x, key_padding_mask=None):
            if self.norm_first:
                return super().forward(x, key_padding_mask)
            x = x + self.norm1(self._attend(x, key_padding_mask))
            return x + self.norm2(self._feed_forward(x))


@wrong("check_layer")
class ResidualFromTheNorm:
    """With norm_first the residual starts at x itself. Here it starts behind the norm, so that what is
    added up is normalised in every layer.
    """

    class EncoderLayer(reference.EncoderLayer):
        def forward(self, x, key_padding_mask=None):
            if not self.norm_first:
                return super().forward(x, key_padding_mask)
            x = self.norm1(x)
            x = x + self._attend(x, key_padding_mask)
            x = self.norm2(x)
            return x + self._feed_forward(x)


@wrong("check_layer")
class NormFirstIsIgnored:
    """norm_first changes nothing here: the norm is always taken after the addition."""

    class EncoderLayer(reference.EncoderLayer):
        def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, norm_first=False):
            super().__init__(d_model, nhead, dim_feedforward, dropout)


@wrong("check_layer")
class NormFirstByDefault:
    """The norm stands before the sublayer when norm_first is False, and after the addition when it is
    True: the two orders are exchanged.
    """

    class EncoderLayer(reference.EncoderLayer):
        def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, norm_first=False):
            super().__init__(d_model, nhead, dim_feedforward, dropout, not norm_first)


@wrong("check_layer")
class OneNormForBoth:
    """One layer norm serves both sublayers. Each has its own scale and shift: norm2 is never used."""

    class EncoderLayer(reference.EncoderLayer):
        def forward(self, x, key_padding_mask=None):
            if self.norm_first:
                x = x + self._attend(self.norm1(x), key_padding_mask)
                return x + self._feed_forward(self.norm1(x))
            x = self.norm1(x + self._attend(x, key_padding_mask))
            return self.norm1(x + self._feed_forward(x))


@wrong("check_layer")
class NoResidual:
    """The result of a sublayer takes the place of x, instead of being added to it."""

    class EncoderLayer(reference.EncoderLayer):
        def forward(self, x, key_padding_mask=None):
            if self.norm_first:
                return self._feed_forward(self.norm2(self._attend(self.norm1(x), key_padding_mask)))
            return self.norm2(self._feed_forward(self.norm1(self._attend(x, key_padding_mask))))


@wrong("check_layer")
class FeedForwardSkipsTheAttention:
    """Both sublayers get the x that came in. The feed-forward net works on the result of the attention."""

    class EncoderLayer(reference.EncoderLayer):
        def forward(self, x, key_padding_mask=None):
            if self.norm_first:
                attended = self._attend(self.norm1(x), key_padding_mask)
                return x + attended + self._feed_forward(self.norm2(x))
            attended = self.norm1(x + self._attend(x, key_padding_mask))
            return self.norm2(attended + self._feed_forward(x))


@wrong("check_layer")
class ReluAtTheEnd:
    """The ReLU stands behind linear2. Between two linear layers there is then nothing, and they collapse
    into one; and the sublayer can only ever add.
    """

    class EncoderLayer(reference.EncoderLayer):
        def _feed_forward(self, x):
            return self.dropout(F.relu(self.linear2(self.dropout(self.linear1(x)))))


@wrong("check_layer")
class ReluTwice:
    """There is a second ReLU, behind linear2. A sublayer that only adds what is not negative cannot take
    anything back.
    """

    class EncoderLayer(reference.EncoderLayer):
        def _feed_forward(self, x):
            return self.dropout(F.relu(self.linear2(self.dropout(F.relu(self.linear1(x))))))


@wrong("check_layer")
class Gelu:
    """The activation is GELU, as in many later models. ReLU is asked for here, the library's default."""

    class EncoderLayer(reference.EncoderLayer):
        def _feed_forward(self, x):
            return self.dropout(self.linear2(self.dropout(F.gelu(self.linear1(x)))))


@wrong("check_layer")
class DropoutInEvalMode:
    """F.dropout is on unless it is told that the module is not training, so that eval mode is random too."""

    class EncoderLayer(reference.EncoderLayer):
        def _feed_forward(self, x):
            return F.dropout(self.linear2(F.relu(self.linear1(x))), self.dropout.p)


@wrong("check_padding")
class MaskInverted:
    """The mask is turned round on its way: now only padding is attended to. True means padding in
    key_padding_mask, both here and in nn.MultiheadAttention.
    """

    class EncoderLayer(reference.EncoderLayer):
        def forward(self, x, key_padding_mask=None):
            return super().forward(x, None if key_padding_mask is None else ~key_padding_mask)


@wrong("check_padding")
class MaskIgnored:
    """The mask is accepted and not used: every query attends to the padding as well."""

    class EncoderLayer(reference.EncoderLayer):
        def _attend(self, x, key_padding_mask):
            return super()._attend(x, None)


@wrong("check_padding")
class PaddingIsZeroed:
    """Setting the padding to zero does not take it out of the softmax: a key of zeros still gets a score,
    and with it a share of the weight.
    """

    class EncoderLayer(reference.EncoderLayer):
        def _attend(self, x, key_padding_mask):
            if key_padding_mask is not None:
                x = x.masked_fill(key_padding_mask[..., None], 0.0)
            return super()._attend(x, None)


@wrong("check_padding")
class QueriesAreMasked:
    """The result at padding positions is set to zero. The mask is for the keys: it says what may be looked
    at, and not who looks.
    """

    class EncoderLayer(reference.EncoderLayer):
        def forward(self, x, key_padding_mask=None):
            out = super().forward(x, key_padding_mask)
            return out if key_padding_mask is None else out.masked_fill(key_padding_mask[..., None], 0.0)


class _ByHand(reference.EncoderLayer):
    """The reference with attention by hand, in parts that can be changed one by one."""

    def _attend(self, x, key_padding_mask):
        attention = self.self_attn
        parts = F.linear(x, attention.in_proj_weight, attention.in_proj_bias).chunk(3, dim=-1)
        q, k, v = (self._split(part, attention.num_heads) for part in parts)
        weights = self._weights(q @ k.mT * self._scale(q), key_padding_mask)
        out = (weights @ v).transpose(1, 2).reshape(x.shape)
        return self.dropout(attention.out_proj(out))

    def _split(self, x, heads):
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)

    def _scale(self, q):
        return q.shape[-1] ** -0.5

    def _weights(self, scores, mask):
        if mask is not None:
            scores = scores.masked_fill(mask[:, None, None], float("-inf"))
        return scores.softmax(dim=-1)


@wrong("check_layer")
class HeadsByReshape:
    """The heads are made by one reshape to (B, heads, T, width). It moves nothing: each head gets some of
    the time steps, where it should get some of the features of all steps.
    """

    class EncoderLayer(_ByHand):
        def _split(self, x, heads):
            return x.reshape(x.shape[0], heads, x.shape[1], -1)


@wrong("check_layer")
class NoScaling:
    """The scores are not scaled. The library divides them by the square root of the width of a head."""

    class EncoderLayer(_ByHand):
        def _scale(self, q):
            return 1.0


@wrong("check_layer")
class ScaledByTheWholeWidth:
    """The scores are divided by the square root of d_model. A score is a sum over the features of one head,
    and it is their number that counts.
    """

    class EncoderLayer(_ByHand):
        def _scale(self, q):
            return (q.shape[-1] * q.shape[1]) ** -0.5


@wrong("check_padding")
class MaskedAfterTheSoftmax:
    """The weights of padding are set to zero after the softmax. The others were made smaller by them, and
    no longer add up to 1.
    """

    class EncoderLayer(_ByHand):
        def _weights(self, scores, mask):
            weights = scores.softmax(dim=-1)
            return weights if mask is None else weights.masked_fill(mask[:, None, None], 0.0)


@wrong("check_padding")
class ScoresOfZero:
    """The scores of padding are set to zero before the softmax. The exponential of zero is one: zero is an
    ordinary score. What has no weight at all?
    """

    class EncoderLayer(_ByHand):
        def _weights(self, scores, mask):
            return (scores if mask is None else scores.masked_fill(mask[:, None, None], 0.0)).softmax(dim=-1)


@wrong("check_dropout")
class NoDropout:
    """There is no dropout on the results of the sublayers, in no mode."""

    class EncoderLayer(reference.EncoderLayer):
        def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, norm_first=False):
            super().__init__(d_model, nhead, dim_feedforward, 0.0, norm_first)


@wrong("check_dropout")
class DropoutInsideOnly:
    """Dropout acts on the attention weights and behind the ReLU, but not on what the sublayers add to x:
    the biases of the last linear layers, at least, always come through.
    """

    class EncoderLayer(reference.EncoderLayer):
        def _attend(self, x, key_padding_mask):
            return self.self_attn(x, x, x, key_padding_mask=key_padding_mask, need_weights=False)[0]

        def _feed_forward(self, x):
            return self.linear2(self.dropout(F.relu(self.linear1(x))))


@wrong("check_dropout")
class DropoutBehindTheNorm:
    """Dropout acts on the result of each half, after the addition and the norm. That drops the residual
    too, which is meant to come through whole.
    """

    class EncoderLayer(reference.EncoderLayer):
        def forward(self, x, key_padding_mask=None):
            attended, _ = self.self_attn(*[self.norm1(x) if self.norm_first else x] * 3,
                                         key_padding_mask=key_padding_mask)  # fmt: skip
            x = self.dropout(x + attended if self.norm_first else self.norm1(x + attended))
            fed = self.linear2(F.relu(self.linear1(self.norm2(x) if self.norm_first else x)))
            return self.dropout(x + fed if self.norm_first else self.norm2(x + fed))


@wrong("check_indivisible")
class AnyNumberOfHeads:
    """A remainder in the width of a head is dropped without a word: with 6 features and 4 heads, two
    features would belong to no head.
    """

    class EncoderLayer(reference.EncoderLayer):
        def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, norm_first=False):
            super().__init__(
                d_model, nhead if d_model % nhead == 0 else 1, dim_feedforward, dropout, norm_first
            )


@wrong("check_names")
class OneLayerManyTimes:
    """A list times a number holds the same layer that many times: there is one set of weights. Make a new
    layer for every place.
    """

    class SequenceClassifier(reference.SequenceClassifier):
        def __init__(self, vocab_size, d_model, nhead, num_layers, num_classes, pad_id=0):
            super().__init__(vocab_size, d_model, nhead, num_layers, num_classes, pad_id)
            self.layers = nn.ModuleList([reference.EncoderLayer(d_model, nhead)] * num_layers)


@wrong("check_names")
class LayersInAList:
    """The layers are in a plain Python list. The module does not know them: an optimizer never sees their
    parameters, and they are not saved.
    """

    class SequenceClassifier(reference.SequenceClassifier):
        def __init__(self, vocab_size, d_model, nhead, num_layers, num_classes, pad_id=0):
            super().__init__(vocab_size, d_model, nhead, num_layers, num_classes, pad_id)
            layers = list(self.layers)
            del self.layers
            self.layers = layers


@wrong("check_names")
class PositionsAreATensor:
    """pos is a plain tensor. It is in no state dict and never learns anything: make it a parameter."""

    class SequenceClassifier(reference.SequenceClassifier):
        def __init__(self, vocab_size, d_model, nhead, num_layers, num_classes, pad_id=0):
            super().__init__(vocab_size, d_model, nhead, num_layers, num_classes, pad_id)
            del self.pos
            self.pos = torch.randn(512, d_model)


class _Steps(reference.SequenceClassifier):
    """The reference, in parts that can be changed one by one."""

    def forward(self, tokens):
        if tokens.shape[1] > 512:
            raise ValueError("too long")
        padding = self._padding(tokens)
        x = self._embedded(tokens)
        for layer in self.layers:
            x = layer(x, padding)
        return self.fc(self._pooled(x, padding))

    def _padding(self, tokens):
        return tokens == self.pad_id

    def _embedded(self, tokens):
        return self.embed(tokens) + self.pos[: tokens.shape[1]]

    def _pooled(self, x, padding):
        return self._mean(x, ~padding)


@wrong("check_classifier")
class PositionsAfterTheLayers:
    """The positions are added behind the layers. Attention itself does not know any order: inside the
    layers every permutation of the tokens looks the same.
    """

    class SequenceClassifier(_Steps):
        def _embedded(self, tokens):
            return self.embed(tokens)

        def _pooled(self, x, padding):
            return super()._pooled(x + self.pos[: x.shape[1]], padding)


@wrong("check_classifier")
class NoPositions:
    """The positions are made and never added, so that the order of the tokens makes no difference."""

    class SequenceClassifier(_Steps):
        def _embedded(self, tokens):
            return self.embed(tokens)


@wrong("check_classifier")
class PositionsFromTheEnd:
    """The last positions of the table are used instead of the first: what a token's position is then
    depends on how long its batch is.
    """

    class SequenceClassifier(_Steps):
        def _embedded(self, tokens):
            return self.embed(tokens) + self.pos[-tokens.shape[1] :]


@wrong("check_classifier")
class ScaledEmbedding:
    """The embedding is multiplied by the square root of d_model, as in the original transformer. Here the
    positions are learned, and it is added to them as it is.
    """

    class SequenceClassifier(_Steps):
        def _embedded(self, tokens):
            return self.embed(tokens) * self.embed.embedding_dim**0.5 + self.pos[: tokens.shape[1]]


@wrong("check_classifier")
class FirstToken:
    """The result at the first position is classified, as is done with a special token at the start. Here
    it is the average over the positions that are no padding.
    """

    class SequenceClassifier(_Steps):
        def _pooled(self, x, padding):
            return x[:, 0]


@wrong("check_classifier")
class LargestFeature:
    """This takes the largest value of each feature. The average is asked for."""

    class SequenceClassifier(_Steps):
        def _pooled(self, x, padding):
            return x.masked_fill(padding[..., None], float("-inf")).amax(dim=1)


@wrong("check_classifier")
class OnlyTheLastLayer:
    """Every layer gets the embedded tokens, and only the result of the last one is kept: the layers must
    be applied one after the other.
    """

    class SequenceClassifier(_Steps):
        def forward(self, tokens):
            padding, x = self._padding(tokens), self._embedded(tokens)
            for layer in self.layers:
                out = layer(x, padding)
            return self.fc(self._pooled(out, padding))


@wrong("check_classifier_padding")
class MeanOverPadding:
    """The average runs over all positions. What stands at padding is the result of padding, and the more
    of it there is, the more it counts.
    """

    class SequenceClassifier(_Steps):
        def _pooled(self, x, padding):
            return x.mean(dim=1)


@wrong("check_classifier_padding")
class DividesByTheLength:
    """The padding is left out of the sum, but the sum is divided by T: short sequences get small averages."""

    class SequenceClassifier(_Steps):
        def _pooled(self, x, padding):
            return x.masked_fill(padding[..., None], 0.0).mean(dim=1)


@wrong("check_classifier_padding")
class LayersSeeThePadding:
    """The average leaves the padding out, but the layers are not told of it: the tokens have looked at it
    before they are averaged.
    """

    class SequenceClassifier(_Steps):
        def forward(self, tokens):
            x = self._embedded(tokens)
            for layer in self.layers:
                x = layer(x)
            return self.fc(self._pooled(x, self._padding(tokens)))


@wrong("check_classifier_padding")
class OnlyTheFirstLayerIsMasked:
    """Only the first layer gets the mask. Behind it, what stands at padding is no longer an embedding of
    padding, but it is still not to be looked at.
    """

    class SequenceClassifier(_Steps):
        def forward(self, tokens):
            padding, x = self._padding(tokens), self._embedded(tokens)
            for i, layer in enumerate(self.layers):
                x = layer(x, padding if i == 0 else None)
            return self.fc(self._pooled(x, padding))


@wrong("check_classifier_padding")
class PadIdIsZero:
    """Padding is taken to be token 0, whatever pad_id says."""

    class SequenceClassifier(_Steps):
        def _padding(self, tokens):
            return tokens == 0


@wrong("check_lengths")
class AnyLength:
    """Nothing checks the length. Where the positions run out, the addition fails with RuntimeError and a
    message about shapes, or worse, broadcasts.
    """

    class SequenceClassifier(_Steps):
        def forward(self, tokens):
            padding, x = self._padding(tokens), self._embedded(tokens)
            for layer in self.layers:
                x = layer(x, padding)
            return self.fc(self._pooled(x, padding))


@wrong("check_lengths", shows="exception")
class OneTooShort:
    """A sequence of exactly 512 tokens is refused. It has a position for each of them."""

    class SequenceClassifier(_Steps):
        def forward(self, tokens):
            if tokens.shape[1] >= 512:
                raise ValueError("too long")
            return super().forward(tokens)


@wrong("check_default_dropout")
class ClassifierWithoutDropout:
    """The layers of the classifier are built with a dropout of 0. They have the default, which is 0.1."""

    class SequenceClassifier(_Steps):
        def __init__(self, vocab_size, d_model, nhead, num_layers, *args, **kwargs):
            super().__init__(vocab_size, d_model, nhead, num_layers, *args, **kwargs)
            layers = (reference.EncoderLayer(d_model, nhead, dropout=0.0) for _ in range(num_layers))
            self.layers = nn.ModuleList(layers)
