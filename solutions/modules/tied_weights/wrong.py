import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


class _WithHead(nn.Module):
    """An embedding, and a linear layer of its own on the way out."""

    def __init__(self, vocab_size, dim):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, dim)
        self.head = nn.Linear(dim, vocab_size, bias=False)

    def forward(self, tokens):
        return self.head(self.embed(tokens))

    def output_weight(self):
        return self.head.weight


@wrong("check_table")
class CopiesTheValues:
    """The values are equal once, after the constructor. There are two parameters, each with gradients of its
    own, and the first step takes them apart.
    """

    class TiedLM(_WithHead):
        def __init__(self, vocab_size, dim):
            super().__init__(vocab_size, dim)
            with torch.no_grad():
                self.head.weight.copy_(self.embed.weight)


@wrong("check_table")
class TwoParametersOneMemory:
    """The two weights share their memory, by .data or by a new nn.Parameter, but they are two parameters.
    Each has half of the gradient, an optimizer updates both, and a cast gives each a memory of its own.
    """

    class TiedLM(_WithHead):
        def __init__(self, vocab_size, dim):
            super().__init__(vocab_size, dim)
            self.head.weight.data = self.embed.weight.data


@wrong("check_table")
class TiesOnLoading:
    """The weights are tied when a state dict is loaded. A model that is trained from scratch never gets
    there, and trains two tables.
    """

    class TiedLM(_WithHead):
        def load_state_dict(self, *args, **kwargs):
            result = super().load_state_dict(*args, **kwargs)
            self.head.weight = self.embed.weight
            return result


@wrong("check_table")
class CopyInABuffer:
    """The table of the way out is a copy in a buffer. It is saved and moved, but it never learns: it stays
    what the embedding was at first.
    """

    class TiedLM(reference.TiedLM):
        def __init__(self, vocab_size, dim):
            super().__init__(vocab_size, dim)
            self.register_buffer("out", self.embed.weight.detach().clone())

        def output_weight(self):
            return self.out


@wrong("check_table")
class AliasOfTheData:
    """A tensor that shares the parameter's memory is kept for the way out. No gradient comes back through
    it, and after a cast it still is the old memory.
    """

    class TiedLM(reference.TiedLM):
        def __init__(self, vocab_size, dim):
            super().__init__(vocab_size, dim)
            self.out = self.embed.weight.data

        def output_weight(self):
            return self.out


@wrong("check_table")
class ReturnsACopy:
    """output_weight returns a copy. Whoever looks whether the two ends are tied finds two tensors; return
    the one that is used.
    """

    class TiedLM(reference.TiedLM):
        def output_weight(self):
            return self.embed.weight.clone()


@wrong("check_table")
class WithABias:
    """The way out has a bias. That is one parameter more, and the logits are no longer inner products."""

    class TiedLM(_WithHead):
        def __init__(self, vocab_size, dim):
            super().__init__(vocab_size, dim)
            self.head = nn.Linear(dim, vocab_size)
            self.head.weight = self.embed.weight


@wrong("check_values")
class ReturnsTheEmbeddings:
    """What comes back are the vectors of the tokens, (..., dim). The way out is missing: the logits are
    (..., vocab_size).
    """

    class TiedLM(reference.TiedLM):
        def forward(self, tokens):
            return self.embed(tokens)


@wrong("check_values")
class ScalesTheEmbeddings:
    """The vectors are multiplied by the root of dim, as the first transformer did. Here the logits are the
    plain inner products.
    """

    class TiedLM(reference.TiedLM):
        def forward(self, tokens):
            x = self.embed(tokens) * self.embed.embedding_dim**0.5
            return F.linear(x, self.output_weight())


@wrong("check_values")
class SoftmaxOnTheLogits:
    """The logits go through a softmax. They are asked for as they are; a loss such as cross-entropy does
    that step itself.
    """

    class TiedLM(reference.TiedLM):
        def forward(self, tokens):
            return super().forward(tokens).softmax(dim=-1)


@wrong("check_gradient")
class DetachesTheWayOut:
    """The table is detached on the way out. The logits are right, but the gradient has only the part of the
    way in, and rows of tokens that do not occur get none.
    """

    class TiedLM(reference.TiedLM):
        def forward(self, tokens):
            return F.linear(self.embed(tokens), self.output_weight().detach())


@wrong("check_gradient")
class DetachesTheWayIn:
    """The vectors are detached on the way in. The logits are right, but the gradient has only the part of
    the way out.
    """

    class TiedLM(reference.TiedLM):
        def forward(self, tokens):
            return F.linear(self.embed(tokens).detach(), self.output_weight())


@wrong("check_copy")
class RemembersTheOriginal:
    """The table is looked up by a function that has kept self from the constructor. A deepcopy of the model
    has the same function, and it still asks the original.
    """

    class TiedLM(reference.TiedLM):
        def __init__(self, vocab_size, dim):
            super().__init__(vocab_size, dim)
            self._output_weight = lambda: self.embed.weight

        def output_weight(self):
            return self._output_weight()


@wrong("check_state_dict", shows="exception")
class TieIsNotSaved:
    """The second name of the table is taken out of the state dict on saving, and nothing puts it in again
    on loading: with strict=True the key is missing.
    """

    class TiedLM(_WithHead):
        def __init__(self, vocab_size, dim):
            super().__init__(vocab_size, dim)
            self.head.weight = self.embed.weight

        def state_dict(self, *args, **kwargs):
            state = super().state_dict(*args, **kwargs)
            state.pop("head.weight")
            return state
