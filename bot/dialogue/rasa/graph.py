"""Runs Rasa's prediction graph node after node.

Rasa hands the graph to Dask's scheduler at every message, which works out the order anew and costs as much as the nodes. The order
depends on the targets only, so here it is worked out once for each set of them.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage


class DirectGraphRunner(GraphRunner):
    """Takes over the loaded nodes of a Dask runner."""

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._schema: GraphSchema = loaded._graph_schema  # noqa: SLF001 - Rasa has no other way to them
        self._nodes = loaded._instantiated_nodes  # noqa: SLF001
        self._orders: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}

    @classmethod
    def create(cls, graph_schema: GraphSchema, model_storage: ModelStorage, execution_context: Any, hooks: Any = None) -> DirectGraphRunner:
        """Rasa's factory."""
        return cls(DaskGraphRunner.create(graph_schema, model_storage, execution_context, hooks))

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """The output of each target (default: the schema's); a node that needs an input which is not given fails with GraphRunError."""
        wanted = tuple(targets or self._schema.target_names)
        given = {name: (name, value) for name, value in (inputs or {}).items()}
        results: dict[str, Any] = dict(given)
        for name, needs in self._order(wanted):
            if name not in given:
                results[name] = self._nodes[name](*(results.get(need, need) for need in needs))
        return dict(results[name] for name in wanted)

    def _order(self, targets: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        if targets not in self._orders:
            nodes = self._schema.minimal_graph_schema(list(targets)).nodes
            order: list[tuple[str, tuple[str, ...]]] = []
            placed: set[str] = set()

            def place(name: str) -> None:
                if name in placed or name not in nodes:
                    return
                placed.add(name)
                needs = tuple(nodes[name].needs.values())
                for need in needs:
                    place(need)
                order.append((name, needs))

            for name in targets:
                place(name)
            self._orders[targets] = order
        return self._orders[targets]
