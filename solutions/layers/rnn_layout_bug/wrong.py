import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from pytest_torchkata.checks import wrong

from . import reference


class TimeFirst(reference.LastStepClassifier):
    """With an LSTM as it comes."""

    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__(input_size, hidden_size, num_classes)
        self.lstm = nn.LSTM(input_size, hidden_size)


def rows(x):
    return torch.arange(len(x), device=x.device)


@wrong("check_scores")
class AsItWas:
    """The LSTM still takes the first dimension of x for time, so it reads the samples one after the other
    as if they were steps. And the index of the last step is one too large, hidden by clamp.
    """

    class LastStepClassifier(TimeFirst):
        def forward(self, x, lengths=None):
            batch, steps, _ = x.shape
            out, _ = self.lstm(x)
            if lengths is None:
                lengths = torch.full((batch,), steps, device=x.device)
            return self.fc(out[rows(x), lengths.clamp(max=steps - 1)])


@wrong("check_scores")
class LayoutStillWrong:
    """The step is right now, but the LSTM still takes the first dimension of x for time: it carries its
    state from sample to sample.
    """

    class LastStepClassifier(TimeFirst):
        pass


@wrong("check_lengths")
class GathersAtLengths:
    """The layout is right now, but a sequence of n real steps has its last one at another index than n.
    clamp hides it where the sequence is full.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            out, _ = self.lstm(x)
            if lengths is None:
                return self.fc(out[:, -1])
            return self.fc(out[rows(x), lengths.clamp(max=x.shape[1] - 1)])


@wrong("check_lengths")
class TwoBeforeTheEnd:
    """The step is one too early: lengths counts steps, and the last of n has index n - 1."""

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            out, _ = self.lstm(x)
            if lengths is None:
                return self.fc(out[:, -1])
            return self.fc(out[rows(x), (lengths - 2).clamp(min=0)])


@wrong("check_scores")
class LastSampleInsteadOfLastStep:
    """out[-1] is the last entry of the first dimension. With batch_first that is the last sample, with
    all of its steps.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            out, _ = self.lstm(x)
            return self.fc(out[-1])


@wrong("check_scores")
class TransposedThenSliced:
    """x is transposed, so out is (T, B, hidden), but out[:, -1] is taken as before: all steps of the last
    sample.
    """

    class LastStepClassifier(TimeFirst):
        def forward(self, x, lengths=None):
            out, _ = self.lstm(x.transpose(0, 1))
            return self.fc(out[:, -1])


@wrong("check_scores")
class ReshapeIsNoTranspose:
    """reshape or view gives the wanted shape but leaves the numbers in their order: steps of one sample
    end up in another. Exchanging two dimensions is a transposition.
    """

    class LastStepClassifier(TimeFirst):
        def forward(self, x, lengths=None):
            out, _ = self.lstm(x.reshape(x.shape[1], x.shape[0], x.shape[2]))
            out = out.transpose(0, 1)
            last = x.shape[1] - 1 if lengths is None else lengths - 1
            return self.fc(out[rows(x), last])


@wrong("check_scores")
class StateOfTheLastSample:
    """The hidden state is (layers, B, hidden), also with batch_first. h[:, -1] is the state of the last
    sample, not of the last layer.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            _, (h, _) = self.lstm(x)
            return self.fc(h[:, -1])


@wrong("check_scores")
class StateKeepsItsLayers:
    """The hidden state is (layers, B, hidden), and its first dimension is still there: the scores have
    one dimension too many.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            _, (h, _) = self.lstm(x)
            return self.fc(h)


@wrong("check_scores")
class CellState:
    """The scores are computed from the cell state. The output of an LSTM at its last step is its hidden
    state.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            _, (_, c) = self.lstm(x)
            return self.fc(c[-1])


@wrong("check_lengths")
class IgnoresLengths:
    """lengths is not used. For a padded sequence the last of T steps, or the final state, has read the
    padding.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            _, (h, _) = self.lstm(x)
            return self.fc(h[-1])


@wrong("check_scores")
class MeanOverTime:
    """The outputs are averaged over time. Asked for are those of one step, the last."""

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            out, _ = self.lstm(x)
            if lengths is None:
                return self.fc(out.mean(1))
            real = torch.arange(x.shape[1], device=x.device) < lengths[:, None]
            return self.fc((out * real[..., None]).sum(1) / lengths[:, None])


@wrong("check_padding")
class MultipliesByAMask:
    """The step is picked with a mask of ones and zeros. NaN times zero is NaN: what stands in the padding
    gets into the sum.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            out, _ = self.lstm(x)
            if lengths is None:
                return self.fc(out[:, -1])
            last = torch.arange(x.shape[1], device=x.device) == lengths[:, None] - 1
            return self.fc((out * last[..., None].to(out.dtype)).sum(1))


@wrong("check_lengths")
class LastColumnOfThePadded:
    """The sequences are packed, unpacked and cut at the last column. For a short sequence unpacking has
    filled that column with zeros, and only the bias of fc is left.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            if lengths is None:
                return super().forward(x)
            packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
            out, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
            return self.fc(out[:, -1])


@wrong("check_lengths")
class SortedAndNotBack:
    """The samples are sorted by length for packing, and not put back afterwards: the scores are those of
    other samples.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            if lengths is None:
                return super().forward(x)
            order = lengths.argsort(descending=True)
            packed = pack_padded_sequence(x[order], lengths[order].cpu(), batch_first=True)
            _, (h, _) = self.lstm(packed)
            return self.fc(h[-1])


@wrong("check_lengths", shows="exception")
class PacksUnsorted:
    """pack_padded_sequence wants its sequences sorted by length, the longest first, unless it is told
    that they are not.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            if lengths is None:
                return super().forward(x)
            packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True)
            _, (h, _) = self.lstm(packed)
            return self.fc(h[-1])


@wrong("check_scores")
class Probabilities:
    """The result went through a softmax. Scores are wanted as they come from fc: a cross-entropy does the
    rest.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            return super().forward(x, lengths).softmax(-1)


@wrong("check_state_dict")
class TwoDirections:
    """The LSTM is bidirectional. It then has other parameters than the saved ones, and its backward half
    starts in the padding.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def __init__(self, input_size, hidden_size, num_classes):
            super().__init__(input_size, hidden_size, num_classes)
            self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True, bidirectional=True)
            self.fc = nn.Linear(2 * hidden_size, num_classes)


@wrong("check_inputs")
class EditsTheLengths:
    """lengths is made into indices in place. It belongs to the caller, who counts with it in the next
    call.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            if lengths is None:
                return super().forward(x)
            lengths -= 1
            out, _ = self.lstm(x)
            return self.fc(out[rows(x), lengths])


@wrong("check_inputs")
class ClearsThePaddingInPlace:
    """The padding is set to zero in x itself. x belongs to the caller: work on a copy, or leave the
    padding alone, since it cannot reach the step that you pick.
    """

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            if lengths is not None:
                padding = torch.arange(x.shape[1], device=x.device) >= lengths[:, None]
                x.data[padding] = 0
            return super().forward(x, lengths)


@wrong("check_gradients")
class Detached:
    """The output of the LSTM is detached before fc. The scores are right, but the LSTM gets no gradient."""

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            with torch.no_grad():
                out, _ = self.lstm(x)
            last = x.shape[1] - 1 if lengths is None else lengths - 1
            return self.fc(out[rows(x), last])
