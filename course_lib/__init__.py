"""The library behind the course: from a table of ratings to recommendations one can explain.

Read the core in the order of the notebooks: `data`, `interactions`, `graph`, `lightgcn`, `bpr`, `evaluation`,
`baselines`, `softmax`, `training`, `recommendation`. Beside it stand `influence` and `tsne`, the made-up parties
(`party`), published bugs (`museum`, `three_bugs`), what answers the learner (`checks`, `guesses`, `quizzes`, `guest`),
and the pictures (`plots`, `widgets`).
"""
