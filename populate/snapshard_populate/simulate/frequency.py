"""The number of samples that have a junction: the distribution in GTEx's 9,662 samples, and what it
becomes with fewer or more samples.
"""

from dataclasses import dataclass

import numpy as np

from snapshard_populate.simulate.distributions import (
    COUNTS,
    FITTED_SAMPLES,
    SHARES,
    SURVIVAL,
    Floats,
    Integers,
)

# The distribution is represented by this many equally likely steps.
_STEPS = 4096


@dataclass(frozen=True)
class Frequencies:
    """The law for one number of samples.

    Fewer than 9,662 samples are a random part of GTEx's: a junction in C of GTEx's samples is in a
    binomial number of them. Junctions in none of them are dropped, so there are fewer rare
    junctions, and annotated ones are a larger share. For more samples, counts are stretched on the
    logarithmic scale: new samples add rare junctions, and about half of all junctions stay in one
    sample. `fractions` has, by class, the fraction of GTEx's junctions that remain; `levels` holds, by
    class, the chances among GTEx's junctions at equal steps of chance among the junctions that
    remain.
    """

    samples: int
    fractions: tuple[float, ...]
    levels: tuple[Floats, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of every class in all junctions that remain."""
        remaining = [
            share * fraction for share, fraction in zip(SHARES, self.fractions, strict=True)
        ]
        return tuple(share / sum(remaining) for share in remaining)

    @property
    def remaining_share(self) -> float:
        """Share of GTEx's junctions that remain."""
        return sum(share * fraction for share, fraction in zip(SHARES, self.fractions, strict=True))

    def fitted_counts(self, class_: int, chance: Floats) -> Floats:
        """Samples among GTEx's 9,662, from chances in (0, 1]; low chances give many samples."""
        among_all = np.interp(chance, np.linspace(0, 1, _STEPS + 1), self.levels[class_])
        return _fitted_counts(class_, among_all)

    def sample_counts(self, random: np.random.Generator, fitted: Floats) -> Integers:
        """Numbers of samples, at least one, of junctions with these numbers among GTEx's samples."""
        if self.samples >= FITTED_SAMPLES:
            stretched = np.exp(np.log(fitted) * np.log(self.samples) / np.log(FITTED_SAMPLES))
            # exp(log(x)) may be just below x; floor would then take a whole sample away.
            counts: Integers = np.clip(np.floor(stretched + 1e-9), 1, self.samples).astype(np.int64)
            return counts
        return self._thinned(random, np.floor(fitted))

    def _thinned(self, random: np.random.Generator, counts: Floats) -> Integers:
        """Binomial numbers that are not 0: how many samples come before the first that has the
        junction, then the others.
        """
        # log1p and expm1 keep the digits that 1 - (1 - p) ** n loses for small p.
        missing = np.log1p(-self.samples / FITTED_SAMPLES)
        nonzero_chance = -np.expm1(counts * missing)
        # Rejecting zeros would be slow for rare junctions, so the first sample is drawn directly.
        first = np.ceil(np.log1p(-random.random(len(counts)) * nonzero_chance) / missing)
        after = np.maximum(counts - np.maximum(first, 1), 0).astype(np.int64)
        drawn: Integers = np.minimum(
            1 + random.binomial(after, self.samples / FITTED_SAMPLES), self.samples
        )
        return drawn


def frequencies(samples: int) -> Frequencies:
    """The law for this number of samples."""
    chance = (np.arange(_STEPS) + 0.5) / _STEPS
    fractions, levels = [], []
    for class_ in range(len(SHARES)):
        nonzero_chance = np.ones(_STEPS)
        if samples < FITTED_SAMPLES:
            nonzero_chance = -np.expm1(
                np.floor(_fitted_counts(class_, chance)) * np.log1p(-samples / FITTED_SAMPLES)
            )
        running = np.concatenate(([0.0], np.cumsum(nonzero_chance)))
        fractions.append(float(running[-1]) / _STEPS)
        steps = np.linspace(0, 1, _STEPS + 1)
        # Interpolation with exchanged axes inverts the cumulative distribution.
        levels.append(np.interp(steps, running / running[-1], steps))
    return Frequencies(samples, tuple(fractions), tuple(levels))


def _fitted_counts(class_: int, chance: Floats) -> Floats:
    # np.interp needs ascending values, and survival falls, so both tables are reversed.
    logs = np.log(np.array(SURVIVAL[class_]))[::-1]
    drawn: Floats = np.exp(
        np.interp(
            np.log(np.maximum(chance, 1e-300)), logs, np.log(np.array(COUNTS, np.float64))[::-1]
        )
    )
    return drawn
