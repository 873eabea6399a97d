"""The list so far, which closes every notebook: what the classroom knows of it, as a picture."""

from collections.abc import Mapping
from types import MappingProxyType

from course_lib.classroom.guest import Guest
from course_lib.classroom.progress_list import lists_so_far
from course_lib.data import MovieLens
from course_lib.evaluation import Matchmaker, Scorer
from course_lib.interactions import Split
from course_lib.plots.list_so_far import Column, plot_list_so_far
from course_lib.plots.style import Plot


def list_so_far(
    guest: Guest,
    data: MovieLens,
    split: Split,
    upto: str = "10",
    fresh: Mapping[str, Scorer | Matchmaker] = MappingProxyType({}),
) -> Plot:
    """The protagonist's top ten by every method met so far, hidden raves lit, and NDCG@10 over all guests below it.

    The arguments are those of `lists_so_far`.
    """
    columns = [Column(*listed) for listed in lists_so_far(guest, data, split, upto, fresh)]
    return plot_list_so_far(guest.name, guest.possessive, len(guest.hidden), columns)
