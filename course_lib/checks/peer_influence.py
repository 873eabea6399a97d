"""The exercises of notebook 10: among them three bugs to find in a pipeline that runs."""

from course_lib.checks.exercise import Exercise, Mistake
from course_lib.museum import MUSEUM
from course_lib.three_bugs import THREE_BUGS

_NAMES = tuple(bug.name for bug in MUSEUM)
_INNOCENT = {
    "shared_indices": "films do follow the guests: `film = learn.item + n_users`.",
    "hidden_likes_in_the_graph": "`guest` and `film` come from `split.fit` alone.",
    "log_of_sigmoid": "`bpr_loss` is the library's, with softplus.",
    "no_zero_grad": "`optimizer.zero_grad()` stands before `loss.backward()`.",
    "scores_from_layer_0": "the scores come from `final`, the mean of the rounds.",
    "hidden_likes_masked": "only `learn` is masked, and `hidden` stays.",
    "seen_not_masked": "`masked_fill(learn.dense().bool(), -torch.inf)` masks them.",
    "idcg_of_the_hits": "`ndcg_at_k` gets the number of hidden raves, not of hits.",
    "against_99_others": "nothing is sampled when it is tested.",
    "ties_in_index_order": "trained scores have no ties to speak of.",
}


def _look(names: list[str]) -> str | None:
    """What is wrong with a list of names."""
    if not isinstance(names, list | tuple | set) or not all(isinstance(name, str) for name in names):
        return f"the check needs a list of names, such as {list(_NAMES[:2])}."
    unknown = [name for name in names if name not in _NAMES]
    if unknown:
        return f"the museum has no {unknown[0]!r}. Its exhibits are {', '.join(_NAMES)}."
    innocent = [name for name in names if name in _INNOCENT]
    if innocent:
        return f"{innocent[0]} is not in it: {_INNOCENT[innocent[0]]}"
    return f"you have found {len(set(names))} of the three. The other lines are still wrong."


EXERCISES = (
    Exercise(
        name="10.three_bugs",
        level="free",
        minutes=15,
        answer=sorted(THREE_BUGS),
        observe=lambda names: sorted(set(names)),
        diagnose=_look,
        mistakes=(
            *(Mistake([name], f"{name} is not in it: {why}") for name, why in _INNOCENT.items()),
            Mistake([THREE_BUGS[0]], "you have found 1 of the three. The other lines are still wrong."),
        ),
        hints=(
            "Go through it in the order of the notebooks: graph, negatives, loss, training, ranking, metric.",
            "How many edges does each rave make, and what is the degree of a guest?",
            "`hidden` is for the last paragraph. Where else is it used?",
            "There are more films than guests. Which films can be recommended?",
        ),
    ),
)
