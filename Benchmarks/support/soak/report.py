"""What a soak says at its end."""

from __future__ import annotations

import statistics
from collections import Counter

from support.soak.course import Course, Sample

#: How much the median of the last quarter may lie above that of the second: an allocator's blocks and the threads that
#: serve what waits come and go by a few megabytes, and a leak of 100 bytes for each request is more in ten minutes.
HOST_GROWTH, HOST_MEGABYTES = 1.05, 4.0
TREE_GROWTH, TREE_MEGABYTES = 1.15, 16.0

#: With fewer samples, a quarter is a handful of moments, and young workers that warm up look like a leak.
ENOUGH_SAMPLES = 16


def _quarters(samples: list[Sample]) -> tuple[list[Sample], list[Sample]]:
    """Return the samples of the second and of the last quarter; at least one each."""
    count = len(samples)
    quarter = max(1, count // 4)
    return samples[quarter : 2 * quarter] or samples[-1:], samples[-quarter:]


def levels(samples: list[Sample]) -> list[str]:
    """Return what has grown between the second and the last quarter of the run, and what differs at all but must not."""
    found = _grown(samples) if len(samples) >= ENOUGH_SAMPLES else []
    # What the host holds depends on the processes and clients only, and those are the same at every quiet point.
    for name, label in (
        ("descriptors", "descriptors of the host that are no sockets"), ("processes", "processes below the host"),
        ("ownerless", "connections of the host without another end"),
    ):
        numbers = [getattr(sample, name) for sample in samples]
        if len(set(numbers)) > 1:
            found.append(f"the {label} differ between quiet points: {numbers}")
    return found


def _grown(samples: list[Sample]) -> list[str]:
    """Return which memory has grown between the second and the last quarter of the samples."""
    before, after = _quarters(samples)
    found = []
    for name, growth, more in (
        ("host_megabytes", HOST_GROWTH, HOST_MEGABYTES), ("tree_megabytes", TREE_GROWTH, TREE_MEGABYTES),
    ):
        then, now = (statistics.median(getattr(sample, name) for sample in quarter) for quarter in (before, after))
        if now > then * growth + more:
            found.append(f"{name.replace('_', ' ')} have grown from {then:.1f} to {now:.1f}")
    return found


def table(course: Course) -> None:
    """Print how every kind of request ended, what was killed, and what was held."""
    kinds = sorted({kind for counts in course.outcomes.values() for kind in counts}, key=lambda kind: kind != "result")
    print(f"\n{'request':<14}" + "".join(f"{kind:>17}" for kind in kinds))
    for name in sorted(course.outcomes):
        print(f"{name:<14}" + "".join(f"{course.outcomes[name][kind] or '':>17}" for kind in kinds))
    total: Counter[str] = sum(course.outcomes.values(), Counter())
    print(f"{'all':<14}" + "".join(f"{total[kind]:>17}" for kind in kinds))
    print(f"\n{course.answers} answers, {course.abandoned} requests abandoned by clients that went away")
    print("kills: " + ", ".join(f"{count} {name}" for name, count in sorted(course.faults.kills.items())))
    undisturbed, disturbed = course.calm()
    for requests, when in ((undisturbed, ""), (disturbed, ", while the guard had died")):
        times = sorted(1000 * (request.answered - request.sent) for request in requests)
        if times:
            print(f"quick actions on a VM that nobody touches{when}: {len(times)}, median {statistics.median(times):.1f} ms,"
                  f" 99 % within {times[len(times) * 99 // 100]:.1f} ms, worst {times[-1]:.1f} ms")
    if not course.samples:
        return
    before, after = _quarters(course.samples)
    for name, label in (
        ("host_megabytes", "host, resident MB"), ("tree_megabytes", "tree, private MB"),
        ("descriptors", "host, descriptors"), ("sockets", "host, connections"), ("processes", "processes below the host"),
    ):
        row = [statistics.median(getattr(sample, name) for sample in samples) for samples in (before, after)]
        every = [getattr(sample, name) for sample in course.samples]
        print(f"{label:<26} second quarter {row[0]:8.1f}, last {row[1]:8.1f} ({min(every):.1f} … {max(every):.1f})")
    if len(course.samples) < ENOUGH_SAMPLES:
        print("whether memory is level needs a longer run")
