"""The benchmark: one simulated compilation in every system, every question to all of them in turns,
answers checked equal.

make benchmark                 a percent of GTEx's density, minutes; report and plots in
data/benchmark/1/ make benchmark SCALE=gtex      the record: analysis/results/benchmark.json,
docs/benchmark.md make benchmark ONLY=load,rows  only these parts or workloads; the results of the
others stay
"""
