"""One module a notebook, `n01_setup` to `n10_peer_influence`: its exercises and its questions."""
