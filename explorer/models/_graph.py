"""The values inside an ONNX graph that can be recorded, under the names of the modules that computed them.

Exporters leave the module path of every node: torch's newer one in its metadata (`pkg.torch.onnx.name_scopes`), its
older one and those of TensorFlow in the node's name ("/blocks/blocks.0/conv/Conv").
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SCOPES = "pkg.torch.onnx.name_scopes"
NONLINEAR = {"Relu", "Tanh", "Sigmoid", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "HardSwish", "HardSigmoid"}
NONLINEAR |= {"Softplus", "Softsign", "Mish", "Swish", "ThresholdedRelu", "Softmax", "LogSoftmax", "Clip"}
FLOATS = {1, 10, 11, 16}
"""ONNX's numbers for float32, float16, float64 and bfloat16."""


@dataclass(frozen=True)
class Values:
    """What a graph computes from its inputs, in its own order.

    Attributes:
        names: value of the graph to the names under which it is recorded; the innermost module comes first.
        nonlinear: values that a nonlinearity returns.
        operators: value to the operator that returns it.
    """

    names: dict[str, list[str]] = field(default_factory=dict)
    nonlinear: list[str] = field(default_factory=list)
    operators: dict[str, str] = field(default_factory=dict)


def values(graph: Any) -> Values:
    """The floating-point values of an ONNX graph with inferred types.

    A module is what leaves it: the values computed in its scope and used outside. One that several values leave, since
    it is called again or returns several, has several in the order of the graph. Operators that are no module's last
    word have the module's path and their own name.
    """
    nodes = [node for node, depends in _dependent(graph) if depends]
    types = {value.name: value.type.tensor_type.elem_type for value in (*graph.value_info, *graph.output)}
    paths = [(*_scopes(node), _label(node)) for node in nodes]
    leaving = _leaving(graph, nodes, [set(path[:-1]) for path in paths])
    found = Values()
    for node, path in zip(nodes, paths, strict=True):
        for value in node.output:
            if value and types.get(value, 1) in FLOATS:
                modules = [scope for scope in reversed(path[:-1]) if (scope, value) in leaving]
                found.names[value] = modules or [".".join(filter(None, (*path[-2:-1], path[-1])))]
                found.operators[value] = node.op_type
                if node.op_type in NONLINEAR:
                    found.nonlinear.append(value)
    return found


def _dependent(graph: Any) -> Iterator[tuple[Any, bool]]:
    """Every node, and whether it depends on an input that is no weight."""
    weights = {one.name for one in graph.initializer}
    known = {one.name for one in graph.input if one.name not in weights}
    for node in graph.node:
        depends = any(name in known for name in node.input)
        known |= set(node.output) if depends else set()
        yield node, depends


def _leaving(graph: Any, nodes: list[Any], scopes: list[set[str]]) -> set[tuple[str, str]]:
    """(module, value) for the values computed in a module and used outside of it."""
    made = {value: scope for node, scope in zip(nodes, scopes, strict=True) for value in node.output if value}
    found = {(scope, one.name) for one in graph.output for scope in made.get(one.name, ())}
    for node, scope in zip(nodes, scopes, strict=True):
        for value in node.input:
            found |= {(module, value) for module in made.get(value, set()) - scope}
    return found


def _scopes(node: Any) -> list[str]:
    """The modules around a node from the outermost to the innermost, by their full paths."""
    noted: Mapping[str, str] = {one.key: one.value for one in node.metadata_props}
    if SCOPES in noted:
        try:
            return [_clean(str(scope)) for scope in ast.literal_eval(noted[SCOPES])[:-1] if scope]
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return []
    full: list[str] = []
    last = outer = ""
    for part in node.name.strip("/").split("/")[:-1]:
        before = outer if last and part.startswith(f"{last}.") else (full[-1] if full else "")
        full.append(_clean(f"{before}.{part}" if before else part))
        outer, last = before, part
    return full


def _label(node: Any) -> str:
    """A node's own name below its module."""
    noted = {one.key: one.value for one in node.metadata_props}
    first = next((one for one in node.output if one), node.op_type)
    return _clean((first if SCOPES in noted else node.name.strip("/").rsplit("/", 1)[-1]) or first)


def _clean(name: str) -> str:
    """A name without the marks that separate runs, steps and calls."""
    return name.replace(":", "_").replace("#", "_").replace("/", ".").strip(".") or "value"
