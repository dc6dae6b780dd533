import torch

from pytest_torchkata.checks import wrong

from . import reference


@torch.no_grad()
def captured(fn, inputs, warm_up=True):
    """Return a graph and its output."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    if warm_up:
        with torch.cuda.stream(side):
            fn(*inputs)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        output = fn(*inputs)
    return graph, output


@torch.no_grad()
def fill(inputs, arguments):
    """Copy the arguments to where the graph reads them, if they fit."""
    if [(a.shape, a.dtype) for a in arguments] != [(i.shape, i.dtype) for i in inputs]:
        raise ValueError("the arguments are not like the examples")
    for static, argument in zip(inputs, arguments, strict=True):
        static.copy_(argument)


@wrong("check_values")
class ArgumentsNotCopied:
    """The arguments are not copied to where the graph reads. It holds addresses: every call computes the
    result for the examples, whatever it is called with.
    """

    def graphed(fn, *examples):
        inputs = [e.clone() for e in examples]
        graph, output = captured(fn, inputs)

        def replayed(*arguments):
            fill([i.clone() for i in inputs], arguments)  # not the tensors that were captured
            graph.replay()
            return output.clone()

        return replayed


@wrong("check_values")
class ReplaysOnlyOnce:
    """The graph is replayed once, behind the capture, and not in each call. The results are always those of
    the first replay.
    """

    def graphed(fn, *examples):
        inputs = [e.clone() for e in examples]
        graph, output = captured(fn, inputs)
        graph.replay()

        def replayed(*arguments):
            fill(inputs, arguments)
            return output.clone()

        return replayed


@wrong("check_earlier_results")
class OutputItself:
    """The output that was captured is returned itself. Every replay writes to it, so all results are the
    same tensor, with the values of the last call. Without a copy of its values it does not belong to the
    caller.
    """

    def graphed(fn, *examples):
        inputs = [e.clone() for e in examples]
        graph, output = captured(fn, inputs)

        def replayed(*arguments):
            fill(inputs, arguments)
            graph.replay()
            return output.detach()

        return replayed


@wrong("check_calls")
class CallsFn:
    """fn is called as ever. The results are right, and every kernel is launched one by one."""

    def graphed(fn, *examples):
        fast = reference.graphed(fn, *examples)

        @torch.no_grad()
        def called(*arguments):
            fast(*arguments)
            return fn(*[a.clone() for a in arguments])

        return called


@wrong("check_calls")
class CapturesInEveryCall:
    """Every call captures a graph of its own, for the tensors that it was called with. A capture costs far
    more than the launches that it saves.
    """

    def graphed(fn, *examples):
        expected = [(e.shape, e.dtype) for e in examples]

        def called(*arguments):
            if [(a.shape, a.dtype) for a in arguments] != expected:
                raise ValueError("the arguments are not like the examples")
            graph, output = captured(fn, [a.detach().clone() for a in arguments])
            graph.replay()
            return output.clone()

        return called


@wrong("check_warm_up")
class NoWarmUp:
    """The first call of fn is captured. What libraries set up at their first call, handles and workspaces,
    is then set up during the capture, which may fail, or is made part of the graph.
    """

    def graphed(fn, *examples):
        inputs = [e.clone() for e in examples]
        graph, output = captured(fn, inputs, warm_up=False)

        def replayed(*arguments):
            fill(inputs, arguments)
            graph.replay()
            return output.clone()

        return replayed


@wrong("check_warm_up")
class WarmsUpOnTheCurrentStream:
    """The warm-up runs on the current stream. A capture runs on a side stream, and some of what is set up at
    first is set up for each stream: PyTorch asks for a warm-up on a side stream.
    """

    def graphed(fn, *examples):
        inputs = [e.detach().clone() for e in examples]
        with torch.no_grad():
            fn(*inputs)
        return reference.graphed(fn, *inputs)


@wrong("check_examples")
class ExamplesAreTheInputs:
    """The graph reads the examples themselves, so every call writes its arguments into them. They are the
    caller's, who may need their values.
    """

    def graphed(fn, *examples):
        inputs = [e.detach() for e in examples]
        graph, output = captured(fn, inputs)

        def replayed(*arguments):
            fill(inputs, arguments)
            graph.replay()
            return output.clone()

        return replayed


@wrong("check_in_place")
class WarmsUpOnTheExamples:
    """The warm-up gets the examples. An fn that works in place changes them, once for each round."""

    def graphed(fn, *examples):
        inputs = [e.detach().clone() for e in examples]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.no_grad(), torch.cuda.stream(side):
            fn(*[e.detach() for e in examples])
        torch.cuda.current_stream().wait_stream(side)
        return reference.graphed(fn, *inputs)


@wrong("check_refusals")
class NothingIsRefused:
    """The arguments are copied as they come. copy_ broadcasts a size of 1 and casts other dtypes, so a
    wrong argument gives a result that looks right.
    """

    def graphed(fn, *examples):
        inputs = [e.clone() for e in examples]
        graph, output = captured(fn, inputs)

        @torch.no_grad()
        def replayed(*arguments):
            for static, argument in zip(inputs, arguments, strict=False):
                static.copy_(argument)
            graph.replay()
            return output.clone()

        return replayed


@wrong("check_refusals")
class OnlyShapesAreCompared:
    """The shapes are compared, and the dtypes are not. copy_ casts whatever it gets."""

    def graphed(fn, *examples):
        inputs = [e.clone() for e in examples]
        graph, output = captured(fn, inputs)

        @torch.no_grad()
        def replayed(*arguments):
            if [a.shape for a in arguments] != [i.shape for i in inputs]:
                raise ValueError("the shapes are not those of the examples")
            for static, argument in zip(inputs, arguments, strict=True):
                static.copy_(argument)
            graph.replay()
            return output.clone()

        return replayed


@wrong("check_weights")
class RecordsGradients:
    """fn is captured with gradients switched on. Every result hangs on the graph that autograd recorded
    during the capture, and a backward through it has nothing to do with the replay.
    """

    def graphed(fn, *examples):
        inputs = [e.detach().clone() for e in examples]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            fn(*inputs)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            output = fn(*inputs)

        def replayed(*arguments):
            fill(inputs, arguments)
            graph.replay()
            return output.clone()

        return replayed


@wrong("check_no_waiting")
class Synchronizes:
    """Every call waits for the device. The launches are saved, and the time for them is spent on waiting:
    work on one stream runs in order without it.
    """

    def graphed(fn, *examples):
        fast = reference.graphed(fn, *examples)

        def replayed(*arguments):
            out = fast(*arguments)
            torch.cuda.synchronize()
            return out

        return replayed
