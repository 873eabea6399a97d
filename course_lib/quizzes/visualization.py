"""The questions of notebook 09."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "From 06: why may a hidden rave not be masked when a guest's list is ranked?",
        (
            ("the list would be too short", "A mask moves others up. The list keeps its length."),
            ("then no hit is possible", None),
            ("the model would learn it", "Nothing is learned when a list is ranked."),
            ("popular films would be missing", "They may be. But hidden raves of any fame could no longer be found."),
        ),
        "A masked film cannot appear in the list, so every metric is 0. Only what was learned from is masked.",
    ),
    Question(
        "From 04: what does a round of gossip compute for one node?",
        (
            ("the mean of its neighbours' tags", "The weights 1/√(d_i d_j) of a row do not sum to 1."),
            ("the tag of its nearest neighbour", "It hears everybody it shares a rave with, near or far."),
            ("the sum of its neighbours' tags, each divided by √(d_i d_j)", None),
        ),
        "A weighted sum, with the numbers of raves at both ends in the weight.",
    ),
    Question(
        "Why are the axes of a t-SNE map not labelled?",
        (
            ("a turned or mirrored map is as good", None),
            ("they hold the same numbers on both sides", "Equal scales are a matter of drawing, and say nothing."),
            ("they are the first two of the 64 numbers", "Nobody picks two numbers: every dot is placed anew."),
            ("they are the two main axes of the tags", "That is PCA, whose axes can be named."),
        ),
        "Positions have no unit and no direction. Turning the map changes nothing in what t-SNE optimises.",
    ),
    Question(
        "What does PCA keep that t-SNE does not?",
        (
            ("close neighbours", "The other way round: t-SNE keeps neighbours from all 64 directions."),
            ("all of the variance", "Two axes keep a part, and the title of the map says which."),
            ("islands", "PCA makes no islands where there are none. t-SNE does."),
            ("true lengths along the directions of largest variance", None),
        ),
        "PCA turns the tags and looks at them from one side: what it shows is to scale, what lies behind is lost.",
    ),
    Question(
        "A colleague shows islands in a map at perplexity 5. What do you ask for?",
        (
            ("a higher trustworthiness", "One value is worth little without that of random tags."),
            ("the map of random tags, and the groups measured in the 64 numbers", None),
            (
                "the same map with another seed",
                "Another seed draws other islands, and does not tell whether noise would draw them, too.",
            ),
            ("the distances between the islands", "They follow the perplexity, not the taste."),
        ),
        "Only beside random tags does a map tell structure from noise: at perplexity 2 they form islands, too. What is "
        "real can be measured without a map.",
    ),
)
