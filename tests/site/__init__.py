"""The course as pages to read: `make html` writes them to `build/site`, each a file that needs no other."""
