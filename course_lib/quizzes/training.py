"""The questions of notebook 07."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "From 05: the BPR loss falls more and more slowly, long before it overfits. Why?",
        (
            ("the learning rate shrinks", "Nobody changes it. Adam scales steps, but not because epochs go by."),
            ("the random films run out", "They are drawn afresh in every step, and there are far more than needed."),
            ("most pairs have become easy", None),
            (
                "the tags have reached their greatest length",
                "Nothing bounds them under BPR; L2 only makes length cost.",
            ),
        ),
        "The push of a pair is σ(-x), almost 0 for an easy one. A few hard pairs still teach.",
    ),
    Question(
        "From 06: validation is scored during training. Which raves are masked in the ranking?",
        (
            ("those of train", None),
            ("those of train and validation", "Then no validation rave can be found, and every score is 0."),
            ("those of train and test", "To mask a test rave, the training would have to know it."),
            ("none", "The model learned the train raves: they would fill the list and leave no place for others."),
        ),
        "What was learned is masked. Test raves stay in the ranking and count as misses.",
    ),
    Question(
        "After some epoch the training loss still falls, and so does validation NDCG@10. Which weights do you keep?",
        (
            (
                "those of the lowest training loss",
                "That loss is about seen raves. Seen raves learned by heart help nobody.",
            ),
            ("those of the last epoch", "Early stopping ends there, some epochs after the best: a published slip."),
            (
                "those of the best test NDCG@10",
                "Then the test has taken part in the training, and its value is too good.",
            ),
            ("those of the best validation epoch", None),
        ),
        "This is overfitting, and validation is the part that may choose.",
    ),
    Question(
        "LightGCN with softmax beats matrix factorisation with BPR, on every split. What do you know about the graph?",
        (
            ("it helps", "Two things changed. The teacher alone may have done it."),
            ("nothing yet", None),
            ("it helps under softmax only", "For that you need matrix factorisation under softmax beside it."),
            ("it needs more layers", "Depth was not varied, so nothing here speaks about it."),
        ),
        "Teacher and network changed at once. A third corner is needed: MF with softmax, or LightGCN with BPR.",
    ),
    Question(
        "A is 0.004 ahead of B on one split. What do you need before you say that A is better?",
        (
            (
                "the difference on several splits, per guest, and its interval",
                None,
            ),
            ("a fourth decimal", "Decimals say how finely it was printed. Another split may turn the winner."),
            ("the same split again with more epochs", "The same hidden raves again: one run stays one run."),
            (
                "two intervals, one for A and one for B, that do not overlap",
                "Guests differ far more than models do. The paired difference is the finer tool.",
            ),
        ),
        "A paired interval without zero, over guests and averaged over splits. Then ask whether 0.004 matters.",
    ),
)
