"""From a table of ratings to recommendations one can explain, and the course that teaches it.

Read the library in the order of the notebooks: `data`, `interactions`, `graph`, `lightgcn`, `bpr`, `evaluation`,
`baselines`, `softmax`, `training`, `recommendation`, `tsne`, `influence`. It takes anybody's ratings; `interop` leads
to other libraries and back. `plots` draw what it computes and `widgets` let one play with it. What only lessons need
is in `classroom`.
"""
