"""Programs of PyTorch: gradients beside autograd, what passes each cut, names, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs PyTorch")

import torch
import torch_programs as programs
from torch import nn
from torch.nn import functional
from torch_programs import DOUBLE, perceptron

import graphdiff as gd
from graphdiff.errors import DerivativeError, TraceError
from graphdiff.operations.network import Operations

ONE = torch.ones((), dtype=DOUBLE)


def seeded(*shape: int, seed: int = 0, dtype: Any = DOUBLE) -> Any:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE).to(dtype)


def made(module: nn.Module, *inputs: Any) -> nn.Module:
    """Return a module of doubles with weights that are the same every time."""
    module = module.double()
    if inputs:
        module(*inputs)  # what is lazy has its shape then
    with torch.no_grad():
        for number, parameter in enumerate(module.parameters()):
            parameter.copy_(seeded(*parameter.shape, seed=number) / math.sqrt(parameter.shape[-1]))
    return module


def autograd(program: Callable[..., Any], wanted: list[Any], *inputs: Any) -> list[Any]:
    """Return torch's own gradient, by the plainest way there is."""
    with torch.enable_grad():
        result = program(*inputs)
        gradients = torch.autograd.grad(result, wanted, torch.ones_like(result), allow_unused=True)
    return [
        torch.zeros_like(one) if gradient is None else gradient for one, gradient in zip(wanted, gradients, strict=True)
    ]


def require_equal(net: Operations, program: Callable[..., Any], *inputs: Any) -> None:
    """Hold all gradients against torch's, to 1e-12 of the largest."""
    leaves = [one.clone().requires_grad_(one.is_floating_point()) for one in inputs]
    floats = {name: leaf for name, leaf in zip(net.inputs, leaves, strict=True) if leaf.requires_grad}
    wanted = {**floats, **(dict(program.named_parameters()) if isinstance(program, nn.Module) else {})}
    expected = autograd(program, list(wanted.values()), *leaves)
    found = net.reverse({net.outputs[0]: 1.0})
    assert set(wanted) <= set(net)
    for name, gradient in zip(wanted, expected, strict=True):
        size = gradient.abs().max().item()
        difference = (found.get(name, torch.zeros_like(gradient)) - gradient).abs().max().item()
        assert difference <= 1e-12 * max(1.0, size), name


def traced(program: Callable[..., Any], *inputs: Any) -> Operations:
    """Return a program traced, its gradients held against torch's."""
    net = gd.trace(program, *inputs)
    require_equal(net, program, *inputs)
    return net


# Gradients


def loss_of_cells(cell: nn.Module) -> Callable[[Any], Any]:
    def loss(x: Any) -> Any:
        state = torch.zeros(1, 3, dtype=DOUBLE)
        for step in x:
            state = cell(step, state)
        return (state**2).sum()

    return loss


def squares(model: nn.Module) -> Callable[..., Any]:
    return lambda x, y: functional.mse_loss(model(x), y)


#: The models of ../shared/data/compgraph, and what is done with each.
SAVED = {
    "mlp_3_4_2": (lambda: nn.Sequential(*perceptron(3, 4, 2), nn.Tanh()), squares),
    "mlp_8_16_16_4": (lambda: nn.Sequential(*perceptron(8, 16, 16, 4), nn.Tanh()), squares),
    "rnncell_T6": (lambda: nn.RNNCell(2, 3), loss_of_cells),
    "grucell_T8": (lambda: nn.GRUCell(2, 3), loss_of_cells),
    "transformer_layer": (
        lambda: nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True),
        lambda model: lambda x: (model(x) ** 2).mean(),
    ),
}


@pytest.mark.parametrize("name", SAVED)
def test_gradients_of_saved_models(name: str, shared_data: Path) -> None:
    truth = json.loads((shared_data / "compgraph" / f"torch.{name}.truth.json").read_text(encoding="utf-8"))
    build, program = SAVED[name]
    model = build().double()
    model.load_state_dict({key: torch.tensor(value, dtype=DOUBLE) for key, value in truth["params"].items()})
    inputs = [torch.tensor(value, dtype=DOUBLE) for value in truth["inputs"].values()]
    net = gd.trace(program(model), *inputs)
    assert float(net.value("out")) == pytest.approx(truth["loss"], rel=1e-12)
    found = net.reverse()
    prefix = net.parameters[0].partition(".")[0]
    for key, gradient in truth["grads"].items():
        torch.testing.assert_close(
            found[f"{prefix}.{key}"], torch.tensor(gradient, dtype=DOUBLE), rtol=1e-12, atol=1e-12
        )


def require_random_graphs(seeds: range) -> None:
    """Hold random graphs against torch: each has inputs and parameters of its own, and they share one export."""
    module = made(programs.Many(seeds))
    inputs = [seeded(4, 6, seed=2 * seed + place) for seed in seeds for place in (0, 1)]
    net = traced(module, *inputs)
    require_cuts(net, range(0, len(net), 7))


@pytest.mark.parametrize("first", range(0, 40, 20))
def test_random_graphs(first: int) -> None:
    require_random_graphs(range(first, first + 20))


@pytest.mark.slow
def test_three_hundred_random_graphs() -> None:
    for first in range(1_000, 1_300, 20):
        require_random_graphs(range(first, first + 20))


# What passes a cut


def require_cuts(net: Operations, places: Any) -> None:
    """Hold what passes behind each of some places, which part the inputs from the output, against the total."""
    flow = net.contributions()
    position = net.index
    last = position[net.outputs[0]]
    edges = list(zip(net.edges, flow.edges.tolist(), strict=True))
    size = math.fsum(abs(contribution) for _, contribution in edges)
    assert flow.total == pytest.approx(flow.forward_total, abs=1e-12 * max(size, 1e-300))
    for place in places:
        before = {name for name in net if position[name] <= place or net.operations[position[name]].maps is None}
        if place < last:
            passing = [one for (tail, head, _), one in edges if tail in before and head not in before]
            assert math.fsum(passing) == pytest.approx(flow.total, abs=1e-10 * max(size, 1e-300))


NETS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], list[str]]] = {
    "an MLP": (
        lambda: perceptron(5, 7, 7, 1),
        (1, 5),
        ["0", "1", "2", "3"],
    ),
    "a residual net": (
        lambda: programs.Residual(4, 3),
        (2, 4),
        ["blocks.0.0", "add", "blocks.1.2", "add#1", "blocks.2.1", "add#2", "head"],
    ),
    "an LSTM over 50 steps": (
        lambda: programs.Recurrent(nn.LSTM, 2, 3),
        (1, 50, 2),
        [f"memory.add#{2 * step + 1}" for step in range(0, 50, 7)],
    ),
    "a transformer of two layers": (
        lambda: programs.Transformer(8, 2, 2),
        (1, 5, 8),
        [
            "layers.0.norm1",
            "layers.0.attn.softmax",
            "layers.0.add",
            "layers.0.add#1",
            "layers.1.attn.q_proj",
            "layers.1.add",
        ],
    ),
}


@cache
def net_of(name: str) -> tuple[Operations, nn.Module, Any]:
    """Return a network traced, its gradients held against torch's; the network and what went in."""
    build, shape, _ = NETS[name]
    inputs = seeded(*shape, seed=5)
    model = made(build(), inputs)
    return traced(model, inputs), model, inputs


@pytest.mark.parametrize("name", NETS)
def test_what_passes_a_cut_is_the_total(name: str) -> None:
    net, model, inputs = net_of(name)
    require_cuts(net, [net.position(layer) for layer in NETS[name][2]])
    leaf = inputs.clone().requires_grad_()
    (gradient,) = autograd(model, [leaf], leaf)
    assert net.contributions().total == pytest.approx(float((inputs * gradient).sum()), rel=1e-12)


def test_a_skip_and_its_branch_carry_what_autograd_says() -> None:
    net, model, x = net_of("a residual net")
    graph = net.flow()
    middle = (x + model.blocks[0](x)).detach().requires_grad_()
    last = middle + model.blocks[1](middle)
    (ahead,) = torch.autograd.grad(model.head(last + model.blocks[2](last)).sum(), middle)
    moved = torch.func.jvp(model.blocks[0], (x,), (x,))[1].detach()
    assert graph.edges["x", "add", 0]["contribution"] == pytest.approx(float((x * ahead).sum()), rel=1e-12)
    assert graph.edges["blocks.0.2", "add", 1]["contribution"] == pytest.approx(float((moved * ahead).sum()), rel=1e-12)


def test_heads_of_attention_by_their_axis() -> None:
    net, _, _ = net_of("a transformer of two layers")
    mixed = next(
        name for name in net if name.startswith("layers.0.attn") and tuple(net.value(name).shape) == (1, 2, 5, 4)
    )
    tangent, adjoint = net.forward()[mixed], net.reverse()[mixed]
    by_head = (tangent * adjoint).sum((0, 2, 3))
    assert float(by_head.sum()) == pytest.approx(net.flow().nodes[mixed]["contribution"], rel=1e-12)


# Names and places


def test_operations_are_called_by_their_module() -> None:
    net, _, _ = net_of("a transformer of two layers")
    assert {"layers.1.attn.q_proj", "layers.0.norm1", "layers.1.mlp.1", "layers.0.attn.softmax", "head", "out"} <= set(
        net
    )
    assert {"layers.1.attn.q_proj.weight", "head.bias"} <= set(net.parameters)
    assert (net.inputs, net.outputs) == (("x",), ("out",))
    about = net.operations[net.position("layers.1.attn.q_proj")].about
    assert about["module"] == "layers.1.attn.q_proj"
    assert Path(about["file"]).name == "torch_programs.py"
    assert "queries, keys, values" in Path(about["file"]).read_text(encoding="utf-8").splitlines()[about["line"] - 1]
    assert len(set(net)) == len(net)


def test_steps_of_a_cell_and_of_a_recurrent_module() -> None:
    cells = gd.trace(made(programs.Cells(2, 3)), seeded(1, 4, 2))
    steps = [operation.about.get("step") for operation in cells.operations if operation.op == "tanh"]
    assert steps == [0, 1, 2, 3]
    memory = gd.trace(made(programs.Recurrent(nn.GRU, 2, 3, num_layers=2), seeded(1, 3, 2)), seeded(1, 3, 2))
    steps = [operation.about.get("step") for operation in memory.operations if operation.op == "tanh"]
    assert steps == [0, 1, 2] * 2


def test_a_function_of_tensors_and_the_module_that_it_uses() -> None:
    model, x, y = made(perceptron(3, 2)), seeded(4, 3), torch.tensor([0, 1, 1, 0])

    def loss(x: Any, *, labels: Any) -> Any:
        scores = model(x)
        return functional.cross_entropy(scores, labels)

    net = gd.trace(loss, x, labels=y)
    assert net.parameters == ("model.0.weight", "model.0.bias")
    assert net.inputs == ("x", "labels")
    place = net.operations[net.position("model.0")].about
    assert (place["module"], place["line"]) == ("model.0", loss.__code__.co_firstlineno + 1)
    expected = autograd(lambda x: loss(x, labels=y), list(model.parameters()), x)
    for name, gradient in zip(net.parameters, expected, strict=True):
        torch.testing.assert_close(net.reverse()[name], gradient, rtol=1e-12, atol=1e-12)


def test_inputs_and_results_in_lists_and_dicts() -> None:
    x = seeded(2, 3)
    net = gd.trace(
        lambda batch, *rest, mask=None: {"loss": (batch["x"] * rest[0][0] * mask).sum(), "more": (batch["x"], x > 0)},
        {"x": x},
        [x + 1],
        mask=x > 0,
    )
    assert net.inputs == ("batch[x]", "rest[0][0]", "mask")
    assert net.outputs == ("loss", "batch[x]", "more[1]")
    torch.testing.assert_close(net.reverse("loss")["batch[x]"], (x + 1) * (x > 0))


def test_one_tensor_that_is_given_twice_is_two_inputs() -> None:
    x = seeded(3)
    net = traced(lambda x, y: (x * y * y).sum(), x, x)
    torch.testing.assert_close(net.reverse()["x"], x * x)
    torch.testing.assert_close(net.reverse()["y"], 2 * x * x)


def test_tied_weights_are_one_node() -> None:
    model = made(perceptron(3, 3, 3))
    model[2].weight = model[0].weight
    net = traced(model, seeded(2, 3))
    assert net.parameters == ("0.weight", "0.bias", "2.bias")
    assert [head for tail, head, _ in net.edges if tail == "0.weight"] == ["0", "2"]


def test_a_square_has_two_edges() -> None:
    net = gd.trace(lambda x: (x * x).sum(), seeded(3))
    assert net.edges == [("x", "mul", 0), ("x", "mul", 1), ("mul", "out", 0)]


# Kinds of operations and of numbers


def test_convolutions_pooling_and_batches_that_are_normalized() -> None:
    images = seeded(2, 3, 8, 8)
    layers = (
        nn.Conv2d(3, 4, 3, padding=1, stride=2),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16, 1),
    )
    model = made(nn.Sequential(*layers))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    net = gd.trace(model, images)
    assert model.training
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    require_equal(net, model, images)
    net = traced(model.eval(), images)
    assert net.operations[net.position("1")].op == "batch_norm"
    assert {"1.running_mean", "1.running_var"} <= set(net.parameters)
    # That the mean moves is asked of the formula: torch has no gradient of what a module holds.
    shift = net.forward({"1.running_mean": 1.0})["1"]
    expected = -model[1].weight / (model[1].running_var + model[1].eps).sqrt()
    torch.testing.assert_close(shift, expected.detach().view(1, 4, 1, 1).expand_as(shift))


def test_embeddings_masks_and_indices() -> None:
    words = torch.tensor([[1, 2, 0], [0, 3, 1]])
    model = made(nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 2)))
    net = traced(model, words)
    assert net.contributions({"0.weight": 1.0}, {"1": 1.0}).total == pytest.approx(
        float(net.reverse({"1": 1.0})["0.weight"].sum())
    )
    with pytest.raises(gd.errors.UsageError, match="no data input holds floats"):
        net.contributions(cotangent={"1": 1.0})
    hidden = functional.one_hot(torch.tensor([1, 0]), 3).bool()
    net = traced(lambda x: x.masked_fill(hidden, float("-inf")).softmax(-1)[:, 1].sum(), seeded(2, 3))
    require_cuts(net, range(len(net)))


def test_operations_in_place_and_lists_of_results() -> None:
    def program(x: Any) -> Any:
        y = x * 2
        y[0] = x[1]
        y.add_(1).mul_(x)
        first, second = y.split(1)
        values, places = y.max(1)
        return (first * second.sin()).sum() + values.sum() + x.gather(1, places[:, None]).sum()

    x = seeded(2, 3)
    given = x.clone()
    require_cuts(net := traced(program, x), range(len(net)))
    assert torch.equal(x, given)


@pytest.mark.parametrize(("dtype", "digits"), [("bfloat16", 0.05), ("float16", 5e-3)])
def test_other_floats(dtype: str, digits: float) -> None:
    model, x = perceptron(8, 8, 1).to(getattr(torch, dtype)), seeded(1, 8, dtype=getattr(torch, dtype))
    net = gd.trace(model, x)
    flow = net.contributions(cotangent={"2": 1.0})
    size = math.fsum(map(abs, flow.edges.tolist()))
    assert flow.total == pytest.approx(flow.forward_total, abs=digits * size)
    gradients = net.reverse({"2": 1.0})
    assert {str(gradients[name].dtype) for name in net.parameters} == {f"torch.{dtype}"}
    assert net.space.to_numpy(gradients["input"]).shape == (1, 8)


def test_sums_of_products_are_in_double_precision() -> None:
    large = torch.full((100_000,), 0.1, dtype=torch.float32)
    space = gd.trace(lambda x: x.sum(), large).space
    exact = math.fsum([float(large[0]) ** 2] * 100_000)
    assert space.dot(large, large.clone()) == pytest.approx(exact, rel=1e-12)
    assert space.dot(large, large) == pytest.approx(exact, rel=1e-12)


def test_without_a_forward_mode_the_transpose_is_transposed() -> None:
    image, places = seeded(1, 1, 4, 4), seeded(1, 3, 3, 2) / 3
    net = traced(lambda image, places: functional.grid_sample(image, places, align_corners=False).sum(), image, places)
    about = net.operations[net.position("grid_sampler_2d")].about
    assert "transposing" in about["forward"]
    pushed = net.forward()["out"]
    _, expected = torch.func.vjp(lambda *both: functional.grid_sample(*both, align_corners=False).sum(), image, places)
    assert float(pushed) == pytest.approx(
        sum(float((one * back).sum()) for one, back in zip((image, places), expected(ONE), strict=True))
    )


def test_neither_forward_mode_nor_second_derivative_is_told() -> None:
    net = traced(lambda x, y: torch.cdist(x, y).sum(), seeded(2, 3), seeded(4, 3, seed=1))
    with pytest.raises(DerivativeError, match=r"line .*cdist.* no forward mode of it, nor a second derivative"):
        net.contributions()


def test_what_detach_and_no_grad_cut_off_stays_cut_off() -> None:
    def straight(x: Any) -> Any:
        rounded = x + (x.round() - x).detach()
        with torch.no_grad():
            scale = (x * x).sum().sqrt()
        return (rounded * scale).sum()

    x = seeded(3)
    net = traced(straight, x)
    stopped = {operation.name: operation.about.get("stopped") for operation in net.operations}
    assert {"detach()", "no_grad"} <= set(stopped.values())
    torch.testing.assert_close(net.reverse()["x"], x.norm().expand(3), rtol=1e-12, atol=0)
    require_cuts(net, range(len(net)))
    assert gd.trace(torch.no_grad()(lambda x: x.sum()), x).contributions().total == 0


def test_what_was_changed_in_place_before_detach_stays_cut_off() -> None:
    def program(x: Any) -> Any:
        y = x.clone()
        y[1] = x[0] * 2
        y[:, torch.tensor([0, 2])] += 1.5
        with torch.no_grad():
            scale = y.t()[0]
        return (y.detach() * y).sum() + (y[:, :2] * scale).sum()

    require_cuts(net := traced(program, seeded(2, 3)), range(len(net)))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_whether_gradients_are_on_makes_no_difference(mode: Callable[[], Any]) -> None:
    first, model, x = net_of("a residual net")
    plain = first.reverse()
    model.requires_grad_(False)
    with mode():
        net = gd.trace(model, x.clone().requires_grad_())
        found, total = net.reverse(), net.contributions().total
    model.requires_grad_(True)
    assert set(found) == set(plain)
    assert all(torch.equal(found[name], plain[name]) for name in plain)
    assert total == pytest.approx(float((plain["x"] * x).sum()), rel=1e-12)


def test_nothing_that_is_given_is_changed() -> None:
    model, x = made(perceptron(3, 2, 1)), seeded(2, 3)
    net = gd.trace(model, x)
    before = net.reverse({"2": 1.0})["0.weight"].clone()
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    with torch.no_grad():
        model[2].weight.zero_()
        x.zero_()
    assert torch.equal(net.reverse({"2": 1.0})["0.weight"], before)
    assert float(before.abs().max()) > 0


def test_torchs_own_gradient_is_at_hand() -> None:
    net, _, _ = net_of("a residual net")
    assert net.reference is not None
    own = net.reference({"out": ONE})
    assert set(own) == {*net.inputs, *net.parameters}
    for name, gradient in net.reverse().items():
        if name in own:
            torch.testing.assert_close(gradient, own[name], rtol=1e-12, atol=1e-14)


def test_a_second_derivative_by_tracing_the_gradient() -> None:
    x, v = seeded(3), seeded(3, seed=1)
    net = gd.trace(lambda x, v: (torch.func.grad(lambda z: (z**3).sum() * z[0])(x) * v).sum(), x, v)
    hessian = torch.func.hessian(lambda z: (z**3).sum() * z[0])(x)
    torch.testing.assert_close(net.reverse()["x"], hessian @ v, rtol=1e-12, atol=1e-12)
    model = made(perceptron(3, 1))
    with pytest.raises(TraceError, match="functional_call"):
        gd.trace(lambda x: torch.func.grad(lambda z: model(z).sum())(x).sum(), x)


def test_the_same_at_other_inputs() -> None:
    net, model, x = net_of("a residual net")
    other = net.at({"x": -x, "head.weight": 2.0})
    with torch.no_grad():
        kept = model.head.weight.clone()
        model.head.weight.fill_(2.0)
        expected = model(-x)
    leaf = (-x).requires_grad_()
    (gradient,) = autograd(model, [leaf], leaf)
    with torch.no_grad():
        model.head.weight.copy_(kept)
    assert float(other.value("out")) == pytest.approx(float(expected), rel=1e-12)
    torch.testing.assert_close(other.reverse()["x"], gradient, rtol=1e-12, atol=1e-14)
    assert other.reference is not None
    torch.testing.assert_close(other.reference({"out": ONE})["x"], gradient, rtol=1e-12, atol=1e-14)


def test_all_methods_agree() -> None:
    model, x = made(perceptron(3, 2, 1)), seeded(2, 3)
    check = gd.check(lambda x: model(x).sum(), x)
    assert check
    assert {"reverse", "central differences"} <= {one.method for one in check.compared}


# What is refused


class Cut(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        context.mark_non_differentiable(result := x * 2)
        return result


class Sign(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        return x.sign()

    @staticmethod
    def backward(context: Any, adjoint: Any) -> Any:
        return adjoint


def branching(x: Any) -> Any:
    return x if x.sum() > 0 else -x


def changing(x: Any) -> Any:
    y = x * 1
    with torch.no_grad():
        y.mul_(2)
    return y.sum()


def sharing(x: Any) -> Any:
    y = x * 1
    y.detach().mul_(2)
    return y.sum()


WEIGHT = torch.ones(3, requires_grad=True)
#: A program, what the error says, and in what line of the program.
REFUSED: dict[str, tuple[Callable[..., Any], str]] = {
    "dropout in training": (nn.Sequential(nn.Linear(3, 3), nn.Dropout()), r"module '1'.*at random.*module\.eval\(\)"),
    "a derivative of its own": (
        lambda x: Sign.apply(x).sum(),
        r"line \d+ of .*: Sign is a torch.autograd.Function.*detach\(\)",
    ),
    "a result that is held": (lambda x: (Cut.apply(x) * x).sum(), "Cut is a torch.autograd.Function"),
    "a branch by values": (branching, rf"line {branching.__code__.co_firstlineno + 1} of .*torch.export.*torch.where"),
    "a change that is not differentiated": (changing, "line .*mul_.* within no_grad.*to another name"),
    "a change by way of detach": (sharing, "gives another 'out' than the program itself"),
    "complex numbers": (lambda x: torch.fft.fft(x).abs().sum(), "line .*fft.*complex"),
    "a weight from outside": (lambda x: (x * WEIGHT).sum(), r"shape \(3,\) that requires a gradient is no argument"),
    "cond": (lambda x: torch.cond(x.sum() > 0, lambda x: x * 2, lambda x: -x, (x,)), "cond is no operation of ATen"),
    "numpy within": (lambda x: torch.from_numpy(x.numpy() * 2), r"line .*torch.export.*numpy"),
    "a mistake": (lambda x: x @ torch.ones(5), "line .*torch.export: RuntimeError: inconsistent"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_export_would_lose_is_refused_in_a_line(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    program, message = REFUSED[name]
    with pytest.raises(TraceError, match=message) as caught:
        gd.trace(program, torch.ones(3))
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_dropout_in_evaluation_draws_nothing() -> None:
    model = made(nn.Sequential(nn.Linear(3, 3), nn.Dropout())).eval()
    traced(model, seeded(2, 3))
    assert not model.training
