import torch

from pytest_torchkata.checks import right


def start(fn, x, stream):
    """Queue fn(x) on stream, and return its result and an event behind it."""
    ready = torch.cuda.current_stream().record_event()
    before = torch.cuda.current_stream()
    torch.cuda.set_stream(stream)
    try:
        ready.wait()
        out = fn(x)
        x.record_stream(stream)
        done = torch.cuda.Event()
        done.record()
    finally:
        torch.cuda.set_stream(before)
    return out, done


@right
class EventsByHand:
    """Events and set_stream, with one event for x and one for each result."""

    def on_side_stream(fn, x, stream):
        out, done = start(fn, x, stream)

        def finish():
            done.wait(torch.cuda.current_stream())
            out.record_stream(torch.cuda.current_stream())
            return out

        return finish

    def parallel(fns, x):
        started = [start(fn, x, torch.cuda.Stream()) for fn in fns]
        for out, done in started:
            done.wait()
            out.record_stream(torch.cuda.current_stream())
        return [out for out, _ in started]


@right
class WholeStreams:
    """In parallel whole streams are waited for, which nobody else uses."""

    def parallel(fns, x):
        current = torch.cuda.current_stream()
        streams = [torch.cuda.Stream() for _ in fns]
        outs = []
        for fn, stream in zip(fns, streams, strict=True):
            stream.wait_stream(current)
            with torch.cuda.stream(stream):
                outs.append(fn(x))
        for out, stream in zip(outs, streams, strict=True):
            current.wait_stream(stream)
            out.record_stream(current)
        return outs  # x was in use before the current stream goes on: no record_stream is needed


@right
class ObjectThatFinishes:
    """finish is an object that can be called; x is kept until then as well."""

    class on_side_stream:
        def __init__(self, fn, x, stream):
            self.x = x
            x.record_stream(stream)
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                self.out = fn(x)
                self.done = torch.cuda.Event()
                self.done.record(stream)

        def __call__(self):
            torch.cuda.current_stream().wait_event(self.done)
            self.out.record_stream(torch.cuda.current_stream())
            return self.out
