"""Makes reference.json: the same figures by SciPy and by Python's own statistics module.

python3 -m venv v && v/bin/pip install scipy==1.17.1 && v/bin/python tests/reports/stats/data/reference.py
"""

import json
import math
import statistics
from pathlib import Path

import numpy
import scipy
from scipy import stats
from scipy.optimize import brentq

here = Path(__file__).parent
michelson = json.loads((here / "michelson.json").read_text())["values"]
zarr = json.loads((here / "heat-flow-meter.json").read_text())["values"]


def described(values):
    q = lambda p: float(numpy.quantile(values, p, method="weibull"))
    return {
        "n": len(values),
        "mean": statistics.fmean(values),
        "sd": statistics.stdev(values),
        "percentiles": {f"p{p}": q(p / 100) for p in (1, 5, 25, 50, 75, 95, 99)},
        "andersonDarling": float(stats.anderson(values, "norm", method="interpolate").statistic),
    }


def capability(values, low, high, sigma, degrees):
    n, mean, z = len(values), statistics.fmean(values), stats.norm.ppf(0.975)
    cp = (high - low) / (6 * sigma)
    cpk = min(high - mean, mean - low) / (3 * sigma)
    half = z * math.sqrt(1 / (9 * n) + cpk**2 / (2 * degrees))
    bound = lambda p: cp * math.sqrt(stats.chi2.ppf(p, degrees) / degrees)
    return {
        "sigma": sigma,
        "degrees": degrees,
        "spread": {"value": cp, "interval": {"low": bound(0.025), "high": bound(0.975)}},
        "centred": {"value": cpk, "interval": {"low": cpk - half, "high": cpk + half}},
    }


def capabilities(values, low, high):
    ranges = [abs(b - a) for a, b in zip(values, values[1:])]
    degrees = len(ranges) ** 2 / (2 * (0.8264 * len(values) - 1.082))
    return {
        "limits": {"min": low, "max": high},
        "within": capability(values, low, high, statistics.fmean(ranges) / 1.128, degrees),
        "overall": capability(values, low, high, statistics.stdev(values), len(values) - 1),
    }


def wilson(count, n):
    """By its definition: the shares that a score test does not reject, found by a root finder."""
    z = stats.norm.ppf(0.975)
    test = lambda p: (count / n - p) ** 2 - z**2 * p * (1 - p) / n
    low = 0 if count == 0 else brentq(test, 1e-15, count / n - 1e-9, xtol=1e-15)
    high = 1 if count == n else brentq(test, count / n + 1e-9, 1 - 1e-15, xtol=1e-15)
    return {"count": count, "n": n, "low": low, "high": high}


def fisher(good, bad, other_good, other_bad):
    p = stats.fisher_exact([[good, bad], [other_good, other_bad]]).pvalue
    return {"good": good, "bad": bad, "otherGood": other_good, "otherBad": other_bad, "p": float(p)}


def welch(a, b):
    result = stats.ttest_ind(a, b, equal_var=False)
    return {"t": float(result.statistic), "degrees": float(result.df), "p": float(result.pvalue)}


runs = [michelson[start : start + 20] for start in range(0, 100, 20)]
tests = [welch(run, michelson[: i * 20] + michelson[(i + 1) * 20 :]) for i, run in enumerate(runs)]
reference = {
    "madeBy": f"python3 tests/reports/stats/data/reference.py, SciPy {scipy.__version__}, NumPy {numpy.__version__}",
    "michelson": {**described(michelson), **capabilities(michelson, 299.6, 300.1)},
    "heatFlowMeter": {**described(zarr), **capabilities(zarr, 9.18, 9.34)},
    "wilson": [wilson(*c) for c in ((0, 10), (1, 29), (10, 10), (15, 148), (81, 263), (99_500, 100_000))],
    "fisher": [
        fisher(*c)
        for c in (
            (3, 1, 1, 3),
            (8, 2, 1, 5),
            (54, 9, 422, 15),
            (10, 0, 30, 4),
            (12_000, 500, 85_000, 2_500),
            (1, 60, 400, 20),
        )
    ],
    "michelsonRunsAgainstTheOthers": tests,
    "normalQuantile": {str(p): float(stats.norm.ppf(p)) for p in (0.001, 0.5, 0.975, 0.999)},
    "chiSquaredQuantile": [[p, df, float(stats.chi2.ppf(p, df))] for p, df in ((0.025, 0.1), (0.975, 0.6), (0.025, 1.86), (0.975, 99), (0.025, 61_999.5))],
    "studentTwoSided": [[t, df, float(2 * stats.t.sf(t, df))] for t, df in ((2.3, 7.3), (0.1, 1), (12, 50.5))],
}
(here / "reference.json").write_text(json.dumps(reference, indent=2) + "\n")
