import torch

from pytest_torchkata.checks import right


@right
class ObjectWithItsOwnStream:
    """One stream for the warm-up and the capture, and memory that is laid out anew."""

    class graphed:
        def __init__(self, fn, *examples):
            self.inputs = [torch.empty_like(e, memory_format=torch.contiguous_format) for e in examples]
            for static, example in zip(self.inputs, examples, strict=True):
                static.copy_(example.detach())
            self.graph = torch.cuda.CUDAGraph()
            stream = torch.cuda.Stream()
            stream.wait_stream(torch.cuda.current_stream())
            with torch.no_grad():
                with torch.cuda.stream(stream):
                    fn(*self.inputs)
                torch.cuda.synchronize()
                with torch.cuda.graph(self.graph, stream=stream):
                    self.output = fn(*self.inputs)

        def __call__(self, *arguments):
            if len(arguments) != len(self.inputs):
                raise ValueError("wrong number of arguments")
            for static, argument in zip(self.inputs, arguments, strict=True):
                if argument.size() != static.size() or argument.dtype is not static.dtype:
                    raise ValueError("wrong shape or dtype")
            for static, argument in zip(self.inputs, arguments, strict=True):
                static.copy_(argument.detach())
            self.graph.replay()
            return torch.empty_like(self.output).copy_(self.output)


@right
class CloneIsCaptured:
    """The inputs are cloned within the capture as well, and so stay as they were copied."""

    def graphed(fn, *examples):
        inputs = [e.detach().clone() for e in examples]
        specs = [(e.shape, e.dtype) for e in examples]
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.no_grad():
            with torch.cuda.stream(stream):
                for _ in range(11):
                    fn(*[i.clone() for i in inputs])
            torch.cuda.current_stream().wait_stream(stream)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                output = fn(*[i.clone() for i in inputs])

        def call(*arguments):
            if [(a.shape, a.dtype) for a in arguments] != specs:
                raise ValueError
            for static, argument in zip(inputs, arguments, strict=True):
                static.copy_(argument.detach(), non_blocking=True)
            graph.replay()
            return output.detach().clone()

        return call
