"""Which stations of a network matter: a program whose time goes to few routes through networkx.

python -m cProfile -o centrality.prof centrality.py
py-spy record --format raw --rate 200 -o centrality.folded -- python centrality.py
"""

import random

import networkx as nx


def network(size):
    rng = random.Random(1)
    G = nx.Graph()
    for station in range(1, size):
        for other in {rng.randrange(station) for _ in range(3)}:
            G.add_edge(station, other, minutes=rng.randint(1, 30))
    return G


def by_time(G):
    return nx.betweenness_centrality(G, k=240, weight="minutes", seed=1)


def by_steps(G):
    return nx.betweenness_centrality(G, k=240, seed=1)


def reach(G):
    hubs = sorted(G, key=G.degree, reverse=True)[:20]
    return {hub: nx.single_source_dijkstra_path_length(G, hub, weight="minutes") for hub in hubs}


def main():
    G = network(1500)
    slow, quick = by_time(G), by_steps(G)
    sums = {hub: sum(lengths.values()) for hub, lengths in reach(G).items()}
    print(max(slow, key=slow.get), max(quick, key=quick.get), min(sums, key=sums.get))


if __name__ == "__main__":
    main()
