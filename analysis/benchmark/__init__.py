"""The benchmark: one simulated compilation loaded into every system, the same questions to all of
them in turns, answers checked for equality.

    make benchmark                   1 % of GTEx's density, takes minutes; report and plots are
                                     written to data/benchmark/1/
    make benchmark SCALE=gtex        the record: analysis/results/benchmark.json, docs/benchmark.md
    make benchmark ONLY=load,rows    measures only these parts or workloads and keeps the results
                                     of the others
"""
