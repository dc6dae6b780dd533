import torch

from pytest_torchkata.checks import wrong

from . import reference


def made_of(before=True, x_recorded=True, out_recorded=True, wait="event"):
    """Return an on_side_stream that may leave something out."""

    def on_side_stream(fn, x, stream):
        if before:
            stream.wait_stream(torch.cuda.current_stream())
        if x_recorded:
            x.record_stream(stream)
        with torch.cuda.stream(stream):
            out = fn(x)
        done = stream.record_event()

        def finish():
            current = torch.cuda.current_stream()
            if wait == "event":
                current.wait_event(done)
            elif wait == "stream":
                current.wait_stream(stream)
            if out_recorded:
                out.record_stream(current)
            return out

        return finish

    return on_side_stream


@wrong("check_input_ready")
class NothingBeforeFn:
    """The side stream does not wait for the current one. fn starts at once, and reads an x that is still
    being computed.
    """

    on_side_stream = made_of(before=False)


@wrong("check_result_ready")
class NothingAfterFn:
    """Nothing waits for fn. That the call has returned says only that the work is queued; the current stream
    reads the result before it is there.
    """

    on_side_stream = made_of(wait=None)


@wrong("check_input_memory")
class InputNotRecorded:
    """The allocator does not know that x is used on the side stream. When the caller drops x, its memory
    goes to the next tensor of the current stream, which overwrites it before fn has read it.
    """

    on_side_stream = made_of(x_recorded=False)


@wrong("check_result_memory")
class ResultNotRecorded:
    """The result was made on the side stream, and the allocator does not know that another stream reads it.
    Dropped by the caller, it is overwritten by the side stream's next tensor, perhaps before it is read.
    """

    on_side_stream = made_of(out_recorded=False)


@wrong("check_input_memory")
class RecordedOnTheirOwnStreams:
    """Each tensor is recorded on the stream that it was made on, which the allocator knows without it. It
    has to be told of the other stream, the one that uses the tensor.
    """

    def on_side_stream(fn, x, stream):
        x.record_stream(torch.cuda.current_stream())
        finish = made_of(x_recorded=False, out_recorded=False)(fn, x, stream)

        def finish_too():
            out = finish()
            out.record_stream(stream)
            return out

        return finish_too


@wrong("check_host")
class HostWaitsForFn:
    """finish lets the host wait until fn is done. The numbers are right, but the host has queued nothing
    behind it, and the device is idle afterwards. It is enough that the current stream waits.
    """

    def on_side_stream(fn, x, stream):
        finish = reference.on_side_stream(fn, x, stream)

        def finish_later():
            stream.synchronize()
            return finish()

        return finish_later


@wrong("check_host")
class HostWaitsForTheInput:
    """The host waits until x is ready, before it queues fn. It is enough that the side stream waits."""

    def on_side_stream(fn, x, stream):
        torch.cuda.synchronize()
        return made_of(before=False)(fn, x, stream)


@wrong("check_overlap")
class WaitsAtOnce:
    """The current stream is told to wait in the call already. Whatever is queued on it next stands behind fn,
    and the two streams never work at the same time.
    """

    def on_side_stream(fn, x, stream):
        finish = reference.on_side_stream(fn, x, stream)
        torch.cuda.current_stream().wait_stream(stream)
        return finish


@wrong("check_only_this_work")
class WaitsForTheWholeStream:
    """finish waits for the stream, and with it for all that others have queued there since the call. An
    event that is recorded right behind fn marks the end of fn alone.
    """

    on_side_stream = made_of(wait="stream")


@wrong("check_other_stream")
class StreamOfTheCall:
    """The stream that was current in the call waits, and not the one that is current in finish. A result
    that is asked for on a third stream is read there too early.
    """

    def on_side_stream(fn, x, stream):
        current = torch.cuda.current_stream()
        stream.wait_stream(current)
        x.record_stream(stream)
        with torch.cuda.stream(stream):
            out = fn(x)
        done = stream.record_event()

        def finish():
            current.wait_event(done)
            out.record_stream(current)
            return out

        return finish


@wrong("check_current_stream")
class SideStreamStaysCurrent:
    """set_stream is called, and not called again. All that the caller does afterwards happens on the side
    stream as well.
    """

    def on_side_stream(fn, x, stream):
        before = torch.cuda.current_stream()
        stream.wait_stream(before)
        x.record_stream(stream)
        torch.cuda.set_stream(stream)
        out = fn(x)
        done = stream.record_event()

        def finish():
            before.wait_event(done)
            out.record_stream(before)
            return out

        return finish


@wrong("check_current_stream")
class NotRestoredAfterAnError:
    """The current stream is set back only if fn returns. After an exception the caller goes on working on
    the side stream; a with statement, or finally, sets it back in either case.
    """

    def on_side_stream(fn, x, stream):
        before = torch.cuda.current_stream()
        stream.wait_stream(before)
        x.record_stream(stream)
        torch.cuda.set_stream(stream)
        out = fn(x)
        torch.cuda.set_stream(before)
        done = stream.record_event()

        def finish():
            torch.cuda.current_stream().wait_event(done)
            out.record_stream(torch.cuda.current_stream())
            return out

        return finish


@wrong("check_current_stream")
class NeverLeavesTheCurrentStream:
    """fn runs on the current stream: to wait for a stream is not to work on it. All numbers are right, and
    nothing works at the same time.
    """

    def on_side_stream(fn, x, stream):
        stream.wait_stream(torch.cuda.current_stream())
        out = fn(x)

        def finish():
            torch.cuda.current_stream().wait_stream(stream)
            return out

        return finish


@wrong("check_parallel_streams")
class OneStreamForAll:
    """All functions are queued on the same stream. There they run one after the other."""

    def parallel(fns, x):
        stream = torch.cuda.Stream()
        finishes = [reference.on_side_stream(fn, x, stream) for fn in fns]
        return [finish() for finish in finishes]


@wrong("check_parallel_overlap")
class OneAfterTheOther:
    """Each function is waited for before the next is started. The current stream stands behind the first
    then, and the second waits for the current stream.
    """

    def parallel(fns, x):
        return [reference.on_side_stream(fn, x, torch.cuda.Stream())() for fn in fns]


@wrong("check_parallel_ready")
class WaitsForTheLast:
    """The current stream waits for the stream of the last function only. That it was started last does not
    make it the last to be done.
    """

    def parallel(fns, x):
        streams = [torch.cuda.Stream() for _ in fns]
        outs = []
        for fn, stream in zip(fns, streams, strict=True):
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                outs.append(fn(x))
        for stream in streams[-1:]:
            torch.cuda.current_stream().wait_stream(stream)
        for out in outs:
            out.record_stream(torch.cuda.current_stream())
        return outs


@wrong("check_parallel_ready")
class ParallelDoesNotWaitForTheInput:
    """The streams of the functions do not wait for the current one. They read an x that is still being
    computed.
    """

    def parallel(fns, x):
        finishes = [made_of(before=False)(fn, x, torch.cuda.Stream()) for fn in fns]
        return [finish() for finish in finishes]


@wrong("check_parallel_memory")
class ParallelRecordsNothing:
    """The streams wait for each other as they should, but the allocator is told nothing. A result that the
    caller drops is overwritten on the stream that it was made on, perhaps before it is read.
    """

    def parallel(fns, x):
        finishes = [made_of(out_recorded=False)(fn, x, torch.cuda.Stream()) for fn in fns]
        return [finish() for finish in finishes]


@wrong("check_parallel_host")
class ParallelSynchronizes:
    """synchronize lets the host wait for the device. It is enough that the current stream waits for the
    others.
    """

    def parallel(fns, x):
        outs = reference.parallel(fns, x)
        torch.cuda.synchronize()
        return outs
