# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured on two sides, their ratio, and the goals that it meets or misses."""

import statistics
from typing import NamedTuple

WIDTH = 44          # of the first column


class Goal(NamedTuple):
    """A ratio to reach, and what it stands for if that is not a number of ours."""
    ratio: float
    whose: str = ''


class Figure(NamedTuple):
    """A row of the table: two sides, each with a value for every turn."""
    key: str
    what: str
    unit: str
    values: dict                    # side: list of measured values
    goals: tuple = ()
    more_is_better: bool = False


def median(figure, side):
    return statistics.median(figure.values[side])


def ratio(figure):
    """The first side to the second.  The two values of a turn were measured under the same load of
    the host, those of different turns were not: so the median is taken of the ratios."""
    return statistics.median(first / second
                             for first, second in zip(*figure.values.values(), strict=True))


def met(figure, goal):
    if figure.more_is_better:
        return ratio(figure) >= goal.ratio
    return ratio(figure) <= goal.ratio


def table(rows, title):
    """Rows of the same sides below their heading."""
    sides = ''.join(f'{side:>13}' for side in rows[0].values)
    return '\n'.join([title, f'{"":{WIDTH}}{sides}{"ratio":>8}   goal', *map(_line, rows)])


def _line(figure):
    cells = ''.join(f'{_number(median(figure, side)) + " " + figure.unit:>13}'
                    for side in figure.values)
    goals = ', '.join(_verdict(figure, goal) for goal in figure.goals)
    return f'{figure.what:{WIDTH}}{cells}{ratio(figure):>8.3f}   {goals}'.rstrip()


def _number(value):
    return f'{value:.0f}' if value >= 1000 else f'{value:.3f}' if value < 10 else f'{value:.1f}'


def _verdict(figure, goal):
    whose = f'{goal.whose} ' if goal.whose else ''
    return f'{whose}{goal.ratio:.2f} {"met" if met(figure, goal) else "MISSED"}'


def as_record(figure):
    """A row as it is stored."""
    return {
        'what': figure.what, 'unit': figure.unit, 'ratio': round(ratio(figure), 4),
        'better': 'more' if figure.more_is_better else 'less',
        'goals': [{'ratio': round(goal.ratio, 4), 'whose': goal.whose or 'ours',
                   'met': met(figure, goal)} for goal in figure.goals],
        'medians': {side: median(figure, side) for side in figure.values},
        'values': figure.values,
    }
