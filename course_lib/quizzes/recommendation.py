"""The questions of notebook 08."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "From 04: a guest raved about two films, one with 5 fans and one with 500. How much louder is the first?",
        (
            ("as loud as the other, both are raves", "An edge is there or not, but its loudness depends on both ends."),
            ("100 times", "The square root is missing: the loudness is 1/√(d_u d_j)."),
            ("10 times", None),
            ("not at all, the famous film is louder", "Fame is divided away: many fans make each edge softer."),
        ),
        "√(500/5) = 10. The guest's own degree is the same for both.",
    ),
    Question(
        "From 06: you judge a list that hides every film the guest has rated. What do you read?",
        (
            ("0 for every metric", None),
            ("the honest value", "It is the right mask for a list and the wrong one for a test."),
            ("a value that is too high", "Fewer films compete, but the hidden raves are among those that went."),
            ("the value of popularity", "Popularity is masked in the same way, and hits nothing either."),
        ),
        "Hidden raves are rated films. The mask removes all right answers.",
    ),
    Question(
        "A newcomer ticks four films, and nothing is trained again. What is their tag made of?",
        (
            (
                "a random tag that is improved while they tick",
                "There is no gradient step. The tag is a closed form of what the four films pass on.",
            ),
            (
                "the tag of the most similar guest",
                "Nobody searches for a guest. The films' tags were shaped by their fans, and they alone are used.",
            ),
            ("the average of the four films' final tags", "Weights are 1/√(d_u d_j), and the last round is not heard."),
            ("what the four films pass on in each round, and a zero for the own tag", None),
        ),
        "(X_0 + ... + X_{K-1})[j] / √(d_u d_j) / (K + 1), summed over the four films. Round 0 brings nothing.",
    ),
    Question(
        "One of your raves has a share of 0.2 in a score. You take it back. What does the score lose?",
        (
            ("0.2", "A share is bookkeeping on one tag. Without the rave your tag is another one, of another length."),
            ("another amount, perhaps nothing at all", None),
            ("nothing, because tags are trained", "A newcomer's tag is made of raves and nothing else."),
            ("more than 0.2, the others get softer", "They get louder: 1/√d_u grows when d_u falls."),
        ),
        "What is left makes a tag with a direction and a length of its own. Where the other raves say the same as the "
        "one that went, the score hardly falls.",
    ),
    Question(
        "The parts of a score sum to it up to the fifth decimal. What does that show?",
        (
            ("that the reasons are good", "It says nothing about what the guest, or another training, would say."),
            ("that the bookkeeping is right", None),
            ("that the model knows why", "What training did to the films' tags is in the parts and has no name."),
            ("that each film caused its part", "Cause is what changes when you take the film away."),
        ),
        "The sum is the same sum in another order, of terms divided by the same lengths. Good reasons are another "
        "question.",
    ),
)
