"""The library behind the course: from a table of ratings to recommendations one can explain.

Read the modules in the order of the notebooks: `data`, `interactions`, `graph`, `lightgcn`, `bpr`,
`evaluation`, `baselines`, `training`, `recommendation`. `party` holds the made-up parties; `plots`
and `widgets` hold the pictures and no computation.
"""
