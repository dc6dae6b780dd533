def conv_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    if min(kernel_size, stride, dilation) < 1:
        raise ValueError(f"below 1: {kernel_size=}, {stride=} or {dilation=}")
    covered = dilation * (kernel_size - 1) + 1
    room = size + 2 * padding - covered
    if room < 0:
        raise ValueError(f"a kernel over {covered} positions does not fit into {size + 2 * padding}")
    return room // stride + 1  # the first place, and one more for each full stride


def same_padding(kernel_size: int, dilation: int = 1) -> int:
    lost = dilation * (kernel_size - 1)
    if lost % 2:
        raise ValueError(f"{lost} positions cannot be shared out between two sides")
    return lost // 2


def receptive_field(layers: list[tuple[int, int]]) -> int:
    seen, apart = 1, 1  # apart: the distance in the input between two neighbours in this layer
    for kernel_size, stride in layers:
        seen += (kernel_size - 1) * apart
        apart *= stride
    return seen
